#include "fusionflow/theory/race/small_network.hpp"

#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <optional>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/layered_network.hpp"
#include "fusionflow/theory/race/phase_time.hpp"
#include "fusionflow/theory/race/potential.hpp"
#include "fusionflow/theory/race/turning.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using network_state = layered_network::state;

constexpr double network_tolerance = 1e-9;  // of a step
// A mode that has grown by this factor leads alone: the rest of the time is this to the power 2 - L
// of the whole, and the others move by that part of themselves.
constexpr double grown_far = 1e4;
constexpr double no_part_of_it = 1e-11;  // up to this a part of a matrix counts as zero
constexpr double opposite = 1e-24;       // the square of a sine that rounding cannot tell from zero
constexpr int most_network_steps = 20'000;

// ---- One block without a trunk, of one row or one column.

small_growth turn_alone(const small_block& b, double longest, double end) {
    const int n = b.layers;
    small_growth grown;
    const double norm = b.weights.norm();
    const double rate = b.push.norm();
    const MatrixXd along = b.push / rate;
    const double cosine = b.weights.cwiseProduct(along).sum() / norm;
    const MatrixXd across = b.weights / norm - cosine * along;
    const double square = across.squaredNorm();
    if (cosine < 0 && square < opposite) {  // it shrinks, and keeps its sign
        grown.time = longest;
        const double left = potential(n, norm) + (std::isinf(longest) ? 0 : rate * longest);
        grown.weights = {norm_at_potential(n, left) / norm * b.weights};
        return grown;
    }
    const double whole = potential(n, norm) * turning_factor(n, cosine, square);
    const double side = norm * norm * square;
    const double after =
        std::isinf(end) ? 0 : potential(n, end) * turning_factor(n, std::sqrt(1 - side), side);
    grown.time = (whole - after) / rate;
    if (!(longest < grown.time)) {
        const data::singular_parts parts = data::decompose_singular(b.push);
        grown.mode = {0, rate, 0, parts.left.col(0), parts.right.col(0)};
        grown.weights = {norm * across};
        return grown;
    }
    grown.time = longest;
    const double part = turned_part(n, cosine, square, 1 - rate * longest / whole);
    grown.weights = {norm * (across + part * along)};
    return grown;
}

// ---- One block of two layers without a trunk. Turning changes its modes by factors that the
// logarithm of the leading order does not see: each goes on along the mode of the push that it has
// most of.

class logarithmic_modes {
public:
    explicit logarithmic_modes(const small_block& b)
        : block_(b), push_(data::decompose_singular(b.push)),
          own_(data::decompose_singular(b.weights)) {
        const Index count = std::min(push_.values.size(), own_.values.size());
        MatrixXd shares(own_.values.size(), push_.values.size());
        for (Index k = 0; k < shares.rows(); ++k) {
            for (Index j = 0; j < shares.cols(); ++j) {
                shares(k, j) = own_.values(k) * std::abs(own_.left.col(k).dot(push_.left.col(j)) *
                                                         own_.right.col(k).dot(push_.right.col(j)));
            }
        }
        for (Index pair = 0; pair < count; ++pair) {
            Index k = 0;
            Index j = 0;
            if (!(shares.maxCoeff(&k, &j) >= 0) || !(own_.values(k) > 0)) {
                break;
            }
            pairs_.push_back({own_.values(k), j});
            shares.row(k).setConstant(-1);
            shares.col(j).setConstant(-1);
        }
    }

    [[nodiscard]] small_growth run(double longest, double end) const {
        small_growth grown;
        grown.time = never;
        const double arrived = std::isinf(end) ? 0 : std::log(end);
        std::size_t first = pairs_.size();
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            const double rate = rate_of(i);
            const double time =
                rate > 0 ? std::max(arrived - std::log(pairs_[i].norm), 0.0) / rate : never;
            if (time < grown.time) {
                grown.time = time;
                first = i;
            }
        }
        if (longest < grown.time) {
            grown.time = longest;
            first = pairs_.size();
        }
        MatrixXd after = MatrixXd::Zero(block_.weights.rows(), block_.weights.cols());
        for (std::size_t i = 0; i < pairs_.size() && std::isfinite(grown.time); ++i) {
            const auto output = push_.left.col(pairs_[i].along);
            const auto input = push_.right.col(pairs_[i].along);
            if (i == first) {
                grown.mode = {0, rate_of(i), 0, output, input};
            } else {
                after +=
                    pairs_[i].norm * std::exp(rate_of(i) * grown.time) * output * input.transpose();
            }
        }
        grown.weights = {after};
        return grown;
    }

