#include "data/moment_sums.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cassert>

namespace fusionflow::data {

namespace {

using Eigen::Index;

// These decide in which order numbers are added, and so the last digits of a result.
constexpr Index block_rows = 512;
constexpr Index tile_width = 128;

// Blocks that are worked on side by side: more of them where the matrix is small.
Index batch_blocks(Index columns) {
    constexpr Index most_entries = Index{1} << 20U;
    return std::clamp<Index>(most_entries / (columns * columns), 1, 32);
}

// a + b is exactly sum + rest.
void add_exactly(double& sum, double& rest, double b) {
    const double a = sum;
    sum = a + b;
    const double b_seen = sum - a;
    rest += (a - (sum - b_seen)) + (b - b_seen);
}

// Takes the mean off a block of rows. The mean is first + rest: one double would be off by
// 1e-16 of it, which can be more than the deviations.
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

// A piece of the lower triangle.
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

void in_parallel(Index count, const auto& body) { tbb::parallel_for(Index{0}, count, body); }

}  // namespace

// How a block of samples joins sums: what is added to the sum of squares besides its own.
struct moment_sums::block_means {
    Eigen::VectorXd delta;  // between the means
    double weight;          // of delta delta^T
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

moment_sums::block_means moment_sums::place_block(sums& into, const Eigen::VectorXd& mean,
                                                  const Eigen::VectorXd& rest,
                                                  std::uint64_t count) {
    if (into.count == 0) {
        into.count = count;
        into.mean = mean;
        into.mean_rest = rest;
        return {Eigen::VectorXd::Zero(mean.size()), 0};
    }
    const auto before = static_cast<double>(into.count);
    const auto added = static_cast<double>(count);
    const double all = before + added;
    block_means step{(mean - into.mean) + (rest - into.mean_rest), before * (added / all)};
    for (Index i = 0; i < mean.size(); ++i) {
        add_exactly(into.mean(i), into.mean_rest(i), step.delta(i) * (added / all));
    }
    into.count += count;
    return step;
}

void moment_sums::take(row_matrix& rows, Index count, sums& into) const {
    const Index blocks = (count + block_rows - 1) / block_rows;
    const auto size_of = [&](Index b) { return std::min(block_rows, count - b * block_rows); };
    std::vector<shifted_mean> means(static_cast<std::size_t>(blocks));
    in_parallel(blocks, [&](Index b) {
        means[static_cast<std::size_t>(b)] = centre(rows.middleRows(b * block_rows, size_of(b)));
    });
    std::vector<block_means> steps;
    for (Index b = 0; b < blocks; ++b) {
        const shifted_mean& own = means[static_cast<std::size_t>(b)];
        steps.push_back(
            place_block(into, own.first, own.rest, static_cast<std::uint64_t>(size_of(b))));
    }

    const std::vector<tile> tiles = tiles_of(columns());
    const auto tile_count = static_cast<Index>(tiles.size());
    std::vector<Eigen::MatrixXd> products(static_cast<std::size_t>(blocks * tile_count));
    in_parallel(blocks * tile_count, [&](Index i) {
        const Index b = i / tile_count;
        const tile& t = tiles[static_cast<std::size_t>(i % tile_count)];
        const auto block = rows.middleRows(b * block_rows, size_of(b));
        products[static_cast<std::size_t>(i)].noalias() =
            block.middleCols(t.row, t.rows).transpose() * block.middleCols(t.col, t.cols);
    });
    in_parallel(tile_count, [&](Index i) {
        const tile& t = tiles[static_cast<std::size_t>(i)];
        for (Index b = 0; b < blocks; ++b) {
            const auto place = static_cast<std::size_t>(b);
            const auto& product = products[static_cast<std::size_t>(b * tile_count + i)];
            const Eigen::VectorXd& rest = means[place].rest;
            const Eigen::VectorXd& delta = steps[place].delta;
            const auto size = static_cast<double>(size_of(b));
            for (Index q = 0; q < t.cols; ++q) {
                const double own = size * rest(t.col + q);
                const double moved = steps[place].weight * delta(t.col + q);
                for (Index p = 0; p < t.rows; ++p) {
                    const double added =
                        product(p, q) - own * rest(t.row + p) + moved * delta(t.row + p);
                    add_exactly(into.total(t.row + p, t.col + q),
                                into.total_rest(t.row + p, t.col + q), added);
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
    const block_means step = place_block(running_, theirs.mean, theirs.mean_rest, theirs.count);
    for (Index q = 0; q < columns(); ++q) {
        for (Index p = q; p < columns(); ++p) {
            double& total = running_.total(p, q);
            double& rest = running_.total_rest(p, q);
            add_exactly(total, rest, theirs.total(p, q));
            add_exactly(total, rest, step.weight * step.delta(q) * step.delta(p));
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
