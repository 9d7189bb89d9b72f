#include "fusionflow/data/readers/selected_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/chained_table.hpp"
#include "fusionflow/data/readers/column_selection.hpp"
#include "fusionflow/data/readers/csv.hpp"
#include "fusionflow/data/readers/split_labels.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t most_targets = 1000;

bool is_there(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored);
}

struct file_selection {
    std::string file;
    std::string columns;
};

// Splits a selection into a file, which may have a colon in its name, and columns.
file_selection read_file_selection(const std::string& selection) {
    if (!selection.starts_with('@')) {
        return {"", selection};
    }
    const std::string text = selection.substr(1);
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || is_there(text)) {
        return {text, "*"};
    }
    return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

selected_columns::selected_columns(column_request request, const reading_progress& watch)
    : request_(std::move(request)) {
    need(!request_.modalities.empty(), "modality", "need at least one, NAME=columns");
    need(!request_.target.empty(), "target", "is needed: the column to predict");
    collect_names();
    for (const std::string& choice : request_.modalities) {
        choose_modality(choice);
    }
    choose_target();
    choose_categories();
    choose_split();
    collect_labels(watch);
    decide_split();
    name_columns();
    try {
        (void)input_offsets(dims_);
    } catch (const input_error& e) {
        throw input_error("modality", "inputs: " + e.rule());
    }
    for (const auto& r : readers_) {
        r->source->select(r->wanted);
        notes_.insert(notes_.end(), r->source->notes().begin(), r->source->notes().end());
    }
}

selected_columns::reader& selected_columns::reader_of(const std::vector<std::string>& files) {
    const auto same = [&files](const auto& r) { return r->files == files; };
    const auto found = std::find_if(readers_.begin(), readers_.end(), same);
    if (found != readers_.end()) {
        return **found;
    }
    const auto pipes = [](const std::vector<std::string>& names) {
        return std::count(names.begin(), names.end(), standard_input);
    };
    auto before = pipes(files);
    for (const auto& r : readers_) {
        before += pipes(r->files);
    }
    if (pipes(files) > 0 && before > 1) {
        throw input_error(std::string(standard_input), "standard input can be read but once");
    }
    auto opened = std::make_unique<reader>(reader{files, open_tables(files, request_.options)});
    readers_.push_back(std::move(opened));
    return *readers_.back();
}

void selected_columns::collect_names() {
    std::vector<std::string> selections = {request_.target, request_.split,
                                           request_.split.substr(0, request_.split.find('='))};
    for (const std::string& choice : request_.modalities) {
        selections.push_back(choice.substr(choice.find('=') + 1));
    }
    for (const std::string& selection : selections) {
        const file_selection of = read_file_selection(selection);
        try {
            for (std::string& item : selection_items(of.columns)) {
                named_[of.file].insert(std::move(item));
            }
        } catch (const input_error&) {
            continue;  // it is refused where it is used
        }
    }
}

// Adds the columns of a selection to the joined row and returns their names.
std::vector<std::string> selected_columns::choose(const std::string& selection,
                                                  const std::string& user) {
    const file_selection of = read_file_selection(selection);
    if (of.file.empty() && request_.tables.empty()) {
        refuse("need a table before the options, or @FILE in place of columns");
    }
    reader& from = reader_of(of.file.empty() ? request_.tables : std::vector{of.file});
    std::vector<std::string> names;
    for (const std::size_t column :
         find_columns(from.source->columns(), of.columns, named_[of.file], from.source->hint())) {
        const std::string& name = from.source->columns()[column];
        const auto [before, fresh] = users_.emplace(std::pair{&from, column}, user);
        if (!fresh) {
            refuse(before->second == user
                       ? fmt::format("column '{}' is there twice", name)
                       : fmt::format("column '{}' is used already, by {}", name, before->second));
        }
        names.push_back(name);
        from.wanted.push_back({column});
        from.place.push_back(joined_.size());
        joined_.push_back({name, names_.size()});
    }
    return names;
}

void selected_columns::choose_modality(const std::string& choice) {
    const std::size_t equals = choice.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw input_error("modality", fmt::format("need NAME=columns, got '{}'", choice));
    }
    const std::string name = choice.substr(0, equals);
    need(std::find(names_.begin(), names_.end(), name) == names_.end(), "modality",
         "'{}' is there twice", name);
    (void)at_place("modality", name,
                   [&] { return choose(choice.substr(equals + 1), "modality " + name); });
    names_.push_back(name);
}

