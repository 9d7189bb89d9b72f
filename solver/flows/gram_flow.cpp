#include "fusionflow/solver/flows/gram_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

namespace {

constexpr double changes_of_speed = 4;  // most change of the speed in a step, in units of the speed
// A residual below this part of its terms need not be followed: a step that does not follow it
// changes the imbalance of the layers by the square of that part, which is rounding.
constexpr double at_rest = 1e-8;

void check_gram_start(const data::moments& moments, const two_layer_start& start) {
    data::need(start.fits(moments), "moments",
               "the initial weights of the exact two-layer flow do not fit the modalities of "
               "these moments");
    for (const two_layer_start::block& b : start.blocks()) {
        data::need(
            b.weights.squaredNorm() >= std::numeric_limits<double>::min(), "init",
            "the exact two-layer flow needs larger weights: the squares of a block underflow");
    }
}

}  // namespace

gram_flow::gram_flow(const data::moments& moments, const two_layer_start& start)
    : moments_(&moments), keeps_signs_(start.keeps_signs()), weights_(moments.dimension()),
      residual_(moments.dimension()), rounding_(moments) {
    check_gram_start(moments, start);
    for (const two_layer_start::block& from : start.blocks()) {
        const block b{std::ssize(initial_), from.weights.rows(), from.weights.cols() - 1,
                      moments.offset(from.first)};
        for (int m = from.first; m < from.first + from.count; ++m) {
            const Eigen::Index first = moments.offset(m) - b.offset;
            group_of_.push_back(groups_.size());
            groups_.push_back({b.column(first), moments.dim(m) * b.rank, blocks_.size()});
        }
        groups_.push_back({b.column(b.inputs), b.rank, blocks_.size()});
        blocks_.push_back(b);
        initial_.insert(initial_.end(), from.weights.data(),
                        from.weights.data() + from.weights.size());
    }
}

void gram_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    for (const block& b : blocks_) {
        const auto output = numbers(x, b.column(b.inputs), b.rank);
        for (Eigen::Index i = 0; i < b.inputs; ++i) {
            weights(b.offset + i) = output.dot(numbers(x, b.column(i), b.rank));
        }
    }
}

void gram_flow::derivative(const state& x, state& dxdt) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    set_speed(x, dxdt);
}

void gram_flow::set_speed(const state& x, state& dxdt) const {
    for (const block& b : blocks_) {
        const auto output = numbers(x, b.column(b.inputs), b.rank);
        auto output_speed = numbers(dxdt, b.column(b.inputs), b.rank);
        output_speed.setZero();
        for (Eigen::Index i = 0; i < b.inputs; ++i) {
            const double e = residual_(b.offset + i);
            numbers(dxdt, b.column(i), b.rank) = e * output;
            output_speed += e * numbers(x, b.column(i), b.rank);
        }
    }
}

bool gram_flow::has_jacobian() const { return initial_.size() <= most_implicit; }

bool gram_flow::stands(Eigen::Index input) const {
    return std::abs(residual_(input)) <= at_rest * terms_(input);
}

// Finds the horizon from the speed and its change d2x/dt2 = dK/dt F + K dF/dt, both of the inputs
// that still move.
void gram_flow::settle(const state& x, state& /*dxdt*/) {
    if (!has_jacobian()) {
        return;
    }
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    rounding_.terms(weights_, terms_);
    for (Eigen::Index i = 0; i < residual_.size(); ++i) {
        residual_(i) = stands(i) ? 0 : residual_(i);
    }
    speed_.resize(x.size());
    set_speed(x, speed_);
    speeds_.resize(weights_.size());
    for (const block& b : blocks_) {
        const Eigen::Index last = b.column(b.inputs);
        for (Eigen::Index i = 0; i < b.inputs; ++i) {
            speeds_(b.offset + i) =
                numbers(x, last, b.rank).dot(numbers(speed_, b.column(i), b.rank)) +
                numbers(x, b.column(i), b.rank).dot(numbers(speed_, last, b.rank));
        }
    }
    bends_.noalias() = -response() * speeds_;
    change_.resize(x.size());
    for (const block& b : blocks_) {
        const Eigen::Index last = b.column(b.inputs);
        auto output = numbers(change_, last, b.rank);
        output.setZero();
        for (Eigen::Index i = 0; i < b.inputs; ++i) {
            const Eigen::Index at = b.column(i);
            const double e = residual_(b.offset + i);
            const double bend = e == 0 ? 0 : bends_(b.offset + i);
            numbers(change_, at, b.rank) =
                bend * numbers(x, last, b.rank) + e * numbers(speed_, last, b.rank);
            output += bend * numbers(x, at, b.rank) + e * numbers(speed_, at, b.rank);
        }
    }
    horizon_ = changes_of_speed * relative_error(x, speed_) / relative_error(x, change_);
    if (!(horizon_ > 0)) {
        horizon_ = std::numeric_limits<double>::infinity();
    }
}

// With f_i and o the columns of F^T: V_i = o . f_i, df_i/dt = E_i o, do/dt = sum_i E_i f_i.
void gram_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    const auto size = static_cast<Eigen::Index>(x.size());
    slopes_.setZero(weights_.size(), size);
    j.setZero(size, size);
    for (const block& b : blocks_) {
        const Eigen::Index last = b.column(b.inputs);
        for (Eigen::Index i = 0; i < b.inputs; ++i) {
            const double e = residual_(b.offset + i);
            const Eigen::Index at = b.column(i);
            slopes_.row(b.offset + i).segment(at, b.rank) = numbers(x, last, b.rank);
            slopes_.row(b.offset + i).segment(last, b.rank) = numbers(x, at, b.rank);
            j.block(at, last, b.rank, b.rank).diagonal().setConstant(e);
            j.block(last, at, b.rank, b.rank).diagonal().setConstant(e);
        }
    }
    pulled_.noalias() = response() * slopes_;
    j.noalias() -= slopes_.transpose() * pulled_;
}

double gram_flow::relative_error(const state& x, const state& error) const {
    double largest = 0;
    bool finite = true;
    for (const group& g : groups_) {
        double size = numbers(x, g.at, g.size).norm();
        if (!(size > 0)) {
            const block& b = blocks_[g.block];
            size = numbers(x, b.at, b.size()).norm();
        }
        const double relative = numbers(error, g.at, g.size).norm() / size;
        finite = finite && relative <= std::numeric_limits<double>::max();
        largest = std::max(largest, relative);
    }
    return finite ? largest : std::numeric_limits<double>::infinity();
}

void gram_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < group_of_.size(); ++m) {
        const group& g = groups_[group_of_[m]];
        norms(static_cast<Eigen::Index>(m)) = numbers(x, g.at, g.size).norm();
    }
}

}  // namespace fusionflow::solver
