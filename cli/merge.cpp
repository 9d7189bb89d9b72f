#include "fusionflow/validation/study/merge.hpp"

#include <fmt/format.h>

#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/study/table_format.hpp"

namespace fusionflow::cli {

namespace {

void print_answer(const arguments& given, const validation::merged_table& merged) {
    const std::string file = given.get("output");
    if (given.json) {
        print_json(json_text(merged, given.positional.size(), file));
    } else {
        print_text(fmt::format("{} rows of {} shards: {}\n", merged.whole.rows.size(),
                               given.positional.size(), file));
    }
}

exit_code run_merge(const arguments& given) {
    if (!given.has("output")) {
        throw data::input_error("output", "is needed: the file of the whole table");
    }
    const std::string file = given.get("output");
    const validation::table_format format = validation::format_of_file(file);
    const validation::merged_table merged =
        validation::merge_shards(given.positional, read_jobs(given));
    attempts all;
    all.add([&] {
        validation::write_file("output", file,
                               validation::format_table(merged.whole,
                                                        validation::table_layout::rows, format,
                                                        merged.provenance));
    });
    all.add([&] { print_answer(given, merged); });
    const exit_code code = report_trouble(merged.whole);
    all.finish();
    return code;
}

}  // namespace

const command merge_command = {
    "merge",
    "The shards of a table put together: what one run of it writes.",
    "SHARD.csv...",
    {},
    {{"output", "FILE", "the whole table: .csv, .md, .tex or .json", true, false,
      file_use::written},
     {"jobs", "N", "threads (all processors)", true}},
    "fusionflow merge times.1-of-2.csv times.2-of-2.csv --output times.csv",
    run_merge,
    false,
    file_use::read};

}  // namespace fusionflow::cli