void selected_columns::choose_target() {
    at_place("target", [this] {
        const auto columns = choose(request_.target, "the target");
        if (request_.classes && columns.size() != 1) {
            refuse(fmt::format("need one column of classes, got {}", columns.size()));
        }
        if (!(columns.size() <= most_targets)) {
            refuse(fmt::format("need at most {} columns, got {}", most_targets, columns.size()));
        }
    });
    if (request_.classes) {
        joined_.back().labels = std::make_unique<class_labels>();
        has_labels_ = true;
    }
}

// Inputs of these names are categories, in whichever file they are.
void selected_columns::choose_categories() {
    if (request_.one_hot.empty()) {
        return;
    }
    std::vector<std::string> inputs;
    for (const joined_column& column : joined_) {
        if (column.modality < names_.size()) {
            inputs.push_back(column.name);
        } else if (column.name == request_.one_hot) {
            throw input_error("one-hot", fmt::format("'{}' is the target: --target-classes makes "
                                                     "classes of its texts",
                                                     column.name));
        }
    }
    const std::vector<std::size_t> chosen = at_place("one-hot", [&] {
        return find_columns(inputs, request_.one_hot, {}, "those of the modalities are meant");
    });
    std::set<std::string> names;
    for (const std::size_t column : chosen) {
        names.insert(inputs[column]);
    }
    for (joined_column& column : joined_) {
        if (column.modality < names_.size() && names.contains(column.name)) {
            column.labels = std::make_unique<class_labels>();
            has_labels_ = true;
        }
    }
}

// The request is COLUMN or, if no column has this whole name, COLUMN=TEXT,TEXT.
void selected_columns::choose_split() {
    if (request_.split.empty()) {
        return;
    }
    at_place("split", [this] {
        const file_selection of = read_file_selection(request_.split);
        const auto files = of.file.empty() ? request_.tables : std::vector{of.file};
        if (files.empty()) {
            refuse("need a table before the options, or @FILE:COLUMN");
        }
        const std::vector<std::string>& columns = reader_of(files).source->columns();
        std::string column = of.columns;
        const std::size_t equals = column.find('=');
        if (std::find(columns.begin(), columns.end(), column) == columns.end() &&
            equals != std::string::npos) {
            split_texts_ = selection_items(column.substr(equals + 1));
            column.resize(equals);
            if (split_texts_.empty()) {
                refuse(
                    fmt::format("need texts after '{}=', those of the rows to hold out", column));
            }
        }
        const std::string file = of.file.empty() ? "" : fmt::format("@{}:", of.file);
        const auto chosen = choose(file + csv_field(column), "the split");
        if (chosen.size() != 1) {
            refuse(fmt::format("need one column, got {}", chosen.size()));
        }
    });
    joined_.back().modality = names_.size() + 1;
    joined_.back().labels = std::make_unique<class_labels>();
    has_labels_ = true;
}

// Decides which labels of the split hold a row out.
void selected_columns::decide_split() {
    if (request_.split.empty()) {
        return;
    }
    at_place("split", [this] {
        held_out_ =
            held_out_labels(joined_.back().name, joined_.back().labels->names(), split_texts_);
    });
}

// Reads the columns of labels alone, and then opens their files once more.
void selected_columns::collect_labels(const reading_progress& watch) {
    for (const auto& r : readers_) {
        for (std::size_t i = 0; i < r->place.size(); ++i) {
            r->wanted[i].labels = joined_[r->place[i]].labels.get();
        }
        collect_labels(*r, watch);
    }
    for (joined_column& column : joined_) {
        if (!column.labels) {
            continue;
        }
        column.labels->freeze();
        if (!column.labels->joined().empty()) {
            notes_.push_back(
                fmt::format("labels of '{}' are all numbers and taken as such: '{}' are one class",
                            column.name, fmt::join(column.labels->joined(), "', '")));
        }
    }
}

void selected_columns::collect_labels(reader& from, const reading_progress& watch) {
    std::vector<wanted_column> labelled;
    std::copy_if(from.wanted.begin(), from.wanted.end(), std::back_inserter(labelled),
                 [](const wanted_column& w) { return w.labels != nullptr; });
    if (labelled.empty()) {
        return;
    }
    for (const std::string& file : from.files) {
        std::error_code ignored;
        if (file == standard_input || !std::filesystem::is_regular_file(file, ignored)) {
            throw input_error(file, "need a file for classes and categories, it is read twice");
        }
    }
    from.source->select(labelled);
    row_block block;
    while (from.source->next(block)) {
        if (watch) {
            watch(from.source->progress());
        }
    }
    from.source = open_tables(from.files, request_.options);
}

// Names the columns, once it is known which classes and categories there are.
void selected_columns::name_columns() {
    dims_.assign(names_.size(), 0);
    for (const joined_column& column : joined_) {
        if (column.modality <= names_.size()) {
            name_column(column);
        }
    }
}

