// SUNDIALS CVODE: BDF with a dense analytic Jacobian, and Adams with fixed-point iteration, both
// with CVODE's own root finding for the half-heights. Set-up of the solver is inside the timed
// call.

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <cmath>
#include <exception>
#include <iostream>
#include <limits>
#include <stdexcept>

#include "log_flow.hpp"
#include "measure.hpp"

namespace {

constexpr int recoverable = 1;
constexpr int unrecoverable = -1;

struct problem {
    const peers::log_flow* flow;
    double deadline;
    long evaluations;
    bool out_of_time;
};

problem& of(void* data) { return *static_cast<problem*>(data); }
double* numbers(N_Vector v) { return N_VGetArrayPointer(v); }

int derivative(sunrealtype /*t*/, N_Vector v, N_Vector dvdt, void* data) {
    problem& about = of(data);
    ++about.evaluations;
    if ((about.evaluations & 4095) == 0 && peers::seconds() > about.deadline) {
        about.out_of_time = true;
        return unrecoverable;
    }
    about.flow->derivative(numbers(v), numbers(dvdt));
    return std::isfinite(numbers(dvdt)[0] + numbers(dvdt)[1]) ? 0 : recoverable;
}

int jacobian(sunrealtype /*t*/, N_Vector v, N_Vector /*dvdt*/, SUNMatrix matrix, void* data,
             N_Vector /*work1*/, N_Vector /*work2*/, N_Vector /*work3*/) {
    std::array<std::array<double, 2>, 2> j;
    of(data).flow->jacobian(numbers(v), j);
    for (std::size_t k = 0; k < 2; ++k) {
        double* column = SUNDenseMatrix_Column(matrix, static_cast<sunindextype>(k));
        column[0] = j[0][k];
        column[1] = j[1][k];
    }
    return 0;
}

int heights(sunrealtype /*t*/, N_Vector v, sunrealtype* above, void* data) {
    of(data).flow->heights(numbers(v), above);
    return 0;
}

/// Everything one call makes, freed at its end.
class solver {
public:
    solver(SUNContext context, int method, problem& about, double tolerance)
        : v_(N_VNew_Serial(2, context)), cvode_(CVodeCreate(method, context)) {
        numbers(v_)[0] = about.flow->start()[0];
        numbers(v_)[1] = about.flow->start()[1];
        need(CVodeInit(cvode_, derivative, 0, v_));
        // v is a logarithm: its absolute error is the relative error of u.
        const double relative = 100 * std::numeric_limits<double>::epsilon();
        need(CVodeSStolerances(cvode_, relative, tolerance));
        need(CVodeSetUserData(cvode_, &about));
        need(CVodeSetMaxNumSteps(cvode_, peers::steps_allowed));
        need(CVodeSetErrFile(cvode_, nullptr));
        need(CVodeRootInit(cvode_, 2, heights));
        if (method == CV_BDF) {
            matrix_ = SUNDenseMatrix(2, 2, context);
            linear_ = SUNLinSol_Dense(v_, matrix_, context);
            need(CVodeSetLinearSolver(cvode_, linear_, matrix_));
            need(CVodeSetJacFn(cvode_, jacobian));
        } else {
            fixed_point_ = SUNNonlinSol_FixedPoint(v_, 0, context);
            need(CVodeSetNonlinearSolver(cvode_, fixed_point_));
        }
    }
    solver(const solver&) = delete;
    solver& operator=(const solver&) = delete;
    solver(solver&&) = delete;
    solver& operator=(solver&&) = delete;
    ~solver() {
        CVodeFree(&cvode_);
        if (fixed_point_ != nullptr) {
            SUNNonlinSolFree(fixed_point_);
        }
        if (linear_ != nullptr) {
            SUNLinSolFree(linear_);
        }
        if (matrix_ != nullptr) {
            SUNMatDestroy(matrix_);
        }
        N_VDestroy(v_);
    }

    /// To the next half-height; CVODE's answer.
    int advance(double horizon, double& t) { return CVode(cvode_, horizon, v_, &t, CV_NORMAL); }

    /// Which half-heights it was: A's, B's.
    std::array<int, 2> crossed() {
        std::array<int, 2> roots{};
        need(CVodeGetRootInfo(cvode_, roots.data()));
        return roots;
    }
    long steps() {
        long count = 0;
        need(CVodeGetNumSteps(cvode_, &count));
        return count;
    }

private:
    static void need(int flag) {
        if (flag < 0) {
            throw std::runtime_error("CVODE refused a setting");
        }
    }

    N_Vector v_;
    void* cvode_;
    SUNMatrix matrix_ = nullptr;
    SUNLinearSolver linear_ = nullptr;
    SUNNonlinearSolver fixed_point_ = nullptr;
};

peers::run_result solve(SUNContext context, int method, const peers::log_flow& flow,
                        double tolerance) {
    problem about{&flow, peers::seconds() + peers::seconds_allowed, 0, false};
    solver cvode(context, method, about, tolerance);
    peers::run_result result;
    double t = 0;
    int flag = CV_ROOT_RETURN;
    while (result.t_b == 0 && flag == CV_ROOT_RETURN) {
        flag = cvode.advance(flow.horizon(), t);
        if (flag == CV_ROOT_RETURN) {
            const auto crossed = cvode.crossed();
            result.t_a = crossed[0] > 0 && result.t_a == 0 ? t : result.t_a;
            result.t_b = crossed[1] > 0 ? t : result.t_b;
        }
    }
    result.steps = cvode.steps();
    result.evaluations = about.evaluations;
    if (result.t_a == 0 || result.t_b == 0) {
        result.status = about.out_of_time          ? "timeout"
                        : flag == CV_TOO_MUCH_WORK ? "step-limit"
                                                   : "failed";
    }
    return result;
}

}  // namespace

int main(int count, char** words) {
    SUNContext context = nullptr;
    try {
        const auto asked = peers::read_request(count, words);
        const peers::log_flow flow(asked.about);
        if (SUNContext_Create(nullptr, &context) != 0) {
            throw std::runtime_error("no SUNDIALS context");
        }
        peers::measure("cvode-BDF", asked, false,
                       [&](double tolerance) { return solve(context, CV_BDF, flow, tolerance); });
        peers::measure("cvode-Adams", asked, true,
                       [&](double tolerance) { return solve(context, CV_ADAMS, flow, tolerance); });
        SUNContext_Free(&context);
    } catch (const std::exception& error) {
        std::cerr << "cvode_peer: " << error.what() << '\n';
        return 1;
    }
}
