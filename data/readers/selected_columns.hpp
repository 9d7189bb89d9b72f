#pragma once

#include <Eigen/Core>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fusionflow/data/readers/class_labels.hpp"
#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

/// Which columns of which files make modalities and targets.
///
/// A selection (\ref find_columns) takes columns of the tables or, as `@FILE` or `@FILE:columns`,
/// of a file of its own; `@FILE` takes all of that file. If there is a file whose name is the whole
/// of `FILE:columns`, it is meant. Row i of all files is one sample. A pattern passes over columns
/// of its file that any selection names.
struct column_request {
    std::vector<std::string> tables{};      ///< with the same columns; rows follow one another
    std::vector<std::string> modalities{};  ///< `NAME=selection`, at least one
    std::string target{};                   ///< a selection
    bool classes = false;                   ///< the target names classes
    table_options options{};
    std::string one_hot{};  ///< selection of inputs whose texts are categories; or empty
    /// The column that says which rows are held out: by texts such as train and test or, as
    /// `COLUMN=a,b`, where its text is a or b. Empty: no column does.
    std::string split{};
};

/// Called, by one thread, with how far the files are read.
using reading_progress = std::function<void(const table_progress&)>;

/// A table whose columns are the inputs of all modalities and then the targets, put together from
/// files while they are read.
///
/// Target classes become K columns of 0 and 1, one for each class in sorted order (as numbers if
/// all are). An input of categories likewise becomes columns, called `sex=female`, `sex=male`.
/// Columns of classes and categories are read twice.
class selected_columns {
public:
    /// \param watch  Called while classes and categories are read.
    /// \throws input_error  naming modality, target, one-hot or split: a selection matches nothing,
    ///         a column is used twice, more than 5000 inputs or 1000 targets; or naming a file.
    explicit selected_columns(column_request request, const reading_progress& watch = {});

    /// The first file.
    [[nodiscard]] const std::string& file() const { return readers_.front()->files.front(); }
    /// Names of the modalities.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<int>& dims() const noexcept { return dims_; }
    /// Names of the D input columns.
    [[nodiscard]] const std::vector<std::string>& inputs() const noexcept { return inputs_; }
    /// Names of the K target columns, or of the classes.
    [[nodiscard]] const std::vector<std::string>& targets() const noexcept { return targets_; }
    [[nodiscard]] bool classes() const noexcept { return request_.classes; }
    /// True if a column says which rows are held out; next() then fills row_block::held_out.
    [[nodiscard]] bool splits() const noexcept { return !request_.split.empty(); }
    /// What was guessed or taken for granted in reading, a sentence each.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

    /// The next samples, D + K numbers each. \return False at the end.
    ///
    /// \throws input_error  naming the place in a file, or a file that has more or fewer rows than
    ///         another.
    [[nodiscard]] bool next(row_block& block);

    /// Progress in all files together; rows and skipped rows are those of the joined table.
    [[nodiscard]] table_progress progress() const;

private:
    // One open file, or the tables that are read one after another.
    struct reader {
        std::vector<std::string> files;
        std::unique_ptr<table_source> source{};
        std::vector<wanted_column> wanted{};
        std::vector<std::size_t> place{};  // place of each in the joined row
        row_block block{};
        std::size_t at = 0;  // next row of the block
        bool ended = false;
    };

    // A column of the joined row as it is read: numbers or labels.
    struct joined_column {
        std::string name;
        std::size_t modality;                    // M for the target, M + 1 for the split
        std::unique_ptr<class_labels> labels{};  // null for numbers
    };

    void collect_names();
    reader& reader_of(const std::vector<std::string>& files);
    std::vector<std::string> choose(const std::string& selection, const std::string& user);
    void choose_modality(const std::string& choice);
    void choose_target();
    void choose_categories();
    void choose_split();
    void decide_split();
    void collect_labels(const reading_progress& watch);
    void collect_labels(reader& from, const reading_progress& watch);
    void name_columns();
    void name_column(const joined_column& column);
    bool next_joined(row_block& block);
    bool refill();
    void check_ends();
    void expand_labels(row_block& block) const;

    column_request request_;
    std::vector<std::string> names_;
    std::vector<int> dims_;
    std::vector<std::string> inputs_;
    std::vector<std::string> targets_;
    std::map<std::pair<const reader*, std::size_t>, std::string> users_;  // what uses a column
    std::map<std::string, std::set<std::string>> named_;  // in selections, by file; "": the tables
    std::vector<joined_column> joined_;
    bool has_labels_ = false;
    std::vector<std::string> split_texts_;  // texts of rows to hold out; empty: test and the like
    std::vector<unsigned char> held_out_;   // for each label of the split
    std::vector<std::unique_ptr<reader>> readers_;
    std::vector<std::string> notes_;
    std::uint64_t given_ = 0;  // rows that next() gave
};

}  // namespace fusionflow::data
