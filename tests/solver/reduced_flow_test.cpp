#include "fusionflow/solver/flows/reduced_flow.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;

BOOST_AUTO_TEST_SUITE(reduced_flow)

namespace {

// The equations of docs/theory.md#reduced-flow as they stand there, in plain w_m.
Eigen::VectorXd plain_total(const data::moments& moments, const theory::architecture& arch,
                            const Eigen::VectorXd& w, double excess) {
    double trunk_square = excess + w.squaredNorm();
    Eigen::VectorXd total(w.size());
    for (int m = 0; m < moments.count(); ++m) {
        const auto part = moments.part(w, m);
        total.segment(moments.offset(m), moments.dim(m)) =
            std::pow(part.norm(), arch.branch(m) - 1) *
            std::pow(trunk_square, arch.shared() / 2.0) * part;
    }
    return total;
}

}  // namespace

BOOST_AUTO_TEST_CASE(total_weights_and_speeds_are_those_of_the_plain_equations) {
    const auto moments = tests::random_moments({2, 1, 3}, 9);
    for (const auto& branches : std::vector<std::vector<int>>{{2, 3, 4}, {1, 2, 1}, {3, 1, 2}}) {
        for (const int shared : {0, 1, 3}) {
            const theory::architecture arch(branches, shared);
            const theory::initialisation init{.branch_norms = {0.3, 0.5, 0.4}, .trunk_excess = 0.2};
            solver::reduced_flow flow(moments, arch, init);
            const solver::state x = flow.initial();
            Eigen::VectorXd total(6);
            flow.total_weights(x, total);

            Eigen::VectorXd w = theory::initial_directions(moments);
            for (int m = 0; m < 3; ++m) {
                w.segment(moments.offset(m), moments.dim(m)) *= init.norm(m);
            }
            const Eigen::VectorXd plain = plain_total(moments, arch, w, 0.2);
            BOOST_TEST((total - plain).norm() < 1e-14 * plain.norm());

            // dW/dt by the chain rule on the plain equations against dW/dt along the state's speed
            // on its clock, both by central differences: error h^2 ~ 1e-10.
            const Eigen::VectorXd residual = moments.correlation() - moments.covariance() * plain;
            const double trunk = std::pow(0.2 + w.squaredNorm(), shared / 2.0);
            Eigen::VectorXd speed(6);
            for (int m = 0; m < 3; ++m) {
                speed.segment(moments.offset(m), moments.dim(m)) =
                    std::pow(init.norm(m), arch.branch(m) - 1) * trunk * moments.part(residual, m);
            }
            solver::state dxdt(x.size());
            flow.derivative(x, dxdt);
            const double h = 1e-5;
            const auto shifted = [&](double by) {
                solver::state y = x;
                for (std::size_t i = 0; i < y.size(); ++i) {
                    y[i] += by * dxdt[i];
                }
                Eigen::VectorXd result(6);
                flow.total_weights(y, result);
                return result;
            };
            const Eigen::VectorXd polar = (shifted(h) - shifted(-h)) / (2 * h) / dxdt.back();
            BOOST_TEST(relative(dxdt.back(), 1 / trunk) < 1e-14);
            const Eigen::VectorXd direct = (plain_total(moments, arch, w + h * speed, 0.2) -
                                            plain_total(moments, arch, w - h * speed, 0.2)) /
                                           (2 * h);
            BOOST_TEST((polar - direct).norm() < 1e-7 * direct.norm());
        }
    }
}

BOOST_AUTO_TEST_CASE(norms_far_below_the_square_root_of_the_smallest_double_are_no_trouble) {
    const auto moments = tests::toy(0.5, 2);
    solver::reduced_flow flow(moments, theory::architecture::fused(3, 2, 2), {.u0 = 1e-250});
    solver::state dxdt(3);
    flow.derivative(flow.initial(), dxdt);
    // n = 2: dv/dc = |s|, dt/dc = 1 / u_f, u_f = sqrt(2) u0.
    BOOST_TEST(relative(dxdt[0], 5) < 1e-12);
    BOOST_TEST(relative(dxdt[2], 1e250 / std::sqrt(2.0)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(jacobian_is_the_derivative_of_the_speeds) {
    // Central differences with h = 1e-6 of each number: error h^2 plus rounding, 1e-16 / h = 1e-10;
    // 1e-7 of the largest entry leaves room for third derivatives.
    for (const auto& branches :
         std::vector<std::vector<int>>{{2, 3, 4}, {1, 2, 1}, {5, 1, 2}, {2, 3, 5}}) {
        // The last with scalar modalities, which have code of their own.
        const bool scalar = branches.back() == 5;
        const auto moments = scalar ? tests::three_scalars() : tests::random_moments({2, 1, 3}, 9);
        for (const int shared : {0, 1, 2, 3}) {
            solver::reduced_flow flow(moments, theory::architecture(branches, shared),
                                      {.branch_norms = {0.6, 0.8, 0.7}, .trunk_excess = 0.2});
            const solver::state x = flow.initial();
            const auto size = static_cast<Eigen::Index>(x.size());
            Eigen::MatrixXd jacobian;
            flow.jacobian(x, jacobian);
            BOOST_REQUIRE(jacobian.rows() == size - 1);  // without time
            for (std::size_t i = 0; i + 1 < x.size(); ++i) {
                const double h = 1e-6;
                solver::state up = x;
                solver::state down = x;
                up[i] += h;
                down[i] -= h;
                solver::state speed_up(x.size());
                solver::state speed_down(x.size());
                flow.derivative(up, speed_up);
                flow.derivative(down, speed_down);
                for (std::size_t j = 0; j + 1 < x.size(); ++j) {
                    const double slope = (speed_up[j] - speed_down[j]) / (2 * h);
                    const double given =
                        jacobian(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i));
                    BOOST_TEST(std::abs(given - slope) < 1e-7 * jacobian.cwiseAbs().maxCoeff());
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_would_leave_the_range_of_numbers) {
    BOOST_CHECK_EXCEPTION(
        solver::reduced_flow(tests::toy(0.5, 2), theory::architecture::fused(20, 20, 2),
                             {.u0 = 1e-20}),
        data::input_error,
        says("init: times of 10^360.0 (u0^-18, log10 t) are beyond the range of numbers: "
             "need u0 >= 4.1e-17, got 1e-20; predict gives their log10"));
}

BOOST_AUTO_TEST_CASE(refuses_random_schemes_and_wrong_sizes) {
    const auto moments = tests::toy(0.5, 2);
    BOOST_CHECK_EXCEPTION(solver::reduced_flow(moments, theory::architecture::fused(2, 2, 2),
                                               {.drawn = tests::scheme::gaussian}),
                          data::input_error,
                          says("scheme: the reduced flow needs a balanced scheme"));
    BOOST_CHECK_EXCEPTION(solver::reduced_flow(moments, theory::architecture::fused(2, 2, 3), {}),
                          data::input_error,
                          says("branches: need one branch per modality, got 3 for 2 modalities"));
}

BOOST_AUTO_TEST_SUITE_END()
