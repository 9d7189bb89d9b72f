#include "fusionflow/solver/flows/targets_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/flows/potential_steps.hpp"
#include "fusionflow/solver/flows/targets_motion.hpp"
#include "fusionflow/solver/flows/targets_start.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/solver/networks/power.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::MatrixXd;
using theory::dual;

constexpr double reach_of_modes = 0.75;  // of a potential in one step
// Rounding leaves this part of its terms of a residual at rest.
constexpr double noise = 16 * std::numeric_limits<double>::epsilon();
// While the growth of the waiting weights changes W by less than this part of it, what is at rest
// need not follow them.
constexpr double unnoticed = 1e-13;

Eigen::Map<const MatrixXd> numbers(const state& x, std::size_t at, Eigen::Index rows,
                                   Eigen::Index cols) {
    return {x.data() + at, rows, cols};
}

}  // namespace

struct targets_flow::parts {
    const data::moments* moments;
    targets_layout layout;
    state initial;
    targets_rest rest{layout};
    targets_motion<double> motion{layout, rest};
    targets_motion<dual> slopes{layout, rest};
    MatrixXd weights;
    Eigen::VectorXd stacked;
    Eigen::VectorXd residual;
    MatrixXd residual_matrix;
    double largest_norm = 0;       // the largest u_i of all modes
    Eigen::VectorXd correlations;  // |s_m|
    Eigen::MatrixXd covariances;   // |Sigma_mn|
    Eigen::VectorXd sizes;         // |W_m|
    std::vector<double> rounding;  // of E_m at rest
    state moved;
    theory::vector_of<dual> dual_state;
    theory::vector_of<dual> dual_speed;
    theory::matrix_of<dual> dual_weights;
    theory::matrix_of<dual> dual_residual;

    void start(const theory::architecture& arch, const theory::initialisation& init);
    void look_at(const state& x);
    void find_residual();
    void derivative(state& dxdt);
    [[nodiscard]] double speed_of_weights(const state& x, const state& dxdt);
    [[nodiscard]] double outside_error(std::size_t m, Eigen::Index i, double error,
                                       const Eigen::VectorXd& pulled, const MatrixXd& frame) const;
    [[nodiscard]] double error_of(std::size_t m, const state& x, const state& error) const;
};

targets_flow::targets_flow(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init)
    : own_(std::make_unique<parts>()) {
    theory::require_start(moments, arch, init);
    data::need(init.balanced(), "scheme", "the reduced flow needs a balanced scheme");
    own_->moments = &moments;
    own_->start(arch, init);
}

targets_flow::~targets_flow() = default;

state targets_flow::initial() const { return own_->initial; }

bool targets_flow::keeps_signs() const { return own_->layout.outputs == 1; }

bool targets_flow::has_jacobian() const { return own_->initial.size() <= most_implicit; }

void targets_flow::parts::start(const theory::architecture& arch,
                                const theory::initialisation& init) {
    const data::moments& data = *moments;
    targets_start first(data, arch, init);
    layout = std::move(first.layout);
    initial = std::move(first.numbers);
    stacked.resize(data.correlations().size());
    residual.resize(stacked.size());
    correlations.resize(data.count());
    covariances.resize(data.count(), data.count());
    sizes.resize(data.count());
    rounding.resize(layout.branches.size());
    for (int m = 0; m < data.count(); ++m) {
        correlations(m) = data.part(data.correlations(), m).norm();
        for (int n = 0; n < data.count(); ++n) {
            covariances(m, n) = data.covariance()
                                    .block(data.offset(m), data.offset(n), data.dim(m), data.dim(n))
                                    .norm();
        }
    }
    rest = targets_rest(layout);
    moved.resize(initial.size());
    dual_state.resize(std::ssize(initial));
    dual_speed.resize(std::ssize(initial));
}

void targets_flow::parts::look_at(const state& x) {
    motion.look_at(x.data(), weights);
    stacked = weights.reshaped();
}

void targets_flow::parts::find_residual() {
    solver::residual(*moments, stacked, residual);
    residual_matrix = residual.reshaped(layout.outputs, layout.inputs);
}

void targets_flow::parts::derivative(state& dxdt) {
    find_residual();
    motion.move(residual_matrix, dxdt.data());
}

void targets_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    own_->look_at(x);
    weights = own_->stacked;
}

void targets_flow::derivative(const state& x, state& dxdt) {
    own_->look_at(x);
    own_->derivative(dxdt);
}

