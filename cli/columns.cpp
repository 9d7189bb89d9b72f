#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/cli/table_words.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/readers/chained_table.hpp"
#include "fusionflow/data/readers/number_advice.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::cli {

namespace {

using data::column_facts;
using data::column_kind;

constexpr std::size_t most_labels_shown = 5;

// A text of the table for the terminal, not too long.
std::string shown(const std::string& text) {
    constexpr std::size_t longest = 20;
    std::string whole = data::escaped(text);
    if (whole.size() <= longest) {
        return whole;
    }
    std::size_t end = longest;  // not within a character
    while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return whole.substr(0, end) + "...";
}

std::vector<std::string> examples(const column_facts& of) {
    std::vector<std::string> some;
    for (const std::string& label : of.labels()) {
        if (some.size() < most_labels_shown) {
            some.push_back(shown(label));
        }
    }
    return some;
}

std::string count_of_labels(const column_facts& of) {
    const std::size_t count = of.labels().size();
    return fmt::format("{}{} text{}", count, count == column_facts::most_labels ? " or more" : "",
                       count == 1 ? "" : "s");
}

std::string range_of(const column_facts& of) {
    std::string range;
    if (of.least() <= of.most()) {
        range = of.least() < of.most() ? fmt::format("{:.6g} to {:.6g}", of.least(), of.most())
                                       : fmt::format("always {:.6g}", of.least());
    }
    if (of.texts() > 0) {
        range += fmt::format("{}{}: '{}'{}", range.empty() ? "" : ", and ", count_of_labels(of),
                             fmt::join(examples(of), "', '"),
                             of.labels().size() > most_labels_shown ? ", ..." : "");
    }
    return range.empty() ? "-" : range;
}

std::string columns_text(const std::vector<column_facts>& facts) {
    validation::sheet table{
        {{"column", false}, {"kind", false}, {"rows"}, {"missing"}, {"range", false}}, {}};
    for (const column_facts& column : facts) {
        table.rows.push_back({column.name().empty() ? "''" : shown(column.name()),
                              std::string(name_of(column.kind())), std::to_string(column.rows()),
                              std::to_string(column.missing()), range_of(column)});
    }
    return validation::to_text(table);
}

json columns_json(const column_facts& of) {
    const bool numbers = of.least() <= of.most();
    json column = {{"name", of.name()},
                   {"kind", name_of(of.kind())},
                   {"rows", of.rows()},
                   {"missing", of.missing()},
                   {"constant", of.constant()},
                   {"least", numbers ? number(of.least()) : json()},
                   {"most", numbers ? number(of.most()) : json()},
                   {"texts", of.texts()},
                   {"labels", json::array()}};
    for (const std::string& label : of.labels()) {
        column["labels"].push_back(label);
    }
    return column;
}

// What is to be done about the few texts of a column of numbers.
std::string advice_about(const column_facts& mixed, char decimal) {
    const std::string advice = data::number_advice(*mixed.labels().begin(), decimal);
    return advice.find("--decimal") == std::string::npos ? "(--missing-marks says what is missing)"
                                                         : advice;
}

// What the next command may need to know.
std::vector<std::string> columns_warnings(const data::table_source& table,
                                          const std::vector<column_facts>& facts, char decimal) {
    std::vector<std::string> warnings = table.notes();
    if (!table.hint().empty() && warnings.empty()) {
        warnings.push_back(fmt::format("{}: {}", table.file(), table.hint()));
    }
    for (const column_facts& column : facts) {
        if (column.kind() == column_kind::mixed) {
            warnings.push_back(fmt::format("'{}' is numbers but for {} value{}, such as '{}' {}",
                                           data::escaped(column.name()), column.texts(),
                                           column.texts() == 1 ? "" : "s", examples(column).front(),
                                           advice_about(column, decimal)));
        }
    }
    return warnings;
}

exit_code run_columns(const arguments& given) {
    data::need(!given.positional.empty(), "columns",
               "need a table, for example data.csv, or - for standard input");
    const data::table_options options = read_table_options(given);
    const auto table = data::open_tables(given.positional, options);
    const std::vector<column_facts> facts = table->survey();
    const std::vector<std::string> warnings = columns_warnings(*table, facts, options.decimal);
    if (!given.json) {
        print_text(columns_text(facts));
        print_warnings(given, warnings);
        return exit_code::done;
    }
    json answer = {{"columns", json::array()}, {"warnings", warnings}};
    for (const column_facts& column : facts) {
        answer["columns"].push_back(columns_json(column));
    }
    // Seeds and tolerances of networks and flows play no part.
    answer["provenance"] = given.provenance.substr(0, given.provenance.rfind(" (seed "));
    print(answer);
    return exit_code::done;
}

// All but --missing: nothing is left out.
std::vector<option> columns_options() {
    std::vector<option> all = table_reading_options();
    all.erase(
        std::remove_if(all.begin(), all.end(), [](const option& o) { return o.name == "missing"; }),
        all.end());
    return all;
}

}  // namespace

const command columns_command = {
    "columns",
    "What is in a table: name, kind, missing values and range of each column.\n"
    "Reads CSV, TSV, .npy, .npz and IDX, also compressed by gzip, and - for standard input.\n"
    "Kinds: number, whole (without a fraction), truth, text, mixed (numbers and texts), empty.",
    "DATA...",
    {},
    columns_options(),
    "fusionflow columns scans.csv",
    run_columns,
    false,
    file_use::read};

}  // namespace fusionflow::cli
