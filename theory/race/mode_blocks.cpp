#include "fusionflow/theory/race/mode_blocks.hpp"

#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/orthonormal.hpp"
#include "fusionflow/data/products.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double no_turn = 1e-12;           // up to this sine an angle counts as zero
constexpr double residual_rounding = 1e-9;  // what the iteration leaves of a residual, relative
// Once its weights have this norm, an output that grows exponentially arrives before the network
// reaches the plateau that it is on its way to.
constexpr double arriving = 0.03;

// The part of a matrix outside of the span of orthonormal columns.
MatrixXd outside_of(const MatrixXd& columns, const MatrixXd& of) {
    return of - columns * data::transposed_times(columns, of);
}

// A matrix less the part of it that was seen. A difference at rounding level becomes zero: a mode
// that faded may have shrunk to less than the rounding of what it was.
MatrixXd unseen(const MatrixXd& all, const MatrixXd& seen) {
    constexpr double none = 1e-14;
    MatrixXd rest = all - seen;
    if (rest.norm() <= none * all.norm()) {
        rest.setZero();
    }
    return rest;
}

// An orthonormal basis of the range of some columns.
MatrixXd basis_of(const MatrixXd& columns) {
    constexpr double there = 1e-10;  // turns leave some 1e-15 of a part that is not there
    const auto [q, rank] = data::pivoted_orthonormal_columns(columns, columns.rows(), there);
    return q.leftCols(rank);
}

MatrixXd complement_of(const MatrixXd& columns) {
    if (columns.cols() == 0) {
        return MatrixXd::Identity(columns.rows(), columns.rows());
    }
    return data::orthonormal_columns(columns, columns.rows())
        .rightCols(columns.rows() - columns.cols());
}

// The smallest rotation that takes one range to another.
MatrixXd shortest_turn(const MatrixXd& from, const MatrixXd& to) {
    MatrixXd turn = MatrixXd::Identity(from.rows(), from.rows());
    if (from.cols() == 0) {
        return turn;
    }
    const auto parts =
        data::decompose_singular(data::transposed_times(from, to), data::singular_vectors::full);
    const MatrixXd starts = data::times(from, parts.left);
    const MatrixXd ends = data::times(to, parts.right);
    for (Index i = 0; i < from.cols(); ++i) {
        const double cosine = std::min(1.0, parts.values(i));
        VectorXd across = ends.col(i) - cosine * starts.col(i);
        const double sine = across.norm();
        if (!(sine > no_turn)) {
            continue;
        }
        across /= sine;
        const VectorXd x = starts.col(i);
        turn += (cosine - 1) * (x * x.transpose() + across * across.transpose()) +
                sine * (across * x.transpose() - x * across.transpose());
    }
    return turn;
}

// The small weights of a modality while the learned ones move.
struct carried {
    MatrixXd outputs;  // of the learned modes, before the trunk
    MatrixXd inputs;
    MatrixXd inside;   // rows before the trunk's outputs
    MatrixXd outside;  // rows outside of them, among all outputs
    MatrixXd leaning;

    // Carries them to where the learned weights are now; the trunk's outputs turned by `between`.
    void step(const MatrixXd& learned, const MatrixXd& between) {
        outside = data::times(between, outside);
        leaning = data::times(between, leaning);
        if (outputs.cols() == 0) {
            return;
        }
        const data::singular_parts modes = data::decompose_singular(learned);
        const MatrixXd u = modes.left.leftCols(outputs.cols());
        const MatrixXd v = modes.right.leftCols(outputs.cols());
        const MatrixXd across = shortest_turn(inputs, v);
        inside = data::times_transposed(data::times(shortest_turn(outputs, u), inside), across);
        outside = data::times_transposed(outside, across);
        leaning = data::times(leaning, data::times(inputs.transpose() * across.transpose(), v));
        outputs = u;
        inputs = v;
    }
};

// A power of a symmetric positive matrix.
MatrixXd power_of(const MatrixXd& matrix, double exponent) {
    if (matrix.size() == 0) {
        return matrix;
    }
    const data::spectrum parts = data::decompose(matrix);
    VectorXd powers = parts.values;
    const double least = powers.maxCoeff() * 1e-14;
    for (double& value : powers) {
        value = value > least ? std::pow(value, exponent) : 0.0;
    }
    return data::times_transposed(parts.vectors * powers.asDiagonal(), parts.vectors);
}