void targets_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    parts& p = *own_;
    const Eigen::Index size = std::ssize(x) - 1;  // without time
    j.resize(size, size);
    p.look_at(x);
    p.find_residual();
    for (Eigen::Index i = 0; i < p.dual_state.size(); ++i) {
        p.dual_state(i) = theory::make_dual(x[static_cast<std::size_t>(i)], 0);
    }
    MatrixXd weight_slopes(p.layout.outputs, p.layout.inputs);
    MatrixXd residual_slopes(p.layout.outputs, p.layout.inputs);
    for (Eigen::Index i = 0; i < size; ++i) {
        p.dual_state(i).derivatives()(0) = 1;
        p.slopes.look_at(p.dual_state.data(), p.dual_weights);
        p.dual_state(i).derivatives()(0) = 0;
        weight_slopes = p.dual_weights.unaryExpr([](const dual& w) { return theory::slope_of(w); });
        residual_slopes.noalias() = -weight_slopes * p.moments->covariance();
        p.dual_residual = p.residual_matrix.binaryExpr(
            residual_slopes, [](double v, double s) { return theory::make_dual(v, s); });
        p.slopes.move(p.dual_residual, p.dual_speed.data());
        for (Eigen::Index k = 0; k < size; ++k) {
            j(k, i) = theory::slope_of(p.dual_speed(k));
        }
    }
}

// |dW/dc|
double targets_flow::parts::speed_of_weights(const state& x, const state& dxdt) {
    for (std::size_t i = 0; i < x.size(); ++i) {
        dual_state(static_cast<Eigen::Index>(i)) = theory::make_dual(x[i], dxdt[i]);
    }
    slopes.look_at(dual_state.data(), dual_weights);
    double square = 0;
    for (const dual& w : dual_weights.reshaped()) {
        square += theory::slope_of(w) * theory::slope_of(w);
    }
    return std::sqrt(square);
}

void targets_flow::tidy(state& x) {
    parts& p = *own_;
    if (p.rest.held) {
        return;
    }
    p.look_at(x);
    p.moved = x;
    if (p.motion.tidy(p.moved.data())) {
        x = p.moved;
    }
}

// What is at rest is held only while the waiting weights are nothing beside it, and follows them
// later. Without a trunk nothing counts as at rest then: rounding makes no waiting weight lean.
void targets_flow::settle(const state& x, state& dxdt) {
    parts& p = *own_;
    const bool rested = p.rest.any();
    p.rest.clear();
    p.look_at(x);
    if (rested) {
        p.derivative(dxdt);
    }
    for (int m = 0; m < p.moments->count(); ++m) {
        p.sizes(m) = p.moments->part(p.stacked, m).norm();
    }
    for (int m = 0; m < p.moments->count(); ++m) {
        p.rounding[static_cast<std::size_t>(m)] =
            noise * (p.correlations(m) + p.covariances.row(m).dot(p.sizes));
    }
    p.find_residual();
    p.motion.move(p.residual_matrix, p.moved.data());
    const targets_rest found = p.motion.resting(p.rounding);
    if (!found.any()) {
        return;
    }
    p.rest = found;
    p.derivative(p.moved);
    const double rate = relative_error(x, p.moved);
    if (p.speed_of_weights(x, p.moved) > unnoticed * p.stacked.norm() * rate) {
        if (p.layout.shared == 0) {
            p.rest.clear();
            return;
        }
        p.rest.held = false;
        p.derivative(p.moved);
    }
    dxdt = p.moved;
}

// How much the part of a direction's error counts that leaves the space of its frame. It slows a
// waiting mode by its square where the mode points along its residual, and elsewhere by itself
// times the sine of the angle between them. It shrinks as the mode grows.
double targets_flow::parts::outside_error(std::size_t m, Eigen::Index i, double error,
                                          const Eigen::VectorXd& pulled,
                                          const MatrixXd& frame) const {
    if (layout.shared > 0) {
        return error;
    }
    const double sine = (pulled - frame * (frame.transpose() * pulled)).norm() / pulled.norm();
    const double size = motion.part(m).norms(i) / largest_norm;
    const double weight = std::max({sine, size, error});
    return weight <= 1 ? weight * error : error;
}