private:
    struct path {
        double norm;
        Index along;
    };
    [[nodiscard]] double rate_of(std::size_t i) const { return push_.values(pairs_[i].along); }

    const small_block& block_;
    data::singular_parts push_;
    data::singular_parts own_;
    std::vector<path> pairs_;
};

// ---- Blocks whose modes are those of their pushes, with the same outputs.

// The outputs that all blocks share; empty where they do not.
MatrixXd shared_outputs(const std::vector<small_block>& blocks) {
    const Index targets = blocks.front().push.rows();
    MatrixXd square = MatrixXd::Zero(targets, targets);
    for (const small_block& b : blocks) {
        const double weight = b.push.norm();
        if (weight > 0) {
            square += b.push * b.push.transpose() / (weight * weight);
        }
    }
    MatrixXd outputs = data::decompose_singular(square, data::singular_vectors::full_left).left;
    for (const small_block& b : blocks) {
        const MatrixXd push = outputs.transpose() * b.push;
        const MatrixXd weights = outputs.transpose() * b.weights;
        const auto off = [](const MatrixXd& gram) {
            MatrixXd rest = gram;
            rest.diagonal().setZero();
            return rest.norm();
        };
        // Rows have to be orthogonal to each other, and those of the weights along the push's.
        const MatrixXd mixed = weights * push.transpose();
        if (off(push * push.transpose()) > no_part_of_it * push.squaredNorm() ||
            off(weights * weights.transpose()) > no_part_of_it * weights.squaredNorm() ||
            off(mixed) > no_part_of_it * push.norm() * weights.norm()) {
            return {};
        }
        for (Index i = 0; i < targets; ++i) {
            const double sizes = weights.row(i).norm() * push.row(i).norm();
            if (!(std::abs(mixed(i, i) - sizes) <= no_part_of_it * sizes)) {
                return {};
            }
        }
    }
    return outputs;
}

class separate_modes {
public:
    separate_modes(const std::vector<small_block>& blocks, int shared, double excess, double end,
                   MatrixXd outputs)
        : blocks_(blocks), shared_(shared), excess_(excess), end_(end),
          outputs_(std::move(outputs)) {}

