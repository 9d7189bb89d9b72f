#include "fusionflow/data/readers/column_subset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

column_subset varying_columns(const sample_statistics& of, const summary_labels& labels) {
    column_subset subset;
    subset.labels = {labels.names, {}, {{}, labels.columns.targets}, labels.classes};
    Eigen::Index column = 0;
    for (std::size_t m = 0; m < labels.dims.size(); ++m) {
        int kept = 0;
        for (int i = 0; i < labels.dims[m]; ++i, ++column) {
            const std::string& name = labels.columns.inputs[static_cast<std::size_t>(column)];
            if (of.covariance(column, column) > 0) {
                subset.kept.push_back(column);
                subset.labels.columns.inputs.push_back(name);
                ++kept;
            } else {
                subset.dropped.push_back(name);
            }
        }
        if (kept == 0) {
            refuse(fmt::format("need an input of {} that varies, but none does", labels.names[m]));
        }
        subset.labels.dims.push_back(kept);
    }
    for (; column < of.mean.size(); ++column) {
        subset.kept.push_back(column);
    }
    return subset;
}

namespace {

// Columns by number; -1 stands for a column of zeros.
using column_list = std::vector<Eigen::Index>;

// Puts columns, one modality after another and then the targets, in the order of others.
class aligner {
public:
    struct rule {
        bool zeros = false;  // every column that is missing becomes one of zeros
        bool drop = false;   // columns that the others do not have are left out
    };

    // Adds the columns of `like`, and after them those that are left. Returns their names.
    std::vector<std::string> add(const std::vector<std::string>& names,
                                 const std::vector<std::string>& like, const rule& how) {
        std::vector<std::string> aligned;
        for (const std::string& name : like) {
            const auto found = std::find(names.begin(), names.end(), name);
            if (found != names.end()) {
                columns_.push_back(first_ + (found - names.begin()));
            } else if (how.zeros || is_category(name, names)) {
                columns_.push_back(-1);
            } else {
                continue;  // whoever compares the columns refuses this
            }
            aligned.push_back(name);
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (std::find(like.begin(), like.end(), names[i]) != like.end()) {
                continue;
            }
            if (how.drop) {
                dropped_.push_back(names[i]);
            } else {
                columns_.push_back(first_ + static_cast<Eigen::Index>(i));
                aligned.push_back(names[i]);
            }
        }
        first_ += static_cast<Eigen::Index>(names.size());
        return aligned;
    }

    [[nodiscard]] const column_list& columns() const { return columns_; }
    [[nodiscard]] const std::vector<std::string>& dropped() const { return dropped_; }

private:
    // `sex=male` is a category if another column is called `sex=...`.
    static bool is_category(const std::string& name, const std::vector<std::string>& others) {
        const std::size_t equals = name.find('=');
        return equals != std::string::npos &&
               std::any_of(others.begin(), others.end(), [&](const std::string& other) {
                   return other.starts_with(name.substr(0, equals + 1));
               });
    }

    column_list columns_;
    std::vector<std::string> dropped_;
    Eigen::Index first_ = 0;
};

std::vector<std::string> part(const std::vector<std::string>& names, std::size_t first, int count) {
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + count};
}

sample_statistics gathered(const sample_statistics& of, const column_list& columns) {
    const auto size = static_cast<Eigen::Index>(columns.size());
    sample_statistics result{of.count, Eigen::VectorXd::Zero(size), Eigen::VectorXd::Zero(size),
                             Eigen::MatrixXd::Zero(size, size)};
    for (Eigen::Index i = 0; i < size; ++i) {
        const Eigen::Index from = columns[static_cast<std::size_t>(i)];
        if (from < 0) {
            continue;
        }
        result.mean(i) = of.mean(from);
        result.mean_rest(i) = of.mean_rest(from);
        for (Eigen::Index j = 0; j < size; ++j) {
            const Eigen::Index other = columns[static_cast<std::size_t>(j)];
            result.covariance(i, j) = other < 0 ? 0 : of.covariance(from, other);
        }
    }
    return result;
}

}  // namespace

aligned_columns align_columns(const sample_statistics& of, const summary_labels& labels,
                              const summary_labels& like, bool drop) {
    aligned_columns result;
    result.labels = {labels.names, {}, {}, labels.classes};
    std::vector<std::string>& inputs = result.labels.columns.inputs;
    aligner columns;
    std::size_t first = 0;
    std::size_t first_like = 0;
    for (std::size_t m = 0; m < labels.dims.size(); ++m) {
        const int known = m < like.dims.size() ? like.dims[m] : 0;
        const auto names =
            columns.add(part(labels.columns.inputs, first, labels.dims[m]),
                        part(like.columns.inputs, first_like, known), {false, drop && known > 0});
        result.labels.dims.push_back(static_cast<int>(names.size()));
        inputs.insert(inputs.end(), names.begin(), names.end());
        first += static_cast<std::size_t>(labels.dims[m]);
        first_like += static_cast<std::size_t>(known);
    }
    result.labels.columns.targets = columns.add(labels.columns.targets, like.columns.targets,
                                                {labels.classes && like.classes, false});
    result.dropped = columns.dropped();
    result.statistics = gathered(of, columns.columns());
    return result;
}

sample_statistics select_columns(const sample_statistics& of,
                                 const std::vector<Eigen::Index>& kept) {
    return {of.count, of.mean(kept), of.mean_rest(kept), of.covariance(kept, kept)};
}

}  // namespace fusionflow::data