// The error of modality m at the state that was looked at last. A common turn of both frames moves
// the matrix only by differences of its singular values.
double targets_flow::parts::error_of(std::size_t m, const state& x, const state& error) const {
    const targets_layout::branch& b = layout.branches[m];
    const auto& part = motion.part(m);
    double largest = 0;
    const auto take = [&largest](double size) {
        largest = size <= largest ? largest : size;  // NaN passes, and becomes infinity:
        largest = std::isnan(size) ? std::numeric_limits<double>::infinity() : largest;
    };
    const auto& trunk = motion.trunk();
    if (b.layers == 1) {
        const auto e = numbers(error, b.at, layout.outputs, b.inputs);
        for (Eigen::Index i = 0; i < e.rows(); ++i) {
            if (trunk(i) > 0) {
                take(e.row(i).lpNorm<Eigen::Infinity>() / trunk(i));
            }
        }
        return largest;
    }
    for (Eigen::Index i = 0; i < b.rank; ++i) {
        const std::size_t at = b.at + static_cast<std::size_t>(i);
        const double z = std::abs(x[at]);
        take(std::abs(error[at]) / (b.layers == 2 ? std::max(z, 1.0) : (b.layers - 2) * z));
    }
    MatrixXd turn_left = MatrixXd::Zero(b.rank, b.rank);
    MatrixXd turn_right = turn_left;
    if (layout.outputs > 1) {
        const auto e = numbers(error, b.left, layout.outputs, b.rank);
        turn_left = part.left.transpose() * e;
        for (Eigen::Index i = 0; layout.outputs > b.rank && i < b.rank; ++i) {
            const Eigen::VectorXd pulled =
                residual_matrix.middleCols(b.offset, b.inputs) * part.right.col(i);
            const double outside =
                (e.col(i) - part.left * turn_left.col(i)).lpNorm<Eigen::Infinity>();
            take(outside_error(m, i, outside, pulled, part.left));
        }
    }
    if (b.inputs > 1) {
        const auto e = numbers(error, b.right, b.inputs, b.rank);
        turn_right = part.right.transpose() * e;
        for (Eigen::Index i = 0; b.inputs > b.rank && i < b.rank; ++i) {
            const Eigen::VectorXd pulled =
                residual_matrix.middleCols(b.offset, b.inputs).transpose() * part.left.col(i);
            const double outside =
                (e.col(i) - part.right * turn_right.col(i)).lpNorm<Eigen::Infinity>();
            take(outside_error(m, i, outside, pulled, part.right));
        }
    }
    for (Eigen::Index j = 0; b.rank > 1 && j < b.rank; ++j) {
        for (Eigen::Index i = 0; i < b.rank; ++i) {
            const double together = (turn_left(i, j) + turn_right(i, j)) / 2;
            const double against = (turn_left(i, j) - turn_right(i, j)) / 2;
            const double apart = i == j ? 1
                                        : std::abs(part.norms(i) - part.norms(j)) /
                                              std::max(part.norms(i), part.norms(j));
            take(std::abs(together) * apart);
            take(std::abs(against));
        }
    }
    if (layout.shared > 0 && layout.outputs > 1) {
        const auto e = numbers(error, b.left, layout.outputs, b.rank);
        const MatrixXd rows = e * part.norms.asDiagonal() +
                              part.left * part.norms.asDiagonal() * turn_right.transpose();
        for (Eigen::Index i = 0; i < rows.rows(); ++i) {
            if (trunk(i) > 0) {
                take(rows.row(i).lpNorm<Eigen::Infinity>() / trunk(i));
            }
        }
    }
    return largest;
}

double targets_flow::relative_error(const state& x, const state& error) const {
    parts& p = *own_;
    for (std::size_t i = 0; i < p.layout.time; ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(error[i])) {
            return std::numeric_limits<double>::infinity();
        }
    }
    p.look_at(x);
    p.find_residual();
    p.largest_norm = 0;
    for (std::size_t m = 0; m < p.layout.branches.size(); ++m) {
        if (p.layout.branches[m].layers > 1) {
            p.largest_norm = std::max(p.largest_norm, p.motion.part(m).norms.maxCoeff());
        }
    }
    double largest = 0;
    for (std::size_t m = 0; m < p.layout.branches.size(); ++m) {
        largest = std::max(largest, p.error_of(m, x, error));
    }
    if (p.layout.trunk < p.layout.time) {
        const auto e = numbers(error, p.layout.trunk, p.layout.outputs, p.layout.outputs);
        largest = std::max(largest, e.lpNorm<Eigen::Infinity>());
    }
    return largest;
}

// The horizon of reduced_flow, of the mode for which it is the nearest.
double targets_flow::horizon(const state& x, const state& dxdt, double rtol) const {
    double nearest = std::numeric_limits<double>::infinity();
    own_->look_at(x);
    for (std::size_t m = 0; m < own_->layout.branches.size(); ++m) {
        const targets_layout::branch& b = own_->layout.branches[m];
        for (Eigen::Index mode = 0; b.layers > 1 && mode < b.rank; ++mode) {
            const std::size_t i = b.at + static_cast<std::size_t>(mode);
            const double z = x[i];
            // A learned mode seems to move as fast as rounding leaves its push.
            const double still = own_->rounding[m] * own_->motion.felt(m, mode);
            if (!(dxdt[i] > still && z < 0)) {
                continue;
            }
            const double part_left = b.layers > 2 ? -reach_of_modes * z : std::max(-z, 1.0) / 2;
            if (-z < felt_potential) {
                nearest = std::min(nearest, part_left / dxdt[i]);
                continue;
            }
            const double small = unfelt_step * rtol / (std::max(b.layers - 2, 1) * -z);
            const double edge =
                std::min(-theory::potential(b.layers, std::pow(small, 0.5 / (b.layers - 1))),
                         least_potential_left * z);
            nearest = std::min(nearest, (z < 2 * edge ? edge - z : part_left) / dxdt[i]);
        }
    }
    return nearest;
}

void targets_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    parts& p = *own_;
    p.look_at(x);
    for (std::size_t m = 0; m < p.layout.branches.size(); ++m) {
        const auto& part = p.motion.part(m);
        norms(static_cast<Eigen::Index>(m)) =
            p.layout.branches[m].layers == 1 ? part.left.norm() : part.norms.norm();
    }
}

}  // namespace fusionflow::solver
