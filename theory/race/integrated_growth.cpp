#include "fusionflow/theory/race/integrated_growth.hpp"

#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <optional>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/race/layered_network.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using network_state = layered_network::state;

constexpr double network_tolerance = 1e-9;  // of a step
// A mode that has grown by this factor leads alone: the rest of the time is this to the power 2 - L
// of the whole, and the others move by that part of themselves.
constexpr double grown_far = 1e4;
constexpr int most_network_steps = 20'000;

// A network in units of the largest weight and push.
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

}  // namespace

small_growth integrate_growth(const std::vector<small_block>& blocks, int shared, double excess,
                              double longest, double end) {
    return growing_network(blocks, shared, excess, end).run(longest);
}

}  // namespace fusionflow::theory