    [[nodiscard]] small_growth run(double longest) const {
        small_growth grown;
        grown.time = never;
        Index first = -1;
        for (Index i = 0; i < outputs_.cols(); ++i) {
            const double time = time_of(i);
            if (time < grown.time) {
                grown.time = time;
                first = i;
            }
        }
        if (longest < grown.time) {
            grown.time = longest;
            first = -1;
        }
        for (const small_block& b : blocks_) {
            grown.weights.emplace_back(MatrixXd::Zero(b.weights.rows(), b.weights.cols()));
        }
        if (std::isinf(grown.time)) {
            return grown;
        }
        for (Index i = 0; i < outputs_.cols(); ++i) {
            advance(i, grown.time, i == first, grown);
        }
        return grown;
    }

private:
    [[nodiscard]] std::vector<racer> racers(Index i) const {
        std::vector<racer> all;
        for (const small_block& b : blocks_) {
            const auto direction = outputs_.col(i).transpose();
            all.push_back({b.layers, (direction * b.weights).norm(), (direction * b.push).norm()});
        }
        return all;
    }
    [[nodiscard]] double end_potential(int layers) const {
        if (layers == 1) {
            return potential(layers, 1.0);
        }
        return shared_ == 0 && std::isfinite(end_) ? potential(layers, end_) : 0;
    }
    [[nodiscard]] double clock_to_go(const racer& r) const {
        return r.norm > 0 && r.rate > 0
                   ? (potential(r.branch, r.norm) - end_potential(r.branch)) / r.rate
                   : never;
    }
    [[nodiscard]] int leader(const std::vector<racer>& all) const {
        int first = -1;
        double least = never;
        for (std::size_t m = 0; m < all.size(); ++m) {
            if (clock_to_go(all[m]) < least) {
                least = clock_to_go(all[m]);
                first = static_cast<int>(m);
            }
        }
        return first;
    }
    // The racers whose norm is not zero; `first` becomes the leader's index among them.
    [[nodiscard]] static std::vector<racer> running(const std::vector<racer>& all, int& first) {
        std::vector<racer> present;
        int place = 0;
        for (std::size_t m = 0; m < all.size(); ++m) {
            if (static_cast<int>(m) == first) {
                place = static_cast<int>(present.size());
            }
            if (all[m].norm > 0) {
                present.push_back(all[m]);
            }
        }
        first = place;
        return present;
    }
    [[nodiscard]] double time_of(Index i) const {
        const std::vector<racer> all = racers(i);
        int first = leader(all);
        if (first < 0) {
            return never;
        }
        if (shared_ == 0) {
            return clock_to_go(all.front());
        }
        const std::vector<racer> present = running(all, first);
        return first_phase_time(present, first, shared_, excess_);
    }
    void advance(Index i, double time, bool wins, small_growth& grown) const {
        const std::vector<racer> all = racers(i);
        const int lead = leader(all);
        double clock = time;
        if (lead >= 0 && shared_ > 0) {
            int first = lead;
            const std::vector<racer> present = running(all, first);
            clock = wins ? clock_to_go(all[static_cast<std::size_t>(lead)])
                         : first_phase_clock(present, first, shared_, excess_, time);
        }
        for (std::size_t m = 0; m < all.size(); ++m) {
            const racer& r = all[m];
            const small_block& b = blocks_[m];
            if (wins && static_cast<int>(m) == lead) {
                grown.mode = {lead, r.rate, 0, outputs_.col(i),
                              (b.push.transpose() * outputs_.col(i)).normalized()};
                continue;
            }
            if (!(r.norm > 0)) {
                continue;
            }
            const double left = potential(r.branch, r.norm) - (lead >= 0 ? r.rate * clock : 0);
            // A racer that ties with the leader is stopped just short of infinity.
            const double least = 1e-12 * potential(r.branch, r.norm);
            const double norm =
                norm_at_potential(r.branch, r.branch > 2 ? std::max(left, least) : left);
            grown.weights[m] +=
                norm / r.norm * outputs_.col(i) * (outputs_.col(i).transpose() * b.weights);
        }
    }

    const std::vector<small_block>& blocks_;
    int shared_;
    double excess_;
    double end_;
    MatrixXd outputs_;
};

// ---- All other blocks: a network is integrated, in units of the largest weight and push.

class growing_network {
public:
    growing_network(const std::vector<small_block>& blocks, int shared, double excess, double end)
        : blocks_(blocks), shared_(shared), end_(end) {
        shortest_ = blocks.front().layers;
        for (const small_block& b : blocks) {
            size_ = std::max(size_, b.weights.norm());
            push_ = std::max(push_, b.push.norm());
            shortest_ = std::min(shortest_, b.layers);
        }
        const Index targets = blocks.front().weights.rows();
        std::vector<layered_network::branch> branches;
        std::vector<MatrixXd> weights;
        for (const small_block& b : blocks) {
            weights.emplace_back(b.weights / size_);
            branches.push_back({b.layers, weights.back()});
            pushes_.emplace_back(std::pow(size_, b.layers - shortest_) * b.push / push_);
        }
        network_.emplace(branches, shared, MatrixXd::Identity(targets, targets),
                         balanced_root(weights, excess / size_ / size_));
        x_ = network_->start();
    }