// Removes from the rows `out` of all A_m what is along their rows `in`, so that
// sum_m out_m in_m^T = 0. This rotates the hidden units of both, by little for those of `in`. In a
// balanced network the trunk's columns for `out` are then orthogonal to those for `in`, and follow
// from `out` alone.
void balance(std::vector<MatrixXd>& out, const std::vector<MatrixXd>& in) {
    MatrixXd square = MatrixXd::Zero(in.front().rows(), in.front().rows());
    MatrixXd cross = MatrixXd::Zero(out.front().rows(), in.front().rows());
    for (std::size_t m = 0; m < in.size(); ++m) {
        square += in[m] * in[m].transpose();
        cross += out[m] * in[m].transpose();
    }
    const MatrixXd along = data::times(cross, power_of(square, -1));
    for (std::size_t m = 0; m < in.size(); ++m) {
        out[m] -= data::times(along, in[m]);
    }
}

}  // namespace

mode_blocks::mode_blocks(const data::moments& moments, const architecture& arch,
                         const initialisation& init)
    : moments_(moments), arch_(arch), trunk_excess_(init.trunk_excess) {
    const int targets = moments.outputs();
    const VectorXd directions = initial_directions(moments);
    for (int m = 0; m < moments.count(); ++m) {
        const double norm = effective_norm(moments, arch, init, m);
        small_ = small_ && norm < init.end_norm(m);
        ends_.push_back(init.end_norm(m));
        parts_.push_back({MatrixXd(targets, 0), MatrixXd(moments.dim(m), 0), VectorXd(0),
                          norm * moments.matrix(directions, m), MatrixXd(targets, 0)});
        saddle_.outputs.emplace_back(targets, 0);
        if (arch.branch(m) == 1 && arch.shared() == 0) {  // this modality does not wait
            saddle_.outputs.back() =
                data::decompose_singular(moments.matrix(moments.correlations(), m),
                                         data::singular_vectors::thin_left)
                    .left;
            parts_.back().small.setZero();
        }
    }
    saddle_.weights = VectorXd::Zero(moments.correlations().size());
    saddle_.space = MatrixXd::Identity(targets, arch.shared() > 0 ? 0 : targets);
}

// P of the trunk from the learned weights alone: it solves P^2 = sum_m A_m A_m^T, where
// A_m A_m^T = (B_m B_m^T)^(1/n_m) and B_m = P^-p W_m. Where all modalities have the same outputs,
// each round at least halves the error of ln P. Where outputs of modes nearly meet a round may go
// too far: rounds are damped more until their changes shrink.
void mode_blocks::find_trunk() {
    constexpr int most_rounds = 2000;
    constexpr double shrinks = 0.95;  // largest part of the last change that the next may have
    constexpr double less = 0.7;
    constexpr double least_damping = 0.02;
    const Index units = saddle_.space.cols();
    const int shared = arch_.shared();
    trunk_ = MatrixXd::Identity(units, units);
    if (shared == 0 || units == 0) {
        return;
    }
    int shortest = arch_.branch(0);
    for (const int n : arch_.branches()) {
        shortest = std::min(shortest, n);
    }
    double damping = 1 / (1 + static_cast<double>(shared) / shortest);
    double change = never;
    for (int round = 0; round < most_rounds; ++round) {
        const MatrixXd inverse = power_of(trunk_, -shared);
        MatrixXd square = MatrixXd::Zero(units, units);
        for (int m = 0; m < moments_.count(); ++m) {
            const MatrixXd b =
                data::times(inverse, data::transposed_times(saddle_.space,
                                                            moments_.matrix(saddle_.weights, m)));
            if (b.norm() > 0) {
                square += power_of(data::times_transposed(b, b), 1.0 / arch_.branch(m));
            }
        }
        const MatrixXd before = trunk_;
        // P^(1-d) R^d made symmetric, R^2 = square: the geometric mean where both commute.
        const MatrixXd half = power_of(trunk_, (1 - damping) / 2);
        trunk_ = data::times(data::times(half, power_of(square, damping / 2)), half);
        const double last = change;
        change = (trunk_ - before).norm() / trunk_.norm();
        if (change <= 1e-13) {
            break;
        }
        if (change > shrinks * last && damping > least_damping) {
            damping *= less;
        }
    }
}

void mode_blocks::carry(const MatrixXd& turn) {
    for (modality& part : parts_) {
        part.outputs = data::times(turn, part.outputs);
        part.small = data::times(turn, part.small);
        part.leaning = data::times(turn, part.leaning);
    }
}

