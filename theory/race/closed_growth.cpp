#include "fusionflow/theory/race/closed_growth.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/phase_time.hpp"
#include "fusionflow/theory/race/potential.hpp"
#include "fusionflow/theory/race/turning.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double no_part_of_it = 1e-11;  // up to this a part of a matrix counts as zero
constexpr double opposite = 1e-24;       // the square of a sine that rounding cannot tell from zero

// One block of two layers without a trunk. Turning changes its modes by factors that the
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

}  // namespace

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

small_growth grow_by_logarithms(const small_block& b, double longest, double end) {
    return logarithmic_modes(b).run(longest, end);
}

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

small_growth grow_separately(const std::vector<small_block>& blocks, int shared, double excess,
                             double longest, double end, const MatrixXd& outputs) {
    return separate_modes(blocks, shared, excess, end, outputs).run(longest);
}

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
    const small_growth together = grow_by_logarithms(all, longest, 1);
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

}  // namespace fusionflow::theory
