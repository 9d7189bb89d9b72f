#include "data/selected_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "data/chained_table.hpp"
#include "data/column_selection.hpp"
#include "data/error.hpp"
#include "data/moments.hpp"

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

// Of the tables, or after an @ of a file, whose name may have a colon.
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
    if (request_.modalities.empty()) {
        throw input_error("modality", "need at least one, NAME=columns");
    }
    if (request_.target.empty()) {
        throw input_error("target", "is needed: the column to predict");
    }
    collect_names();
    for (const std::string& choice : request_.modalities) {
        choose_modality(choice);
    }
    choose_target();
    try {
        (void)input_offsets(dims_);
    } catch (const input_error& e) {
        throw input_error("modality", "inputs: " + e.rule());
    }
    if (request_.classes) {
        collect_classes(watch);
    }
    for (const auto& r : readers_) {
        r->source->select(r->wanted);
    }
}

selected_columns::reader& selected_columns::reader_of(const std::vector<std::string>& files) {
    const auto same = [&files](const auto& r) { return r->files == files; };
    const auto found = std::find_if(readers_.begin(), readers_.end(), same);
    if (found != readers_.end()) {
        return **found;
    }
    auto opened = std::make_unique<reader>(reader{files, open_tables(files, request_.options)});
    readers_.push_back(std::move(opened));
    return *readers_.back();
}

void selected_columns::collect_names() {
    std::vector<std::string> selections = {request_.target};
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
            continue;  // refused where it is used
        }
    }
}

// Names of the columns that were chosen, which become the next of the joined row.
std::vector<std::string> selected_columns::choose(const std::string& selection,
                                                  const std::string& user) {
    const file_selection of = read_file_selection(selection);
    if (of.file.empty() && request_.tables.empty()) {
        refuse("need a table before the options, or @FILE in place of columns");
    }
    reader& from = reader_of(of.file.empty() ? request_.tables : std::vector{of.file});
    std::vector<std::string> names;
    for (const std::size_t column :
         find_columns(from.source->columns(), of.columns, named_[of.file])) {
        const std::string& name = from.source->columns()[column];
        const auto [before, fresh] = users_.emplace(std::pair{&from, column}, user);
        if (!fresh) {
            refuse(before->second == user
                       ? fmt::format("column '{}' is there twice", name)
                       : fmt::format("column '{}' is used already, by {}", name, before->second));
        }
        names.push_back(name);
        from.wanted.push_back({column});
        from.place.push_back(width_++);
    }
    return names;
}

void selected_columns::choose_modality(const std::string& choice) {
    const std::size_t equals = choice.find('=');
    if (equals == std::string::npos || equals == 0) {
        throw input_error("modality", fmt::format("need NAME=columns, got '{}'", choice));
    }
    const std::string name = choice.substr(0, equals);
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
        throw input_error("modality", fmt::format("'{}' is there twice", name));
    }
    const auto columns = at_place(
        "modality", name, [&] { return choose(choice.substr(equals + 1), "modality " + name); });
    names_.push_back(name);
    dims_.push_back(static_cast<int>(columns.size()));
    inputs_.insert(inputs_.end(), columns.begin(), columns.end());
}

void selected_columns::choose_target() {
    at_place("target", [this] {
        targets_ = choose(request_.target, "the target");
        if (request_.classes && targets_.size() != 1) {
            refuse(fmt::format("need one column of classes, got {}", targets_.size()));
        }
        if (!(targets_.size() <= most_targets)) {
            refuse(fmt::format("need at most {} columns, got {}", most_targets, targets_.size()));
        }
    });
}

// Reads the target column alone, and opens its file once more.
void selected_columns::collect_classes(const reading_progress& watch) {
    const Eigen::Index place = width_ - 1;
    const auto holds = [place](const auto& r) { return r->place.back() == place; };
    reader& from = **std::find_if(readers_.begin(), readers_.end(), holds);
    for (const std::string& file : from.files) {
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(file, ignored)) {
            throw input_error(file, "need a file for target classes, it is read twice");
        }
    }
    from.wanted.back().labels = &labels_;
    from.source->select({from.wanted.back()});
    row_block block;
    while (from.source->next(block)) {
        if (watch) {
            watch(from.source->progress());
        }
    }
    labels_.freeze();
    targets_ = labels_.names();
    from.source = open_tables(from.files, request_.options);
}

bool selected_columns::next(row_block& block) {
    // One file gives its columns in the order of the joined row.
    const bool one = readers_.size() == 1;
    if (!(one ? readers_.front()->source->next(block) : next_joined(block))) {
        return false;
    }
    joined_ += block.rows.size();
    if (request_.classes) {
        expand_classes(block);
    }
    return true;
}

// Reads on where a block is used up; false once a file has ended.
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

// The rows that no file leaves out, as far as all blocks go.
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
    block.values.resize(static_cast<Eigen::Index>(most), width_);
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
                block.values(to, r->place[i]) = from(static_cast<Eigen::Index>(i));
            }
        }
        block.rows.push_back(row);
    }
    block.values.conservativeResize(static_cast<Eigen::Index>(block.rows.size()), width_);
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
        if (rows != first.progress().rows) {
            throw input_error(r->source->file(),
                              fmt::format("need {} rows as in {}, got {}", first.progress().rows,
                                          first.file(), rows));
        }
    }
}

void selected_columns::expand_classes(row_block& block) const {
    const Eigen::Index inputs = width_ - 1;
    row_matrix values =
        row_matrix::Zero(block.values.rows(), inputs + static_cast<Eigen::Index>(targets_.size()));
    values.leftCols(inputs) = block.values.leftCols(inputs);
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
        values(i, inputs + static_cast<Eigen::Index>(block.values(i, inputs))) = 1;
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
    all.skipped = all.rows - std::min(all.rows, joined_);
    return all;
}

}  // namespace fusionflow::data