// Reads the learned modes of m from its weights, and turns its small weights as these have turned.
void mode_blocks::find_learned(int m) {
    modality& part = parts_[static_cast<std::size_t>(m)];
    const Index rank = part.outputs.cols();
    if (rank == 0) {
        return;
    }
    const MatrixXd b = data::times(
        saddle_.space,
        data::times(power_of(trunk_, -arch_.shared()),
                    data::transposed_times(saddle_.space, moments_.matrix(saddle_.weights, m))));
    const data::singular_parts modes = data::decompose_singular(b);
    const MatrixXd outputs = modes.left.leftCols(rank);
    const MatrixXd inputs = modes.right.leftCols(rank);
    part.small =
        data::times_transposed(data::times(shortest_turn(part.outputs, outputs), part.small),
                               shortest_turn(part.inputs, inputs));
    part.small = outside_of(outputs, part.small);
    part.small = outside_of(inputs, part.small.transpose()).transpose().eval();
    // The leaning parts belong to inputs, which turn too.
    part.leaning =
        data::times(part.leaning, data::times(part.inputs.transpose() *
                                                  shortest_turn(part.inputs, inputs).transpose(),
                                              inputs));
    part.leaning = outside_of(saddle_.space, part.leaning);
    part.outputs = outputs;
    part.inputs = inputs;
    part.norms = modes.values.head(rank);
    for (double& u : part.norms) {
        u = std::pow(u, 1.0 / arch_.branch(m));
    }
}

// A modality whose W_m is square and of full rank, with a determinant that changes sign on the way
// to `there`. A singular value would have to pass through zero, which layers cannot: it stays near
// zero instead.
std::optional<int> mode_blocks::turned_over(const rank_solution& there) const {
    const MatrixXd basis = data::times(shortest_turn(saddle_.space, there.space), saddle_.space);
    for (int m = 0; m < moments_.count(); ++m) {
        const modality& part = parts_[static_cast<std::size_t>(m)];
        const Index rank = part.outputs.cols();
        if (arch_.branch(m) == 1 || rank == 0 || rank != moments_.dim(m) || rank != basis.cols()) {
            continue;
        }
        const double now =
            data::determinant_of(data::transposed_times(saddle_.space, part.outputs)) *
            data::determinant_of(part.inputs);
        if (now * data::determinant_of(
                      data::transposed_times(basis, moments_.matrix(there.weights, m))) <
            0) {
            return m;
        }
    }
    return std::nullopt;
}

// Makes the weakest mode of m small again: it waits in place of passing through zero, and `there`
// becomes the plateau without it. False where the mode would not stay small; then nothing is
// changed.
bool mode_blocks::fade(int m, rank_solution& there) {
    constexpr double left = 1;  // its u; from there its potential grows while it shrinks
    modality& part = parts_[static_cast<std::size_t>(m)];
    const Index kept = part.outputs.cols() - 1;
    const MatrixXd own = data::transposed_times(part.outputs, moments_.matrix(saddle_.weights, m));
    const data::singular_parts modes = data::decompose_singular(own, data::singular_vectors::full);
    const MatrixXd outputs = data::times(part.outputs, modes.left);
    // For modes that are still zero the decomposition leaves the orientation open.
    MatrixXd inputs = modes.right;
    if (data::determinant_of(modes.left) * data::determinant_of(inputs) *
            data::determinant_of(part.inputs) <
        0) {
        inputs.col(kept) *= -1;
    }
    const MatrixXd mode = outputs.col(kept) * inputs.col(kept).transpose();
    rank_solution without = saddle_;
    without.outputs[static_cast<std::size_t>(m)] =
        data::times(saddle_.space, data::transposed_times(saddle_.space, outputs.leftCols(kept)));
    without = solve_ranks(moments_, without);
    if (moments_.matrix(without.residual, m).cwiseProduct(mode).sum() > 0) {
        return false;
    }
    const MatrixXd leaning = data::times(part.leaning, data::transposed_times(part.inputs, inputs));
    part.small = left * mode + leaning.col(kept) * inputs.col(kept).transpose();
    part.outputs = outputs.leftCols(kept);
    part.inputs = inputs.leftCols(kept);
    part.leaning = leaning.leftCols(kept);
    part.norms.conservativeResize(std::min(part.norms.size(), kept));
    there = std::move(without);
    saddle_.outputs[static_cast<std::size_t>(m)] = there.outputs[static_cast<std::size_t>(m)];
    return true;
}

const rank_solution& mode_blocks::stand() {
    const bool followed = worth_following();
    if (followed) {
        follow();
    }
    rank_solution there = solve_ranks(moments_, saddle_);
    if (!followed && turned_over(there) && can_follow()) {
        follow();
        there = solve_ranks(moments_, saddle_);
    }
    for (auto m = turned_over(there); m && fade(*m, there); m = turned_over(there)) {
    }
    const MatrixXd before = saddle_.space;
    saddle_ = std::move(there);
    if (arch_.shared() > 0) {
        carry(shortest_turn(before, saddle_.space));
    }
    find_trunk();
    for (int m = 0; m < moments_.count(); ++m) {
        find_learned(m);
    }
    balance_leaning();
    return saddle_;
}