void selected_columns::name_column(const joined_column& column) {
    const bool input = column.modality < names_.size();
    std::vector<std::string>& names = input ? inputs_ : targets_;
    const std::size_t before = names.size();
    if (column.labels) {
        for (const std::string& label : column.labels->names()) {
            names.push_back(input ? fmt::format("{}={}", column.name, label) : label);
        }
    } else {
        names.push_back(column.name);
    }
    if (input) {
        dims_[column.modality] += static_cast<int>(names.size() - before);
    }
}

bool selected_columns::next(row_block& block) {
    // One file gives its columns in the order of the joined row.
    const bool one = readers_.size() == 1;
    if (!(one ? readers_.front()->source->next(block) : next_joined(block))) {
        return false;
    }
    given_ += block.rows.size();
    if (has_labels_) {
        expand_labels(block);
    }
    return true;
}

// Reads the next block of every file whose block is used up; false once a file has ended.
bool selected_columns::refill() {
    bool more = true;
    for (const auto& r : readers_) {
        while (!r->ended && r->at == r->block.rows.size()) {
            r->ended = !r->source->next(r->block);
            r->at = 0;
        }
        more = more && !r->ended;
    }
    return more;
}

// Gives the rows that no file leaves out, as far as the blocks of all files reach.
bool selected_columns::next_joined(row_block& block) {
    block = {};
    if (!refill()) {
        check_ends();
        return false;
    }
    std::size_t most = readers_.front()->block.rows.size();
    for (const auto& r : readers_) {
        most = std::min(most, r->block.rows.size() - r->at);
    }
    block.values.resize(static_cast<Eigen::Index>(most), static_cast<Eigen::Index>(joined_.size()));
    const auto at_end = [](const auto& r) { return r->at == r->block.rows.size(); };
    while (std::none_of(readers_.begin(), readers_.end(), at_end) && block.rows.size() < most) {
        std::uint64_t row = 0;
        for (const auto& r : readers_) {
            row = std::max(row, r->block.rows[r->at]);
        }
        bool all = true;
        for (const auto& r : readers_) {
            while (!at_end(r) && r->block.rows[r->at] < row) {
                ++r->at;
            }
            all = all && !at_end(r) && r->block.rows[r->at] == row;
        }
        if (!all) {
            continue;
        }
        const auto to = static_cast<Eigen::Index>(block.rows.size());
        for (const auto& r : readers_) {
            const auto from = r->block.values.row(static_cast<Eigen::Index>(r->at++));
            for (std::size_t i = 0; i < r->place.size(); ++i) {
                block.values(to, static_cast<Eigen::Index>(r->place[i])) =
                    from(static_cast<Eigen::Index>(i));
            }
        }
        block.rows.push_back(row);
    }
    block.values.conservativeResize(static_cast<Eigen::Index>(block.rows.size()), Eigen::NoChange);
    return true;
}

void selected_columns::check_ends() {
    for (const auto& r : readers_) {
        while (!r->ended) {
            r->ended = !r->source->next(r->block);
        }
    }
    const table_source& first = *readers_.front()->source;
    for (const auto& r : readers_) {
        const std::uint64_t rows = r->source->progress().rows;
        need(rows == first.progress().rows, r->source->file(), "need {} rows as in {}, got {}",
             first.progress().rows, first.file(), rows);
    }
}

// Puts a column of 0 and 1 for every class or category in place of its column of labels.
void selected_columns::expand_labels(row_block& block) const {
    const auto width = static_cast<Eigen::Index>(inputs_.size() + targets_.size());
    row_matrix values = row_matrix::Zero(block.values.rows(), width);
    Eigen::Index to = 0;
    for (std::size_t c = 0; c < joined_.size(); ++c) {
        const auto column = block.values.col(static_cast<Eigen::Index>(c));
        if (!joined_[c].labels) {
            values.col(to++) = column;
            continue;
        }
        if (joined_[c].modality > names_.size()) {
            for (Eigen::Index i = 0; i < values.rows(); ++i) {
                block.held_out.push_back(held_out_[static_cast<std::size_t>(column(i))]);
            }
            continue;
        }
        for (Eigen::Index i = 0; i < values.rows(); ++i) {
            values(i, to + static_cast<Eigen::Index>(column(i))) = 1;
        }
        to += static_cast<Eigen::Index>(joined_[c].labels->names().size());
    }
    block.values = std::move(values);
}

table_progress selected_columns::progress() const {
    table_progress all;
    for (const auto& r : readers_) {
        const table_progress of = r->source->progress();
        all.rows = std::max(all.rows, of.rows);
        all.missing_values += of.missing_values;
        all.bytes += of.bytes;
        all.all_bytes += of.all_bytes;
    }
    all.skipped = all.rows - std::min(all.rows, given_);
    return all;
}

}  // namespace fusionflow::data
