#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/run.hpp"
#include "data/error.hpp"
#include "validation/figures.hpp"
#include "validation/files.hpp"
#include "validation/numbers.hpp"
#include "validation/table.hpp"
#include "validation/table_format.hpp"

namespace fusionflow::cli {

namespace {

using validation::table;
using validation::table_format;
using validation::table_layout;
using validation::table_options;

table_options read_options(const arguments& given) {
    table_options options;
    if (given.has("grid")) {
        options.points = validation::grid::parse(given.get("grid"));
    }
    if (given.has("methods")) {
        options.methods = validation::split(given.get("methods"), ',');
    }
    if (given.has("repeats")) {
        options.repeats = validation::parse_int("repeats", given.get("repeats"));
    }
    if (given.has("shard")) {
        const std::vector<std::string> parts = validation::split(given.get("shard"), '/');
        if (parts.size() != 2) {
            throw data::input_error("shard", fmt::format("need i/n, got '{}'", given.get("shard")));
        }
        options.shard = validation::parse_int("shard", parts[0]);
        options.shards = validation::parse_int("shard", parts[1]);
    }
    options.jobs = read_jobs(given);
    options.resume = given.has("resume");
    if (given.has("output")) {
        options.journal = given.get("output") + ".rows";
    }
    return options;
}

void check(const arguments& given, const table_options& options) {
    options.validate();
    if (given.has("output")) {
        (void)validation::format_of_file(given.get("output"));
        validation::check_writable("output", given.get("output"));
    }
    if (options.resume && !given.has("output")) {
        throw data::input_error("resume", "needs --output");
    }
    if (given.has("wide") && options.shards > 1) {
        throw data::input_error("wide", "cannot be combined with --shard");
    }
    if (given.has("ratio-of")) {
        if (!given.has("wide")) {
            throw data::input_error("ratio-of", "needs --wide");
        }
        validation::check_ratio_of(given.get("ratio-of"), options.methods);
    }
    if (given.has("plot")) {
        validation::check_plot_file(given.get("plot"));
        validation::check_table_figure(options.points);
    }
}

exit_code report_failures(const table& t) {
    const auto failed = std::count_if(t.rows.begin(), t.rows.end(),
                                      [](const validation::table_row& r) { return r.failed; });
    if (failed == 0) {
        return exit_code::done;
    }
    const auto first = std::find_if(t.rows.begin(), t.rows.end(),
                                    [](const validation::table_row& r) { return r.failed; });
    fmt::print(stderr, "fusionflow: {} of {} rows ended in trouble, the first by {} ({}{}{})\n",
               failed, t.rows.size(), first->outcome, t.methods[first->method],
               t.points.axes().empty() ? "" : " at ", t.points.describe(first->point));
    return exit_code::numerical_failure;
}

exit_code run(const arguments& given) {
    const table_options options = read_options(given);
    check(given, options);
    const table_layout layout = given.has("wide") ? table_layout::wide : table_layout::rows;
    table result;
    {
        progress_line progress(given.quiet);
        result =
            validation::run_table(given.settings, options, [&](std::size_t done, std::size_t all) {
                if (progress.due()) {
                    progress.show(fmt::format("{} of {} rows", done, all));
                }
            });
    }
    fmt::print("{}", validation::format_table(result, layout,
                                              given.json ? table_format::json : table_format::text,
                                              given.provenance, given.get("ratio-of")));
    if (given.has("output")) {
        const std::string file = given.get("output");
        validation::write_file("output", file,
                               validation::format_table(result, layout,
                                                        validation::format_of_file(file),
                                                        given.provenance, given.get("ratio-of")));
        std::error_code ignored;
        std::filesystem::remove(options.journal, ignored);
    }
    if (given.has("plot")) {
        validation::draw(validation::table_figure(given.settings, options.points, options.methods,
                                                  given.provenance),
                         given.get("plot"));
    }
    return report_failures(result);
}

}  // namespace

const command table_command = {
    "table",
    "Times to learn over a grid of options, by several methods.",
    "",
    settings_in(
        {"data", "network", "start", "drawing", "training", "samples", "compression", "solver"}),
    {{"grid", "AXES", "option=values; ...   values a,b,c or first:last[:step]"},
     {"methods", "LIST", "of formula,refined,flow,exact,exact-drawn,full (formula,refined,flow)"},
     {"repeats", "N", "draws of random networks (1)"},
     {"wide", "", "a row per modality, a column per method, and their differences"},
     {"ratio-of", "METHOD", "with --wide: its time over that of each other, not differences"},
     {"output", "FILE", "also write to a file: .csv, .md, .tex or .json", true},
     {"plot", "F.svg", "draw loss and |W_m| over time at each grid point (at most 8)", true},
     {"resume", "", "go on with an --output that was interrupted", true},
     {"shard", "i/n", "only every n-th row, from the i-th"},
     {"jobs", "N", "threads (all processors)", true}},
    "fusionflow table --depth 4 --grid 'fusion=1:4; rho=0,0.5' --init 0.1 --methods formula,flow",
    run};

}  // namespace fusionflow::cli
