#include "fusionflow/data/moment_sums.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace fusionflow::data {

namespace {

using Eigen::Index;

// These sizes decide in which order numbers are added, and so the last digits. Eigen would cut
// longer products into pieces by the size of the processor's cache.
constexpr Index block_rows = 256;
constexpr Index tile_width = 128;

// Number of blocks that are worked on side by side; it is larger where the matrix is small.
Index batch_blocks(Index columns) {
    constexpr Index most_entries = Index{1} << 20U;
    return std::clamp<Index>(most_entries / (columns * columns), 1, 32);
}

// Adds b to a sum, and to its rest exactly what rounding took off the sum.
void add_exactly(double& sum, double& rest, double b) {
    const double a = sum;
    sum = a + b;
    const double b_seen = sum - a;
    rest += (a - (sum - b_seen)) + (b - b_seen);
}

// The mean of a block of rows is first + rest: one double would be off by 1e-16 of it, which can be
// more than the deviations. centre() takes `first` off the rows.
struct shifted_mean {
    Eigen::VectorXd first;
    Eigen::VectorXd rest;
};

shifted_mean centre(Eigen::Ref<row_matrix> rows) {
    const auto count = static_cast<double>(rows.rows());
    Eigen::RowVectorXd shift = rows.row(0);
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(rows.cols());
    for (Index i = 0; i < rows.rows(); ++i) {
        sum += rows.row(i) - shift;
    }
    shift += sum / count;
    sum.setZero();
    for (Index i = 0; i < rows.rows(); ++i) {
        rows.row(i) -= shift;
        sum += rows.row(i);
    }
    return {shift.transpose(), sum.transpose() / count};
}

// A piece of a matrix; the tiles together cover its lower triangle.
struct tile {
    Index row, rows, col, cols;
};

std::vector<tile> tiles_of(Index columns) {
    std::vector<tile> tiles;
    for (Index row = 0; row < columns; row += tile_width) {
        for (Index col = 0; col <= row; col += tile_width) {
            tiles.push_back({row, std::min(tile_width, columns - row), col,
                             std::min(tile_width, columns - col)});
        }
    }
    return tiles;
}

Index blocks_in(Index count) { return (count + block_rows - 1) / block_rows; }

Index size_of_block(Index block, Index count) {
    return std::min(block_rows, count - block * block_rows);
}

void in_parallel(Index count, const auto& body) { tbb::parallel_for(Index{0}, count, body); }

}  // namespace

// How samples join sums: weight delta delta^T is added besides their own sum of squares.
struct moment_sums::step {
    Eigen::VectorXd delta;  // difference of the two means
    double weight = 0;
};

// The step of a block; `rest` is what its rows still have of their mean after they were shifted.
struct moment_sums::block_step : moment_sums::step {
    Eigen::VectorXd rest;
    double size = 0;
};

moment_sums::moment_sums(Index columns)
    : pending_(batch_blocks(columns) * block_rows, columns), running_(empty()) {
    assert(columns >= 1);
}

moment_sums::sums moment_sums::empty() const {
    const Index c = pending_.cols();
    return {0, Eigen::VectorXd::Zero(c), Eigen::VectorXd::Zero(c), Eigen::MatrixXd::Zero(c, c),
            Eigen::MatrixXd::Zero(c, c)};
}

void moment_sums::add(const Eigen::Ref<const row_matrix>& rows) {
    assert(rows.cols() == columns());
    for (Index done = 0; done < rows.rows();) {
        const Index count = std::min(rows.rows() - done, pending_.rows() - waiting_);
        pending_.middleRows(waiting_, count) = rows.middleRows(done, count);
        waiting_ += count;
        done += count;
        if (waiting_ == pending_.rows()) {
            take(pending_, waiting_, running_);
            waiting_ = 0;
        }
    }
}

moment_sums::step moment_sums::join_means(sums& into, const Eigen::VectorXd& mean,
                                          const Eigen::VectorXd& rest, std::uint64_t count) {
    if (into.count == 0) {
        into.count = count;
        into.mean = mean;
        into.mean_rest = rest;
        return {Eigen::VectorXd::Zero(mean.size()), 0};
    }
    const auto before = static_cast<double>(into.count);
    const auto added = static_cast<double>(count);
    const double all = before + added;
    step joining{(mean - into.mean) + (rest - into.mean_rest), before * (added / all)};
    for (Index i = 0; i < mean.size(); ++i) {
        add_exactly(into.mean(i), into.mean_rest(i), joining.delta(i) * (added / all));
    }
    into.count += count;
    return joining;
}