    [[nodiscard]] small_growth run(double longest) {
        const double unit = std::pow(size_, 2 - shortest_ - shared_) / push_;
        small_growth grown;
        grown.time = never;
        const double end = longest / unit;
        const double start = network_->largest(x_);
        double time = 0;
        double h = 0.01;
        network_state next(x_.size());
        network_state error(x_.size());
        boost::numeric::odeint::runge_kutta_dopri5<network_state> stepper;
        const auto rhs = [this](const network_state& x, network_state& dxdt, double) {
            network_->derivative(x, pushes_, dxdt);
        };
        for (int step = 0; step < most_network_steps; ++step) {
            const bool last = time + h >= end;
            const double length = last ? end - time : h;
            stepper.reset();
            stepper.do_step(rhs, x_, 0.0, next, length, error);
            const double off = network_->relative(next, error) / network_tolerance;
            if (!(off <= 1)) {
                h = length * layered_network::next_length(off);
                continue;
            }
            x_.swap(next);
            time += length;
            if (last) {
                grown.time = longest;
                read(grown);
                return grown;
            }
            h = length * layered_network::next_length(off);
            if (network_->largest(x_) > grown_far * start || one_layer_norm() > 1) {
                read(grown);
                finish(grown, time, unit);
                return grown;
            }
        }
        // Only weights that shrink take so many steps, whatever the time.
        grown.time = longest;
        read(grown);
        return grown;
    }

private:
    // The largest norm of a branch of one layer. At 1 such a branch has arrived, however little it
    // has grown: its race ends there, while other branches go on to larger weights.
    [[nodiscard]] double one_layer_norm() const {
        double most = 0;
        for (std::size_t m = 0; m < blocks_.size(); ++m) {
            if (blocks_[m].layers == 1) {
                most = std::max(most, size_ * network_->weights(x_, m).norm());
            }
        }
        return most;
    }

    void read(small_growth& grown) const {
        const MatrixXd turn = network_->turn(x_);
        for (std::size_t m = 0; m < pushes_.size(); ++m) {
            grown.weights.emplace_back(size_ * turn * network_->weights(x_, m));
        }
    }

    void finish(small_growth& grown, double time, double unit) const {
        std::size_t lead = 0;
        for (std::size_t m = 0; m < pushes_.size(); ++m) {
            if (grown.weights[m].norm() > grown.weights[lead].norm()) {
                lead = m;
            }
        }
        const data::singular_parts parts = data::decompose_singular(grown.weights[lead]);
        const Eigen::VectorXd output = parts.left.col(0);
        const Eigen::VectorXd input = parts.right.col(0);
        const double u = parts.values(0);
        const int n = blocks_[lead].layers;
        const double rate = output.dot(blocks_[lead].push * input);
        grown.mode = {static_cast<int>(lead), rate, u, output, input};
        grown.weights[lead] -= u * output * input.transpose();
        double trunk = 0;
        for (const MatrixXd& a : grown.weights) {
            trunk += (output.transpose() * a).squaredNorm();
        }
        trunk = std::sqrt(trunk + u * u);
        const int depth = n + shared_;
        if (shared_ > 0) {
            run_on(grown, n, u);
        }
        if (shared_ == 0) {
            grown.time = time * unit +
                         (potential(n, u) - (std::isinf(end_) ? 0 : potential(n, end_))) / rate;
            return;
        }
        const double speed = rate * std::pow(u, n - 1) * std::pow(trunk, shared_);
        grown.time =
            time * unit + (depth == 2 ? -std::log(trunk) * u / speed
                                      : u / ((depth - 2) * speed) - 1 / ((depth - 2) * rate));
    }

    // Moves the others while the leader goes on alone: only their rows along its output grow.
    void run_on(small_growth& grown, int layers, double norm) const {
        const grown_mode& mode = grown.mode;
        const double end = layers == 1 ? potential(1, 1.0) : 0;
        const double clock = std::max(potential(layers, norm) - end, 0.0) / mode.rate;
        for (std::size_t m = 0; m < blocks_.size(); ++m) {
            const int n = blocks_[m].layers;
            const MatrixXd row = mode.output.transpose() * grown.weights[m];
            const double size = row.norm();
            if (n == 1 || static_cast<int>(m) == mode.block || !(size > 0)) {
                continue;
            }
            const double whole = potential(n, size);
            const double left = whole - (mode.output.transpose() * blocks_[m].push).norm() * clock;
            const double later = norm_at_potential(n, n > 2 ? std::max(left, 1e-12 * whole) : left);
            grown.weights[m] += (later / size - 1) * mode.output * row;
        }
    }

    const std::vector<small_block>& blocks_;
    int shared_;
    double end_;
    int shortest_ = 0;
    double size_ = 0;
    double push_ = 0;
    std::vector<MatrixXd> pushes_;
    std::optional<layered_network> network_;
    network_state x_;
};

