#pragma once

#include <Eigen/Core>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/class_labels.hpp"
#include "data/table_source.hpp"

namespace fusionflow::data {

/// Which columns of which files make modalities and targets.
///
/// A selection of columns (\ref find_columns) is of the tables, or, as `@FILE` or `@FILE:columns`,
/// of a file of its own; without columns all of that file. Where `FILE:columns` as a whole is a
/// file that is there, it is meant. Row i of all files is one sample. A pattern passes over columns
/// of its file that any selection names.
struct column_request {
    std::vector<std::string> tables{};      ///< with the same columns; rows follow one another
    std::vector<std::string> modalities{};  ///< `NAME=selection`, at least one
    std::string target{};                   ///< a selection
    bool classes = false;                   ///< the target names classes
    table_options options{};
};

/// Is told how far the files are read, by one thread.
using reading_progress = std::function<void(const table_progress&)>;

/// A table whose columns are the inputs of all modalities and then the targets, put together from
/// files while they are read.
///
/// Target classes become K columns of 0 and 1, one for each class in sorted order (as numbers if
/// all are); for that the column is read twice.
class selected_columns {
public:
    /// \param watch  Called while target classes are read.
    /// \throws input_error  naming modality or target: a selection matches nothing, a column is
    ///         used twice, more than 5000 inputs or 1000 targets; or naming a file.
    explicit selected_columns(column_request request, const reading_progress& watch = {});

    /// The first file.
    [[nodiscard]] const std::string& file() const { return readers_.front()->files.front(); }
    /// Of the modalities.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<int>& dims() const noexcept { return dims_; }
    /// Names of the D input columns.
    [[nodiscard]] const std::vector<std::string>& inputs() const noexcept { return inputs_; }
    /// Names of the K target columns, or of the classes.
    [[nodiscard]] const std::vector<std::string>& targets() const noexcept { return targets_; }
    [[nodiscard]] bool classes() const noexcept { return request_.classes; }

    /// The next samples, D + K numbers each. \return False at the end.
    ///
    /// \throws input_error  naming the place in a file, or a file that has more or fewer rows than
    ///         another.
    [[nodiscard]] bool next(row_block& block);

    /// Of all files together; rows and skipped rows are those of the joined table.
    [[nodiscard]] table_progress progress() const;

private:
    // A file that is open, or the tables one after another.
    struct reader {
        std::vector<std::string> files;
        std::unique_ptr<table_source> source{};
        std::vector<wanted_column> wanted{};
        std::vector<Eigen::Index> place{};  // of each in the joined row
        row_block block{};
        std::size_t at = 0;  // in the block
        bool ended = false;
    };

    void collect_names();
    reader& reader_of(const std::vector<std::string>& files);
    std::vector<std::string> choose(const std::string& selection, const std::string& user);
    void choose_modality(const std::string& choice);
    void choose_target();
    void collect_classes(const reading_progress& watch);
    bool next_joined(row_block& block);
    bool refill();
    void check_ends();
    void expand_classes(row_block& block) const;

    column_request request_;
    std::vector<std::string> names_;
    std::vector<int> dims_;
    std::vector<std::string> inputs_;
    std::vector<std::string> targets_;
    std::map<std::pair<const reader*, std::size_t>, std::string> users_;  // of columns
    std::map<std::string, std::set<std::string>> named_;  // columns, by file; of the tables: ""
    Eigen::Index width_ = 0;                              // of a joined row
    class_labels labels_;
    std::vector<std::unique_ptr<reader>> readers_;
    std::uint64_t joined_ = 0;  // rows that next() gave
};

}  // namespace fusionflow::data