// The rows of all A_m and leaning modes in some outputs outside of those of the trunk.
std::vector<MatrixXd> mode_blocks::rows_outside(const MatrixXd& outputs) const {
    std::vector<MatrixXd> rows;
    for (const modality& part : parts_) {
        rows.emplace_back(
            data::transposed_times(outputs, part.small + part.leaning * part.inputs.transpose()));
    }
    return rows;
}

// Sets rows_outside() of `outputs`, which are all outputs outside of those of the trunk.
void mode_blocks::set_outside(const MatrixXd& outputs, const std::vector<MatrixXd>& rows) {
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        modality& part = parts_[m];
        part.small = data::times(saddle_.space, data::transposed_times(saddle_.space, part.small));
        part.small += data::times_transposed(outputs, outside_of(part.inputs, rows[m].transpose()));
        part.leaning = data::times(outputs, data::times(rows[m], part.inputs));
    }
}

// Removes from what leans out of the trunk's outputs all that is only a turn of these. The rest,
// with the small weights, makes up the trunk's P outside, from which new outputs grow.
void mode_blocks::balance_leaning() {
    const Index units = saddle_.space.cols();
    if (arch_.shared() == 0 || units == 0 || units == saddle_.space.rows()) {
        return;
    }
    std::vector<MatrixXd> learned;
    for (int m = 0; m < moments_.count(); ++m) {
        const modality& part = parts_[static_cast<std::size_t>(m)];
        if (arch_.branch(m) == 1) {
            learned.push_back(data::times(
                data::times_transposed(power_of(trunk_, -arch_.shared()), saddle_.space),
                moments_.matrix(saddle_.weights, m)));
        } else {
            learned.push_back(data::times_transposed(
                data::transposed_times(saddle_.space, part.outputs) * part.norms.asDiagonal(),
                part.inputs));
        }
    }
    const MatrixXd outputs = complement_of(saddle_.space);
    std::vector<MatrixXd> rows = rows_outside(outputs);
    balance(rows, learned);
    set_outside(outputs, rows);
}

// True where the way to the next plateau matters to small weights, and can be followed. Small
// weights in a plane or more arrive turned by an angle that depends on the way, and so do those
// behind a trunk that turns.
bool mode_blocks::worth_following() const {
    Index learned = 0;
    bool matters = arch_.shared() > 0 && saddle_.space.cols() > 1;
    for (const modality& part : parts_) {
        const bool waits = part.small.norm() > 0;
        learned += part.outputs.cols();
        matters = matters || (waits && (part.small.rows() - part.outputs.cols() > 1 ||
                                        part.small.cols() - part.outputs.cols() > 1));
    }
    return matters && learned > 0 && can_follow();
}

bool mode_blocks::can_follow() const {
    constexpr Index most = 800;  // K^2 D, which a step of the way costs about the square of
    const Index targets = moments_.outputs();
    return targets > 1 && targets * moments_.correlations().size() <= most;
}