// Branches of one layer below a trunk of one are one branch of two layers with all their inputs.
small_growth grow_side_by_side(const std::vector<small_block>& blocks, double longest) {
    Index inputs = 0;
    for (const small_block& b : blocks) {
        inputs += b.push.cols();
    }
    const Index targets = blocks.front().push.rows();
    small_block all{2, MatrixXd(targets, inputs), MatrixXd(targets, inputs)};
    Index at = 0;
    for (const small_block& b : blocks) {
        all.weights.middleCols(at, b.push.cols()) = b.weights;
        all.push.middleCols(at, b.push.cols()) = b.push;
        at += b.push.cols();
    }
    const small_growth together = logarithmic_modes(all).run(longest, 1);
    small_growth grown;
    grown.time = together.time;
    grown.mode = together.mode;
    double largest = -1;
    at = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const Index count = blocks[i].push.cols();
        grown.weights.emplace_back(together.weights.front().middleCols(at, count));
        if (together.mode.block >= 0) {
            const Eigen::VectorXd own = together.mode.input.segment(at, count);
            if (own.norm() > largest) {  // the branch that has most of the mode stands for it
                largest = own.norm();
                grown.mode.block = static_cast<int>(i);
                grown.mode.input = own.normalized();
            }
        }
        at += count;
    }
    return grown;
}

// Orthonormal columns whose span has all inputs of the weights and their push, at most 2 K
// dimensions, which growing weights never leave.
MatrixXd inputs_that_matter(const small_block& b) {
    MatrixXd rows(b.push.cols(), b.push.rows() + b.weights.rows());
    rows << b.push.transpose(), b.weights.transpose();
    return data::orthonormal_columns(rows, rows.cols());
}

bool is_wide(const small_block& b) { return b.push.cols() > 2 * b.push.rows(); }

// grow() on the inputs that matter.
small_growth grow_narrow(std::vector<small_block> blocks, int shared, double excess, double longest,
                         double end) {
    std::vector<MatrixXd> inputs;
    for (small_block& b : blocks) {
        inputs.push_back(is_wide(b) ? inputs_that_matter(b)
                                    : MatrixXd::Identity(b.push.cols(), b.push.cols()));
        b.push = (b.push * inputs.back()).eval();
        b.weights = (b.weights * inputs.back()).eval();
    }
    small_growth grown = grow(blocks, shared, excess, longest, end);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        grown.weights[i] = (grown.weights[i] * inputs[i].transpose()).eval();
    }
    if (grown.mode.block >= 0) {
        grown.mode.input =
            (inputs[static_cast<std::size_t>(grown.mode.block)] * grown.mode.input).eval();
    }
    return grown;
}

}  // namespace

small_growth grow(const std::vector<small_block>& blocks, int shared, double excess, double longest,
                  double end) {
    if (std::any_of(blocks.begin(), blocks.end(), is_wide)) {
        return grow_narrow(blocks, shared, excess, longest, end);
    }
    const bool pushed = std::any_of(blocks.begin(), blocks.end(), [](const small_block& b) {
        return b.push.norm() > 0 && b.weights.norm() > 0;
    });
    if (!pushed) {
        small_growth still;
        still.time = longest;
        for (const small_block& b : blocks) {
            still.weights.push_back(b.weights);
        }
        return still;
    }
    if (shared == 0 && blocks.front().layers == 2) {
        return logarithmic_modes(blocks.front()).run(longest, end);
    }
    if (shared == 0 && std::min(blocks.front().push.rows(), blocks.front().push.cols()) == 1) {
        return turn_alone(blocks.front(), longest, end);
    }
    if (const MatrixXd outputs = shared_outputs(blocks); outputs.size() > 0) {
        return separate_modes(blocks, shared, excess, end, outputs).run(longest);
    }
    const bool two_layers = shared == 1 && excess == 0 &&
                            std::all_of(blocks.begin(), blocks.end(),
                                        [](const small_block& b) { return b.layers == 1; });
    return two_layers ? grow_side_by_side(blocks, longest)
                      : growing_network(blocks, shared, excess, end).run(longest);
}

}  // namespace fusionflow::theory
