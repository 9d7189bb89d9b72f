#include "fusionflow/validation/study/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/shard_file.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

constexpr std::string_view time_mark = "time_";

[[noreturn]] void refuse_content(const std::string& file) {
    throw data::input_error(file, "its rows are not those of a table");
}

// Shards by their index, null where one is missing. Refuses other tables and repeated indices.
std::vector<const shard_content*> in_order(const std::vector<shard_content>& contents) {
    const shard_content& one = contents.front();
    std::vector<const shard_content*> ordered(static_cast<std::size_t>(one.part.count), nullptr);
    for (const shard_content& c : contents) {
        data::need(c.provenance == one.provenance && c.table_id == one.table_id &&
                       c.all_rows == one.all_rows && c.grid == one.grid && c.columns == one.columns,
                   c.file, "belongs to another table than '{}'", one.file);
        data::need(c.part.count == one.part.count, c.file, "is shard {}, but '{}' is shard {}",
                   c.part.text(), one.file, one.part.text());
        const shard_content*& place = ordered[static_cast<std::size_t>(c.part.index - 1)];
        if (place != nullptr) {
            throw data::input_error("merge", fmt::format("'{}' and '{}' are both shard {}",
                                                         place->file, c.file, c.part.text()));
        }
        place = &c;
    }
    return ordered;
}

void check_complete(const std::vector<const shard_content*>& ordered) {
    constexpr std::size_t named = 20;
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        if (ordered[i] == nullptr) {
            missing.push_back(i + 1);
        }
    }
    if (missing.empty()) {
        return;
    }
    const std::size_t all = missing.size();
    missing.resize(std::min(all, named));
    throw data::input_error("merge",
                            fmt::format("{} of {} shards {} missing: {}{}", all, ordered.size(),
                                        all == 1 ? "is" : "are", fmt::join(missing, ", "),
                                        all > named ? ", ..." : ""));
}

double to_time(const std::string& text) {
    if (text.empty()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return text == "inf" ? theory::never : parse_number("time", text);
}

// The order of the fields in a row: axes, method, repeat, times, ratio, outcome.
struct row_layout {
    std::size_t axes = 0;
    std::size_t modalities = 0;

    [[nodiscard]] std::size_t fields() const { return axes + 2 + modalities + 2; }
    [[nodiscard]] const std::string& method(const std::vector<std::string>& row) const {
        return row[axes];
    }
    [[nodiscard]] journal_row result(const std::vector<std::string>& row) const {
        journal_row read;
        for (std::size_t m = 0; m < modalities; ++m) {
            read.times.push_back(to_time(row[axes + 2 + m]));
        }
        read.outcome = row.back();
        read.failed = theory::is_failure(read.outcome);
        return read;
    }
};

row_layout layout_of(const shard_content& c, table& whole) {
    row_layout layout{.axes = whole.points.axes().size()};
    if (!(c.columns.size() > layout.fields())) {
        refuse_content(c.file);
    }
    layout.modalities = c.columns.size() - layout.fields();
    for (std::size_t m = 0; m < layout.modalities; ++m) {
        const std::string& column = c.columns[layout.axes + 2 + m];
        if (!column.starts_with(time_mark)) {
            refuse_content(c.file);
        }
        whole.names.push_back(column.substr(time_mark.size()));
    }
    return layout;
}

// Reads a row into its place. A method that was not seen before is added to those of the table.
void read_row(const std::vector<std::string>& fields, const row_layout& layout, std::size_t place,
              table& whole) {
    const std::size_t rows_per_point = whole.all_rows / whole.points.size();
    const std::string& method = layout.method(fields);
    auto found = std::find(whole.methods.begin(), whole.methods.end(), method);
    if (found == whole.methods.end()) {
        found = whole.methods.insert(whole.methods.end(), method);
    }
    table_row& row = whole.rows[place];
    row.point = place / rows_per_point;
    row.method = static_cast<std::size_t>(found - whole.methods.begin());
    row.repeat = parse_int("repeat", fields[layout.axes + 1]);
    fill_row(row, layout.result(fields));
}

void read_rows(const std::vector<const shard_content*>& ordered, table& whole) {
    const row_layout layout = layout_of(*ordered.front(), whole);
    const std::size_t shards = ordered.size();
    for (std::size_t place = 0; place < whole.all_rows; ++place) {
        const shard_content& c = *ordered[place % shards];
        const std::size_t index = place / shards;
        if (!(index < c.rows.size() && c.rows[index].size() == layout.fields())) {
            refuse_content(c.file);
        }
        read_row(c.rows[index], layout, place, whole);
    }
}

}  // namespace

merged_table merge_shards(const std::vector<std::string>& files, int jobs) {
    data::need(!files.empty(), "merge", "need the files of the shards");
    std::vector<shard_content> contents;
    contents.reserve(files.size());
    for (const std::string& file : files) {
        contents.push_back(read_shard(file));
    }
    const std::vector<const shard_content*> ordered = in_order(contents);
    check_complete(ordered);
    const shard_content& one = contents.front();
    merged_table merged{.whole = {.jobs = jobs, .all_rows = one.all_rows},
                        .provenance = one.provenance};
    table& whole = merged.whole;
    if (!one.grid.empty()) {
        whole.points = grid::parse(one.grid);
    }
    if (!(one.all_rows > 0 && one.all_rows % whole.points.size() == 0)) {
        refuse_content(one.file);
    }
    whole.rows.resize(one.all_rows);
    read_rows(ordered, whole);
    return merged;
}

std::string json_text(const merged_table& merged, std::size_t shards, const std::string& output) {
    return json_text({{"shards", shards},
                      {"rows", merged.whole.rows.size()},
                      {"output", output},
                      {"provenance", merged.provenance}});
}

}  // namespace fusionflow::validation
