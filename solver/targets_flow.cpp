#include "solver/targets_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"
#include "data/pseudo_inverse.hpp"
#include "solver/moment_products.hpp"
#include "solver/power.hpp"

namespace fusionflow::solver {

namespace {

constexpr unsigned thin = Eigen::ComputeThinU | Eigen::ComputeThinV;
// Singular values count as apart from here on, relative to their sum: closer ones have the mean of
// a derivative for their difference quotient, which is off by the square of this.
constexpr double apart = 1e-7;
// Singular values are followed down to this part of the least initial norm: shrinking ones too.
constexpr double followed = 0.01;

// (a^n - b^n) / (a - b), a, b >= 0
double difference_quotient(double a, double b, int n) {
    if (std::abs(a - b) <= apart * (a + b)) {
        return n * power((a + b) / 2, n - 1);
    }
    return (power(a, n) - power(b, n)) / (a - b);
}

// (a^n + b^n) / (a + b)
double sum_quotient(double a, double b, int n) {
    return a + b > 0 ? (power(a, n) + power(b, n)) / (a + b) : 0.0;
}

}  // namespace

targets_flow::targets_flow(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init)
    : moments_(&moments), least_norm_(init.norm(0)),
      above_(Eigen::MatrixXd::Identity(moments.outputs(), moments.outputs())),
      weights_(moments.correlations().size()), residual_(weights_.size()) {
    arch.match(moments);
    init.validate(moments.count());
    theory::require_range(arch, init);
    if (init.drawn != theory::scheme::balanced) {
        throw data::input_error("scheme", "the reduced flow is that of balanced networks");
    }
    const Eigen::VectorXd directions = theory::initial_directions(moments);
    Eigen::MatrixXd square = init.trunk_excess * above_;
    for (int m = 0; m < moments.count(); ++m) {
        const Eigen::MatrixXd start = init.norm(m) * moments.matrix(directions, m);
        branches_.push_back(append(arch.branch(m), start));
        square += start * start.transpose();
        least_norm_ = std::min(least_norm_, init.norm(m));
    }
    below_.resize(branches_.size());
    if (arch.shared() > 0) {
        trunk_.push_back(append(arch.shared(), data::square_root(square)));
    }
}

targets_flow::factor targets_flow::append(int layers, const Eigen::MatrixXd& start) {
    factor f{layers, start.rows(), start.cols(), initial_.size(),
             svd(start.rows(), start.cols(), thin)};
    initial_.insert(initial_.end(), start.data(), start.data() + start.size());
    return f;
}

// U diag(u^n) V^T
Eigen::MatrixXd targets_flow::product(const factor& f, const state& x) {
    if (f.layers == 1) {
        return f.in(x);
    }
    Eigen::VectorXd powers = f.parts.singularValues();
    for (double& u : powers) {
        u = power(u, f.layers);
    }
    return f.parts.matrixU() * powers.asDiagonal() * f.parts.matrixV().transpose();
}

void targets_flow::look_at(const state& x) {
    const auto decompose = [&](factor& f) {
        if (f.layers > 1) {
            f.parts.compute(f.in(x), thin);
        }
        return product(f, x);
    };
    for (factor& f : trunk_) {
        above_ = decompose(f);
    }
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        below_[m] = decompose(branches_[m]);
        moments_->part(weights_, static_cast<int>(m)) = (above_ * below_[m]).reshaped();
    }
}

void targets_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    look_at(x);
    weights = weights_;
}

// dA/dt of equal layers whose product is pushed by minus the gradient of the loss.
Eigen::MatrixXd targets_flow::speed(const factor& f, const Eigen::MatrixXd& push) {
    if (f.layers == 1) {
        return push;
    }
    const Eigen::MatrixXd& left = f.parts.matrixU();
    const Eigen::MatrixXd& right = f.parts.matrixV();
    const Eigen::VectorXd& u = f.parts.singularValues();
    const Eigen::MatrixXd from_left = left.transpose() * push;  // r x cols
    const Eigen::MatrixXd inner = from_left * right;            // r x r
    Eigen::MatrixXd change(u.size(), u.size());
    Eigen::VectorXd outer(u.size());
    for (Eigen::Index j = 0; j < u.size(); ++j) {
        outer(j) = power(u(j), f.layers - 1);
        for (Eigen::Index i = 0; i < u.size(); ++i) {
            change(i, j) =
                sum_quotient(u(i), u(j), f.layers) * (inner(i, j) + inner(j, i)) / 2 +
                difference_quotient(u(i), u(j), f.layers) * (inner(i, j) - inner(j, i)) / 2;
        }
    }
    // What leaves the space of V on the right (U is all of R^K), or of U on the left.
    if (f.cols > f.rows) {
        return left * (change * right.transpose() +
                       outer.asDiagonal() * (from_left - inner * right.transpose()));
    }
    const Eigen::MatrixXd rest = push * right - left * inner;
    return (left * change + rest * outer.asDiagonal()) * right.transpose();
}

void targets_flow::derivative(const state& x, state& dxdt) {
    look_at(x);
    residual(*moments_, weights_, residual_);
    Eigen::MatrixXd on_trunk = Eigen::MatrixXd::Zero(above_.rows(), above_.cols());
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const auto e = moments_->matrix(residual_, static_cast<int>(m));
        branches_[m].in(dxdt) = speed(branches_[m], above_.transpose() * e);
        if (!trunk_.empty()) {
            on_trunk += e * below_[m].transpose();
        }
    }
    for (const factor& f : trunk_) {
        f.in(dxdt) = speed(f, on_trunk);
    }
}

// Errors between two modes turn the larger one: they are measured by it.
double targets_flow::error_of(const factor& f, const state& x, const state& error) const {
    const svd now(f.in(x), thin);
    const Eigen::VectorXd u = now.singularValues().cwiseMax(followed * least_norm_);
    const Eigen::MatrixXd e = f.in(error);
    const Eigen::MatrixXd from_left = now.matrixU().transpose() * e;
    const Eigen::MatrixXd inner = from_left * now.matrixV();
    double largest = 0;
    for (Eigen::Index j = 0; j < u.size(); ++j) {
        for (Eigen::Index i = 0; i < u.size(); ++i) {
            largest = std::max(largest, std::abs(inner(i, j)) / std::max(u(i), u(j)));
        }
    }
    const Eigen::MatrixXd rows = from_left - inner * now.matrixV().transpose();
    const Eigen::MatrixXd cols = e * now.matrixV() - now.matrixU() * inner;
    for (Eigen::Index i = 0; i < u.size(); ++i) {
        largest = std::max({largest, rows.row(i).norm() / u(i), cols.col(i).norm() / u(i)});
    }
    return largest;
}

double targets_flow::relative_error(const state& x, const state& error) const {
    double largest = 0;
    const auto finite = [](double number) { return std::isfinite(number); };
    if (!std::all_of(x.begin(), x.end(), finite) ||
        !std::all_of(error.begin(), error.end(), finite)) {
        return std::numeric_limits<double>::infinity();
    }
    for (const factor& f : branches_) {
        largest = std::max(largest, error_of(f, x, error));
    }
    for (const factor& f : trunk_) {
        largest = std::max(largest, error_of(f, x, error));
    }
    return largest;
}

void targets_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        norms(static_cast<Eigen::Index>(m)) = branches_[m].in(x).norm();
    }
}

}  // namespace fusionflow::solver