// The products of the columns of each block, tile by tile, block after block.
std::vector<Eigen::MatrixXd> moment_sums::products(const row_matrix& rows, Index count) const {
    const std::vector<tile> tiles = tiles_of(columns());
    const auto tile_count = static_cast<Index>(tiles.size());
    const Index all = blocks_in(count) * tile_count;
    std::vector<Eigen::MatrixXd> products(static_cast<std::size_t>(all));
    in_parallel(all, [&](Index i) {
        const Index b = i / tile_count;
        const tile& t = tiles[static_cast<std::size_t>(i % tile_count)];
        const auto block = rows.middleRows(b * block_rows, size_of_block(b, count));
        products[static_cast<std::size_t>(i)].noalias() =
            block.middleCols(t.row, t.rows).transpose() * block.middleCols(t.col, t.cols);
    });
    return products;
}

// Takes each block's mean off its rows and joins it to the sums; returns each block's step.
std::vector<moment_sums::block_step> moment_sums::place(row_matrix& rows, Index count, sums& into) {
    const Index blocks = blocks_in(count);
    std::vector<block_step> steps(static_cast<std::size_t>(blocks));
    std::vector<Eigen::VectorXd> means(static_cast<std::size_t>(blocks));
    in_parallel(blocks, [&](Index b) {
        const auto i = static_cast<std::size_t>(b);
        shifted_mean own = centre(rows.middleRows(b * block_rows, size_of_block(b, count)));
        means[i] = std::move(own.first);
        steps[i].rest = std::move(own.rest);
    });
    for (Index b = 0; b < blocks; ++b) {
        const auto i = static_cast<std::size_t>(b);
        const auto size = static_cast<std::uint64_t>(size_of_block(b, count));
        const step between = join_means(into, means[i], steps[i].rest, size);
        steps[i].size = static_cast<double>(size);
        steps[i].delta = between.delta;
        steps[i].weight = between.weight;
    }
    return steps;
}

void moment_sums::take(row_matrix& rows, Index count, sums& into) const {
    const std::vector<block_step> steps = place(rows, count, into);
    const std::vector<Eigen::MatrixXd> of_blocks = products(rows, count);
    const std::vector<tile> tiles = tiles_of(columns());
    in_parallel(static_cast<Index>(tiles.size()), [&](Index i) {
        const tile& t = tiles[static_cast<std::size_t>(i)];
        for (std::size_t b = 0; b < steps.size(); ++b) {
            const block_step& s = steps[b];
            const Eigen::MatrixXd& product =
                of_blocks[b * tiles.size() + static_cast<std::size_t>(i)];
            for (Index q = 0; q < t.cols; ++q) {
                const double own = s.size * s.rest(t.col + q);
                const double moved = s.weight * s.delta(t.col + q);
                for (Index p = 0; p < t.rows; ++p) {
                    add_exactly(
                        into.total(t.row + p, t.col + q), into.total_rest(t.row + p, t.col + q),
                        product(p, q) - own * s.rest(t.row + p) + moved * s.delta(t.row + p));
                }
            }
        }
    });
}

void moment_sums::merge(const moment_sums& other) {
    assert(other.columns() == columns());
    take(pending_, waiting_, running_);
    waiting_ = 0;
    sums theirs = other.running_;
    row_matrix rows = other.pending_;
    other.take(rows, other.waiting_, theirs);
    if (theirs.count == 0) {
        return;
    }
    const step between = join_means(running_, theirs.mean, theirs.mean_rest, theirs.count);
    for (Index q = 0; q < columns(); ++q) {
        for (Index p = q; p < columns(); ++p) {
            double& total = running_.total(p, q);
            double& rest = running_.total_rest(p, q);
            add_exactly(total, rest, theirs.total(p, q));
            add_exactly(total, rest, between.weight * between.delta(q) * between.delta(p));
            rest += theirs.total_rest(p, q);
        }
    }
}

sample_statistics moment_sums::statistics() const {
    sums all = running_;
    row_matrix rows = pending_.topRows(waiting_);
    take(rows, waiting_, all);
    assert(all.count >= 1);
    all.total += all.total_rest;
    all.total.triangularView<Eigen::StrictlyUpper>() = all.total.transpose();
    all.total /= static_cast<double>(all.count);
    return {all.count, std::move(all.mean), std::move(all.mean_rest), std::move(all.total)};
}

}  // namespace fusionflow::data
