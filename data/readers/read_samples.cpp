#include "fusionflow/data/readers/read_samples.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"

namespace fusionflow::data {

namespace {

using Eigen::Index;

// Copies the training rows and after them the others; returns the number of training rows.
Index sort_rows(const row_block& block, const row_split& split, row_matrix& scratch,
                std::vector<std::uint64_t>& held_out_rows) {
    scratch.resize(block.values.rows(), block.values.cols());
    Index training = 0;
    Index held_out = block.values.rows();
    for (Index i = 0; i < block.values.rows(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool train =
            block.held_out.empty() ? trains(split, block.rows[at]) : block.held_out[at] == 0;
        scratch.row(train ? training++ : --held_out) = block.values.row(i);
        if (!train && split.list_held_out) {
            held_out_rows.push_back(block.rows[at]);
        }
    }
    // The others were written from the end: this puts them in the order of the table.
    scratch.bottomRows(scratch.rows() - training).colwise().reverseInPlace();
    return training;
}

// Rows that are kept in a vector that grows by parts of itself.
class kept_rows {
public:
    void add(const Eigen::Ref<const row_matrix>& rows) {
        columns_ = rows.cols();
        for (Index i = 0; i < rows.rows(); ++i) {
            values_.insert(values_.end(), rows.row(i).data(), rows.row(i).data() + columns_);
        }
    }
    [[nodiscard]] row_matrix take() && {
        const Index rows = columns_ == 0 ? 0 : std::ssize(values_) / columns_;
        return Eigen::Map<const row_matrix>(values_.data(), rows, columns_);
    }

private:
    Index columns_ = 0;
    std::vector<double> values_;
};

}  // namespace

bool trains(const row_split& split, std::uint64_t row) {
    return uniform_at(split.seed, row) < split.train_fraction;
}

sample_sums read_samples(selected_columns& from, const row_split& split,
                         const reading_progress& watch) {
    const auto columns = static_cast<Index>(from.inputs().size() + from.targets().size());
    sample_sums sums{moment_sums(columns)};
    const bool splits = split.train_fraction < 1 || from.splits();
    if (splits) {
        sums.held_out.emplace(columns);
    }
    row_block block;
    row_matrix sorted;
    kept_rows training_rows;
    kept_rows other_rows;
    const auto keep = [&split](kept_rows& where, const Eigen::Ref<const row_matrix>& rows) {
        if (split.keep_rows) {
            where.add(rows);
        }
    };
    while (from.next(block)) {
        if (splits) {
            const Index training = sort_rows(block, split, sorted, sums.held_out_rows);
            sums.training.add(sorted.topRows(training));
            sums.held_out->add(sorted.bottomRows(sorted.rows() - training));
            keep(training_rows, sorted.topRows(training));
            keep(other_rows, sorted.bottomRows(sorted.rows() - training));
        } else {
            sums.training.add(block.values);
            keep(training_rows, block.values);
        }
        if (watch) {
            watch(from.progress());
        }
    }
    sums.training_values = std::move(training_rows).take();
    sums.held_out_values = std::move(other_rows).take();
    const table_progress all = from.progress();
    if (!(all.rows > all.skipped)) {
        throw input_error(from.file(), all.rows == 0
                                           ? "need at least one row, got none"
                                           : fmt::format("need a row without missing values, got "
                                                         "none of {}",
                                                         all.rows));
    }
    if (splits && !(sums.training.count() > 0 && sums.held_out->count() > 0)) {
        throw input_error(
            from.splits() ? "split" : "train-fraction",
            fmt::format("need rows for training and others to hold out, got {} and {}",
                        sums.training.count(), sums.held_out->count()));
    }
    return sums;
}

}  // namespace fusionflow::data
