#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/figures/render.hpp"
#include "fusionflow/validation/figures/run_figure.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/shard_file.hpp"
#include "fusionflow/validation/study/table.hpp"
#include "fusionflow/validation/study/table_format.hpp"

namespace fusionflow::cli {

namespace {

using validation::table;
using validation::table_format;
using validation::table_layout;
using validation::table_options;

// The shard to compute, and the file it is written to.
struct destination {
    validation::shard part{};
    std::string file;         // empty: the table is only printed
    bool from_array = false;  // a Slurm job array says which shard
};

destination read_destination(const arguments& given) {
    destination work{.file = given.get("output")};
    if (given.has("shard")) {
        work.part = validation::parse_shard(given.get("shard"));
    } else if (const auto part = validation::slurm_shard(std::getenv)) {
        work.part = *part;
        work.from_array = true;
        work.file = work.file.empty() ? "" : validation::shard_file(work.file, *part);
    }
    return work;
}

constexpr const char* rows_ending = ".rows";

// Rows are kept beside the output file, which a pipe or a device does not allow.
bool keeps_rows(const destination& work) {
    return !work.file.empty() && !validation::is_stream(work.file);
}

void add_files_of_table(const arguments& given, validation::file_plan& plan) {
    const destination work = read_destination(given);
    if (given.has("output")) {
        plan.writes("output", work.file, keeps_rows(work) ? rows_ending : "");
    }
}

table_options table_options_of(const arguments& given, const destination& work) {
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
    options.part = work.part;
    options.jobs = read_jobs(given);
    options.resume = given.has("resume");
    options.warn = [&given](const std::string& sentence) { print_warnings(given, {sentence}); };
    if (keeps_rows(work)) {
        options.journal = work.file + rows_ending;
    }
    options.team = given.team;
    return options;
}

void check(const arguments& given, const table_options& options, const destination& work) {
    options.validate();
    if (given.team != nullptr) {
        given.team->check_connected(given.has("shard") ? work.part : validation::shard{});
    }
    if (given.has("output") && validation::format_of_file(work.file) != table_format::csv &&
        work.part.count > 1) {
        throw data::input_error("output",
                                fmt::format("need .csv for a shard, from which `fusionflow merge` "
                                            "makes the others, got '{}'",
                                            work.file));
    }
    if (options.resume && options.journal.empty()) {
        throw data::input_error("resume", given.has("output")
                                              ? "needs an --output that is no pipe or device"
                                              : "needs --output");
    }
    if (given.has("wide") && options.part.count > 1) {
        throw data::input_error("wide", work.from_array
                                            ? "cannot be combined with the shards of a job array: "
                                              "give --shard 1/1 for the whole table"
                                            : "cannot be combined with --shard");
    }
    if (given.has("ratio-of")) {
        data::need(given.has("wide"), "ratio-of", "needs --wide");
        validation::check_ratio_of(given.get("ratio-of"), options.methods);
    }
    if (given.has("plot")) {
        validation::check_plot_file(given.get("plot"));
        validation::check_table_figure(options.points);
    }
}

void write_output(const arguments& given, const table& result, table_layout layout,
                  const table_options& options, const std::string& file) {
    const std::string text =
        result.part.count > 1
            ? validation::format_shard(result, given.provenance)
            : validation::format_table(result, layout, validation::format_of_file(file),
                                       given.provenance, given.get("ratio-of"));
    validation::write_file("output", file, text);
    std::error_code ignored;
    std::filesystem::remove(options.journal, ignored);
}

void print_table(const arguments& given, const table& result, table_layout layout) {
    const std::string of_shard =
        result.part.count > 1 ? fmt::format(" (shard {})", result.part.text()) : "";
    const std::string text = validation::format_table(
        result, layout, given.json ? table_format::json : table_format::text,
        given.provenance + of_shard, given.get("ratio-of"));
    given.json ? print_json(text) : print_text(text);
}

table compute(const arguments& given, const table_options& options) {
    progress_line progress(given.quiet);
    return validation::run_table(given.settings, options, [&](const validation::work_done& work) {
        progress.report(work, "", "rows");
    });
}

exit_code run_table(const arguments& given) {
    const destination work = read_destination(given);
    const table_options options = table_options_of(given, work);
    check(given, options, work);
    const table_layout layout = given.has("wide") ? table_layout::wide : table_layout::rows;
    if (work.from_array && options.part.count > 1 && given.first() && !given.quiet) {
        say(fmt::format("fusionflow: shard {} by SLURM_ARRAY_TASK_ID", options.part.text()));
    }
    const table result = compute(given, options);
    if (!given.first()) {
        return exit_code::done;
    }
    attempts all;
    if (given.has("output")) {
        all.add([&] { write_output(given, result, layout, options, work.file); });
    }
    if (given.has("plot")) {
        all.add([&] {
            validation::draw(validation::table_figure(given.settings, options.points,
                                                      options.methods, given.provenance),
                             given.get("plot"));
        });
    }
    all.add([&] { print_table(given, result, layout); });
    const exit_code code = report_trouble(result);
    all.finish();
    return code;
}

}  // namespace

const command table_command = {
    "table",
    "Times to learn over a grid of options, by several methods." FUSIONFLOW_ABOUT_MPI,
    "",
    settings_in(
        {"data", "network", "start", "drawing", "training", "samples", "compression", "solver"}),
    {{"grid", "AXES", "option=values; ...   values a,b,c or first:last[:step]"},
     {"methods", "LIST", "of formula,refined,flow,exact,exact-drawn,full (formula,refined,flow)"},
     {"repeats", "N", "draws of random networks (1)"},
     {"wide", "", "a row per modality, a column per method, and their differences"},
     {"ratio-of", "METHOD", "with --wide: its time over that of each other, not differences"},
     {"output", "FILE", "also write to a file: .csv, .md, .tex or .json", true},
     {"plot", "F.svg", "draw loss and |W_m| over time at each grid point (at most 8)", true, false,
      file_use::written},
     {"resume", "", "go on with an --output that was interrupted", true},
     {"shard", "i/n", "only every n-th row, from the i-th (of a Slurm job array: the task's)",
      true},
     {"jobs", "N", "threads (all processors)", true}},
    "fusionflow table --depth 4 --grid 'fusion=1:4; rho=0,0.5' --init 0.1 --methods formula,flow",
    run_table,
    true,
    file_use::none,
    add_files_of_table};

}  // namespace fusionflow::cli