// The branches at the start of the way, before the trunk: learned modes as they are, new ones with
// a small part of the weight that they have at `there`.
std::vector<layered_network::branch> mode_blocks::small_start(const rank_solution& there) const {
    constexpr double part_of_weight = 1e-4;
    const int shared = arch_.shared();
    const Index before = trunk_.cols();
    const MatrixXd& space = saddle_.space;
    MatrixXd root = MatrixXd::Zero(space.cols(), space.cols());
    root.topLeftCorner(before, before) = trunk_;
    const MatrixXd speeds = power_of(root, shared);
    const bool new_output = space.cols() > before;
    std::vector<layered_network::branch> branches;
    std::vector<MatrixXd> rows;  // of one-layer branches and learned modes, along their pushes
    double largest = 0;
    for (int m = 0; m < moments_.count(); ++m) {
        const modality& part = parts_[static_cast<std::size_t>(m)];
        const int n = arch_.branch(m);
        const double goal = part_of_weight * moments_.part(there.weights, m).norm();
        const auto weights = moments_.matrix(saddle_.weights, m);
        MatrixXd start = MatrixXd::Zero(space.cols(), moments_.dim(m));
        rows.emplace_back(MatrixXd::Zero(1, moments_.dim(m)));
        const auto old = space.leftCols(before);
        if (n == 1) {
            start.topRows(before) =
                data::times(power_of(trunk_, -shared), data::transposed_times(old, weights));
        }
        const Index known = part.norms.size();
        for (Index i = 0; i < part.outputs.cols(); ++i) {
            const VectorXd output = space.transpose() * part.outputs.col(i);
            double norm = i < known ? part.norms(i) : 0;
            if (i >= known) {
                const double speed = output.dot(speeds * output);
                const bool alone = new_output && output(space.cols() - 1) > 0.5;
                norm = alone ? std::pow(goal, 1.0 / (n + shared)) : std::pow(goal / speed, 1.0 / n);
            }
            start += norm * output * part.inputs.col(i).transpose();
        }
        if (new_output && new_by_layers_) {
            const MatrixXd push =
                data::transposed_times(space.rightCols(1), moments_.matrix(saddle_.residual, m));
            if (n == 1) {
                rows.back() = push;
            } else if (known > 0) {
                const VectorXd gains = part.norms.array().pow(n - 1);
                const MatrixXd inputs = part.inputs.leftCols(known);
                rows.back() =
                    data::times_transposed(data::times(push, inputs) * gains.asDiagonal(), inputs);
            }
            largest = std::max(largest, rows.back().norm());
        }
        branches.push_back({n, std::move(start)});
    }
    for (std::size_t m = 0; largest > 0 && m < branches.size(); ++m) {
        const double goal = part_of_weight * there.weights.norm();
        branches[m].weights.bottomRows(1) += std::pow(goal, 1.0 / (1 + shared)) / largest * rows[m];
    }
    return branches;
}

mode_blocks::way_start mode_blocks::start_of_way(const rank_solution& there) const {
    way_start start{small_start(there), saddle_.space, {}, 0};
    std::vector<MatrixXd> all;
    for (const auto& b : start.branches) {
        all.push_back(b.weights);
    }
    start.root = balanced_root(all, 0);
    if (arch_.shared() == 1 && leans_out(there)) {
        add_small_units(start, all);
    }
    return start;
}

// True where learned weights are pushed out of the trunk's outputs.
bool mode_blocks::leans_out(const rank_solution& there) const {
    if (there.space.cols() == there.space.rows()) {
        return false;
    }
    const MatrixXd outputs = complement_of(there.space);
    for (int m = 0; m < moments_.count(); ++m) {
        const auto weights = moments_.matrix(there.weights, m);
        const MatrixXd push = data::times_transposed(
            data::transposed_times(outputs, moments_.matrix(there.residual, m)), weights);
        if (push.norm() > negligible(m) * weights.norm()) {
            return true;
        }
    }
    return false;
}

// Behind a trunk of one layer, outputs that it does not have grow at a rate of order one, also on
// the way, where they turn, and what waits turns with them. They are integrated as hidden units,
// scaled by `scale`: so small that their squares do not matter.
void mode_blocks::add_small_units(way_start& start, const std::vector<MatrixXd>& learned) const {
    constexpr double small = 1e-8;  // far above rounding, and below where squares matter
    const MatrixXd others = complement_of(saddle_.space);
    std::vector<MatrixXd> rows = rows_outside(others);
    balance(rows, learned);
    if (saddle_.space.cols() == trunk_.cols()) {
        lean_new_modes(rows, learned, others * balanced_root(rows, trunk_excess_));
        balance(rows, learned);
    }
    const MatrixXd root = balanced_root(rows, trunk_excess_);
    if (!(root.norm() > 0 && root.norm() < arriving)) {
        return;
    }
    start.scale = small / root.norm();
    const Index units = start.root.rows();
    const Index targets = units + others.cols();
    for (std::size_t m = 0; m < rows.size(); ++m) {
        MatrixXd& weights = start.branches[m].weights;
        weights.conservativeResize(targets, Eigen::NoChange);
        weights.bottomRows(others.cols()) = start.scale * rows[m];
    }
    start.outputs.conservativeResize(Eigen::NoChange, targets);
    start.outputs.rightCols(others.cols()) = others;
    start.root.conservativeResizeLike(MatrixXd::Zero(targets, targets));
    start.root.bottomRightCorner(others.cols(), others.cols()) = start.scale * root;
}

