#include <algorithm>

#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/cli/table_words.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/chained_table.hpp"
#include "fusionflow/validation/report/columns_report.hpp"

namespace fusionflow::cli {

namespace {

exit_code run_columns(const arguments& given) {
    if (given.positional.empty()) {
        throw data::input_error("columns", "need a table, for example data.csv, or - for standard "
                                           "input");
    }
    const data::table_options options = read_table_options(given);
    const auto table = data::open_tables(given.positional, options);
    const std::vector<data::column_facts> facts = table->survey();
    const auto warnings = validation::warnings_of(*table, facts, options.decimal);
    if (given.json) {
        print_json(validation::json_text(facts, warnings, given.provenance_of_data()));
    } else {
        print_text(validation::to_text(facts));
        print_warnings(given, warnings);
    }
    return exit_code::done;
}

// The options of reading tables without --missing, because a survey leaves no rows out.
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
