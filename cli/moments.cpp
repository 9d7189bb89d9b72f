#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/moments_answer.hpp"
#include "cli/progress.hpp"
#include "data/error.hpp"
#include "data/read_samples.hpp"
#include "data/sample_summary.hpp"
#include "validation/files.hpp"
#include "validation/numbers.hpp"

namespace fusionflow::cli {

namespace {

using data::preparation;
using data::sample_summary;

// Seeds and tolerances of networks and flows play no part.
std::string provenance_of(const arguments& given) {
    return given.provenance.substr(0, given.provenance.rfind(" (seed "));
}

void check_files(const arguments& given) {
    for (const char* option : {"output", "held-out"}) {
        if (given.has(option)) {
            validation::check_writable(option, given.get(option));
        }
    }
    if (given.has("output") && given.get("output") == given.get("held-out")) {
        throw data::input_error("held-out", "need another file than --output");
    }
}

void needs(const arguments& given, const char* option, const char* other) {
    if (given.has(option) && !given.has(other)) {
        throw data::input_error(option, fmt::format("needs --{}", other));
    }
}

char read_delimiter(const std::string& text) {
    if (text == "tab" || text == "\\t") {
        return '\t';
    }
    if (text.size() != 1) {
        throw data::input_error("delimiter",
                                fmt::format("need one character or tab, got '{}'", text));
    }
    return text[0];
}

data::table_options read_table_options(const arguments& given) {
    data::table_options options;
    if (given.has("delimiter")) {
        options.delimiter = read_delimiter(given.get("delimiter"));
    }
    if (given.has("missing")) {
        const std::string rule = given.get("missing");
        if (rule != "refuse" && rule != "skip") {
            throw data::input_error("missing", fmt::format("need refuse or skip, got '{}'", rule));
        }
        options.missing = rule == "skip" ? data::missing_rule::skip : data::missing_rule::refuse;
    }
    return options;
}

data::row_split read_split(const arguments& given) {
    needs(given, "held-out", "train-fraction");
    needs(given, "data-seed", "train-fraction");
    data::row_split split;
    if (given.has("train-fraction")) {
        const std::string text = given.get("train-fraction");
        split.train_fraction = validation::parse_number("train-fraction", text);
        if (!(split.train_fraction > 0 && split.train_fraction < 1)) {
            throw data::input_error("train-fraction", fmt::format("need 0 < F < 1, got {}", text));
        }
    }
    if (given.has("data-seed")) {
        split.seed = validation::parse_seed("data-seed", given.get("data-seed"));
    }
    return split;
}

preparation read_preparation(const arguments& given) {
    return given.has("standardize") ? preparation::standardized
           : given.has("center")    ? preparation::centered
                                    : preparation::as_read;
}

sample_summary prepared_summary(const data::sample_statistics& of,
                                const data::summary_labels& labels, preparation prepared,
                                const data::sample_statistics& like) {
    try {
        return data::summarise(of, labels, prepared, like);
    } catch (const data::input_error& e) {
        throw data::input_error(e.field().empty() ? "standardize" : e.field(), e.rule());
    }
}

// What the command answers with.
struct result {
    sample_summary training;
    std::optional<sample_summary> held_out;
    std::vector<std::string> warnings;
};

result read(const arguments& given) {
    const data::row_split split = read_split(given);
    const preparation prepared = read_preparation(given);
    progress_line line(given.quiet);
    const auto watch = [&line](const data::table_progress& now) {
        constexpr std::uint64_t megabyte = 1'000'000;
        if (line.due()) {
            line.show(now.all_bytes == 0  // a pipe
                          ? fmt::format("{} rows", now.rows)
                          : fmt::format("{} of {} MB, {} rows", now.bytes / megabyte,
                                        now.all_bytes / megabyte, now.rows));
        }
    };
    data::selected_columns columns({given.positional, given.all("modality"), given.get("target"),
                                    given.has("target-classes"), read_table_options(given)},
                                   watch);
    const data::sample_sums sums = data::read_samples(columns, split, watch);

    const data::summary_labels labels{
        columns.names(), columns.dims(), {columns.inputs(), columns.targets()}, columns.classes()};
    const data::sample_statistics training = sums.training.statistics();
    result r{prepared_summary(training, labels, prepared, training), {}, {}};
    if (sums.held_out) {
        r.held_out = prepared_summary(sums.held_out->statistics(), labels, prepared, training);
    }
    const data::table_progress done = columns.progress();
    if (done.skipped > 0) {
        r.warnings.push_back(fmt::format("{} of {} rows left out: {} values are missing in them",
                                         done.skipped, done.rows, done.missing_values));
    }
    return r;
}

result merge(const arguments& given) {
    for (const char* option : {"target", "target-classes", "center", "standardize", "missing",
                               "delimiter", "train-fraction", "data-seed", "held-out"}) {
        needs(given, option, "modality");
    }
    const auto is_json = [](const std::string& file) { return file.ends_with(".json"); };
    if (given.positional.empty() ||
        !std::all_of(given.positional.begin(), given.positional.end(), is_json)) {
        throw data::input_error("modality",
                                "need at least one, NAME=columns, to read tables (files "
                                "that end in .json are moments to put together)");
    }
    sample_summary all = data::read_summary(given.positional.front());
    for (std::size_t i = 1; i < given.positional.size(); ++i) {
        try {
            all = data::merged(all, data::read_summary(given.positional[i]));
        } catch (const data::input_error& e) {
            throw data::input_error(e.field().empty() ? given.positional[i] : e.field(), e.rule());
        }
    }
    return {std::move(all), {}, {}};
}

exit_code run(const arguments& given) {
    check_files(given);
    const result r = given.all("modality").empty() ? merge(given) : read(given);
    const std::string provenance = provenance_of(given);
    const std::string text = data::format_summary(r.training, provenance);
    if (given.has("output")) {
        validation::write_file("output", given.get("output"), text);
    }
    if (given.has("held-out")) {
        validation::write_file("held-out", given.get("held-out"),
                               data::format_summary(*r.held_out, provenance + " (held out)"));
    }
    if (given.json) {
        fmt::print("{}", text);
    } else {
        fmt::print("{}", to_text(r.training, r.held_out ? "training" : ""));
        if (r.held_out) {
            fmt::print("\n{}", to_text(*r.held_out, "held out"));
        }
    }
    print_warnings(given, r.warnings);
    return exit_code::done;
}

}  // namespace

const command moments_command = {
    "moments",
    "Second moments of samples in files (CSV, TSV, .npy, .npz, IDX; gzip): what --moments reads.\n"
    "Without --modality DATA are moments of parts of the samples, and it puts them together.",
    "[DATA...]",
    {},
    {{"modality", "NAME=COLUMNS", "its inputs: a,b, a..d, s*, or @FILE, @FILE:a,b; repeat", false,
      true},
     {"target", "COLUMNS", "what is to be predicted, named in the same ways"},
     {"target-classes", "", "the target column names classes: a target of 0 and 1 for each"},
     {"center", "", "take the means off inputs and targets"},
     {"standardize", "", "and divide by the standard deviations (not of classes)"},
     {"train-fraction", "F", "use each row with probability F, hold out the others (all rows)"},
     {"data-seed", "N", "seed of that choice (0)"},
     {"missing", "RULE", "refuse missing values, or skip rows that have some (refuse)"},
     {"delimiter", "C", "of text: a character or tab (tab for .tsv, else a comma)"},
     {"output", "M.json", "write the moments", true},
     {"held-out", "H.json", "write the moments of the rows held out", true}},
    "fusionflow moments scans.csv --modality 'sound=s1..s3' --modality sight=v --target y",
    run};

}  // namespace fusionflow::cli