// A mode that grew into the trunk's outputs at a rate s, from nothing to u, leans out of them by
// u / s times its push through the trunk's other columns: both grow as u^(n-1) at any time.
void mode_blocks::lean_new_modes(std::vector<MatrixXd>& rows, const std::vector<MatrixXd>& learned,
                                 const MatrixXd& columns) const {
    for (int m = 0; m < moments_.count(); ++m) {
        const modality& part = parts_[static_cast<std::size_t>(m)];
        for (Index i = part.norms.size(); i < part.inputs.cols(); ++i) {
            const VectorXd input = part.inputs.col(i);
            const VectorXd mode = learned[static_cast<std::size_t>(m)] * input;
            const VectorXd push = moments_.matrix(saddle_.residual, m) * input;
            const double rate = mode.normalized().dot(trunk_ * (saddle_.space.transpose() * push));
            if (rate > 0) {
                rows[static_cast<std::size_t>(m)] +=
                    mode.norm() / rate * (columns.transpose() * push) * input.transpose();
            }
        }
    }
}

// Reads the small units at the end of the way.
void mode_blocks::read_small_units(const layered_network& network, const layered_network::state& x,
                                   double scale) {
    const Index units = saddle_.space.cols();
    const Index others = saddle_.space.rows() - units;
    std::vector<MatrixXd> learned;
    std::vector<MatrixXd> rows;
    for (std::size_t m = 0; m < parts_.size(); ++m) {
        const MatrixXd all = network.weights(x, m);
        learned.emplace_back(all.topRows(units));
        rows.emplace_back(all.bottomRows(others) / scale);
    }
    balance(rows, learned);
    set_outside(outside_of(saddle_.space, network.turn(x).rightCols(others)), rows);
}

// Integrates the gradient flow of learned modes, with a small start of new ones, to near the next
// plateau; the small weights are carried along step by step. The way ends early where an output
// that the trunk does not have arrives first.
void mode_blocks::follow() {
    constexpr double tolerance = 1e-6;  // of a step
    constexpr double arrived = 1e-3;    // relative distance of W from the plateau
    constexpr double still = 1e-2;      // relative change of a layer in a time as long as the way
    constexpr int most_steps = 3000;
    constexpr double quadratic = 1e-2;  // norm of small units from which their squares matter
    const int shared = arch_.shared();
    if (shared == 0) {
        saddle_.space.setIdentity();
    }
    const rank_solution there = solve_ranks(moments_, saddle_);
    const way_start start = start_of_way(there);
    const Index units = saddle_.space.cols();
    const layered_network network(start.branches, shared, start.outputs, start.root);
    const Index others = start.root.cols() - units;
    const double most_small = std::min(quadratic, arriving * start.scale);

    // Small weights are split into rows in the trunk's outputs and rows outside of them.
    std::vector<carried> all;
    for (const modality& part : parts_) {
        const MatrixXd inside = data::transposed_times(saddle_.space, part.small);
        all.push_back({data::transposed_times(saddle_.space, part.outputs), part.inputs, inside,
                       part.small - saddle_.space * inside, part.leaning});
    }
    layered_network::state x = network.start();
    layered_network::state next(x.size());
    layered_network::state error(x.size());
    layered_network::state speed(x.size());
    MatrixXd weights;
    const auto rhs = [&](const layered_network::state& at, layered_network::state& dxdt, double) {
        const MatrixXd above = network.trunk(at);
        MatrixXd w(moments_.outputs(), moments_.dimension());
        for (int m = 0; m < moments_.count(); ++m) {
            w.middleCols(moments_.offset(m), moments_.dim(m)) =
                above * network.product(at, static_cast<std::size_t>(m));
        }
        const MatrixXd left = moments_.matrix(moments_.correlations()) - w * moments_.covariance();
        std::vector<MatrixXd> pushes;
        pushes.reserve(start.branches.size());
        for (int m = 0; m < moments_.count(); ++m) {
            pushes.emplace_back(left.middleCols(moments_.offset(m), moments_.dim(m)));
        }
        network.derivative(at, pushes, dxdt);
        weights = w;
    };
    const MatrixXd goal = moments_.matrix(there.weights);
    boost::numeric::odeint::runge_kutta_dopri5<layered_network::state> stepper;
    rhs(x, speed, 0);
    const double escape = 20 / network.relative(x, speed);
    double time = 0;
    double h = 0.01 / network.relative(x, speed);
    MatrixXd turn = saddle_.space;
    for (int step = 0; step < most_steps; ++step) {
        stepper.reset();
        stepper.do_step(rhs, x, 0.0, next, h, error);
        const double off = network.relative(next, error) / tolerance;
        if (!(off <= 1)) {
            h *= layered_network::next_length(off);
            continue;
        }
        x.swap(next);
        time += h;
        h *= layered_network::next_length(off);
        const MatrixXd before = turn;
        turn = network.turn(x).leftCols(units);
        const MatrixXd between =
            shared > 0 ? shortest_turn(before, turn) : MatrixXd::Identity(turn.rows(), turn.rows());
        for (std::size_t m = 0; m < all.size(); ++m) {
            all[m].step(network.weights(x, m).topRows(units), between);
        }
        rhs(x, speed, 0);
        if ((weights - goal).norm() <= arrived * goal.norm() ||
            (time > escape && network.relative(x, speed) * time <= still) ||
            (others > 0 && network.trunk(x).rightCols(others).norm() > most_small)) {
            break;
        }
    }
    saddle_.space = turn;
    saddle_.weights = weights.reshaped();
    for (std::size_t m = 0; m < all.size(); ++m) {
        modality& part = parts_[m];
        part.outputs = data::times(turn, all[m].outputs);
        part.inputs = all[m].inputs;
        part.small = data::times(turn, all[m].inside) + all[m].outside;
        part.leaning = all[m].leaning;
        const data::singular_parts modes =
            data::decompose_singular(moments_.matrix(saddle_.weights, static_cast<int>(m)));
        saddle_.outputs[m] = modes.left.leftCols(saddle_.outputs[m].cols());
    }
    if (others > 0) {
        read_small_units(network, x, start.scale);
    }
}

// The part of A_m that grows into the outputs that the trunk has.
std::optional<mode_blocks::view> mode_blocks::inside(int m) const {
    const modality& part = parts_[static_cast<std::size_t>(m)];
    const Index most = std::min<Index>(saddle_.space.cols(), moments_.dim(m));
    if (arch_.branch(m) == 1 || part.outputs.cols() >= most || !(part.small.norm() > 0)) {
        return std::nullopt;
    }
    MatrixXd push = data::times(
        saddle_.space,
        data::times(power_of(trunk_, arch_.shared()),
                    data::transposed_times(saddle_.space, moments_.matrix(saddle_.residual, m))));
    push = outside_of(part.outputs, push);
    push = outside_of(part.inputs, push.transpose()).transpose().eval();
    if (!(push.norm() > negligible(m) * power_of(trunk_, arch_.shared()).norm())) {
        return std::nullopt;
    }
    MatrixXd both(push.rows(), 2 * push.cols());
    both << part.small / part.small.norm(), push / push.norm();
    view seen;
    seen.modality = m;
    seen.outputs = basis_of(both);
    both.resize(push.cols(), 2 * push.rows());
    both << part.small.transpose() / part.small.norm(), push.transpose() / push.norm();
    seen.inputs = basis_of(both);
    seen.block = {arch_.branch(m),
                  data::times(data::transposed_times(seen.outputs, part.small), seen.inputs),
                  data::times(data::transposed_times(seen.outputs, push), seen.inputs)};
    return seen;
}

// The parts of all modalities that grow into outputs that the trunk does not have yet.
std::vector<mode_blocks::view> mode_blocks::outside() const {
    std::vector<view> seen;
    const MatrixXd outputs = complement_of(saddle_.space);
    bool pushed = false;
    for (int m = 0; m < moments_.count(); ++m) {
        const modality& part = parts_[static_cast<std::size_t>(m)];
        MatrixXd left = data::transposed_times(outputs, moments_.matrix(saddle_.residual, m));
        if (left.norm() > negligible(m)) {
            pushed = true;
        } else {
            left.setZero();
        }
        if (part.outputs.cols() > 0) {
            VectorXd gains = part.norms;
            for (double& u : gains) {
                u = std::pow(u, arch_.branch(m) - 1);
            }
            MatrixXd push = data::times(left, part.inputs) * gains.asDiagonal();
            // Where one modality has learned alone, nothing pushes its modes out: a push left by
            // rounding would grow exponentially.
            if (!(push.norm() > negligible(m) * gains.maxCoeff())) {
                push.setZero();
            }
            seen.push_back({m,
                            true,
                            outputs,
                            part.inputs,
                            {1, data::transposed_times(outputs, part.leaning), push}});
        }
        const MatrixXd push = outside_of(part.inputs, left.transpose()).transpose();
        const MatrixXd small = data::transposed_times(outputs, part.small);
        if (!(small.norm() > 0)) {
            continue;
        }
        MatrixXd both(moments_.dim(m), 2 * outputs.cols());
        both << small.transpose() / small.norm(),
            push.transpose() / (push.norm() > 0 ? push.norm() : 1);
        const MatrixXd inputs = basis_of(both);
        seen.push_back({m,
                        false,
                        outputs,
                        inputs,
                        {arch_.branch(m), data::times(small, inputs), data::times(push, inputs)}});
    }
    if (!pushed) {
        seen.clear();
    }
    return seen;
}

// A residual of m of this norm or less is what the iteration leaves of zero.
double mode_blocks::negligible(int m) const {
    return residual_rounding * moments_.part(moments_.correlations(), m).norm();
}

small_growth mode_blocks::grown(const candidate& c, double longest) const {
    std::vector<small_block> blocks;
    blocks.reserve(c.views.size());
    for (const view& v : c.views) {
        blocks.push_back(v.block);
    }
    // As in race(): where the clock is time the race ends at initialisation::end_norm().
    const auto m = static_cast<std::size_t>(c.views.front().modality);
    return grow(blocks, c.shared, c.shared > 0 ? trunk_excess_ : 0, longest,
                arch_.shared() == 0 ? ends_[m] : never);
}

// Replaces the small weights that the candidate saw by what they are after their growth.
void mode_blocks::take(const candidate& c) {
    for (std::size_t i = 0; i < c.views.size(); ++i) {
        const view& v = c.views[i];
        modality& part = parts_[static_cast<std::size_t>(v.modality)];
        const MatrixXd grown = data::times(v.outputs, c.growth.weights[i]);
        if (v.learned) {
            part.leaning = unseen(part.leaning, data::times(v.outputs, v.block.weights)) + grown;
        } else {
            const MatrixXd seen =
                data::times_transposed(data::times(v.outputs, v.block.weights), v.inputs);
            part.small = unseen(part.small, seen) + grown * v.inputs.transpose();
        }
    }
}

// Branches of one layer have a new output as soon as the trunk has it.
void mode_blocks::gain_layers(const VectorXd& output, mode_phase& next) {
    for (int m = 0; m < moments_.count(); ++m) {
        MatrixXd& own = saddle_.outputs[static_cast<std::size_t>(m)];
        if (arch_.branch(m) == 1 && own.cols() < moments_.dim(m)) {
            data::append_orthonormal(own, output);
            next.gains.push_back(
                {m, (output.transpose() * moments_.matrix(saddle_.residual, m)).norm()});
        }
    }
}

// Adds the mode that has grown to what is learned.
void mode_blocks::learn(const candidate& c, mode_phase& next) {
    const grown_mode& mode = c.growth.mode;
    const view& v = c.views[static_cast<std::size_t>(mode.block)];
    modality& part = parts_[static_cast<std::size_t>(v.modality)];
    VectorXd output = v.outputs * mode.output;
    if (c.shared > 0) {
        data::append_orthonormal(saddle_.space, output);
        new_by_layers_ = v.block.layers == 1;
        gain_layers(output, next);
    }
    if (v.learned || v.block.layers == 1) {
        return;
    }
    const VectorXd input = v.inputs * mode.input;
    const VectorXd leaning = part.small * input + mode.size * output;
    part.leaning.conservativeResize(Eigen::NoChange, part.leaning.cols() + 1);
    part.leaning.rightCols(1) = leaning;
    output = (saddle_.space * (saddle_.space.transpose() * output)).normalized();
    data::append_orthonormal(part.outputs, output);
    data::append_orthonormal(part.inputs, input);
    data::append_orthonormal(saddle_.outputs[static_cast<std::size_t>(v.modality)], output);
    next.gains.push_back({v.modality, mode.rate});
}

std::optional<mode_phase> mode_blocks::leave() {
    std::vector<candidate> all;
    for (int m = 0; m < moments_.count(); ++m) {
        if (auto seen = inside(m)) {
            all.push_back({{*std::move(seen)}, 0});
        }
    }
    if (saddle_.space.cols() < saddle_.space.rows()) {
        if (auto seen = outside(); !seen.empty()) {
            all.push_back({std::move(seen), arch_.shared()});
        }
    }
    mode_phase next;
    next.duration = never;
    for (candidate& c : all) {
        c.growth = grown(c, never);
        next.duration = std::min(next.duration, c.growth.time);
    }
    if (!std::isfinite(next.duration)) {
        return std::nullopt;
    }
    std::vector<const candidate*> winners;
    for (candidate& c : all) {
        if (c.growth.time <= next.duration * (1 + clock_tie)) {
            winners.push_back(&c);
        } else {
            c.growth = grown(c, next.duration);
        }
        take(c);
    }
    for (const candidate* c : winners) {
        learn(*c, next);
    }
    for (int m = 0; m < moments_.count(); ++m) {
        modality& part = parts_[static_cast<std::size_t>(m)];
        part.leaning = outside_of(saddle_.space, part.leaning);
        part.small = outside_of(arch_.branch(m) == 1 ? saddle_.space : part.outputs, part.small);
        part.small = outside_of(part.inputs, part.small.transpose()).transpose().eval();
    }
    return next;
}

}  // namespace fusionflow::theory
