#include "cli/sample_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/progress.hpp"
#include "cli/table_words.hpp"
#include "data/column_subset.hpp"
#include "data/error.hpp"
#include "data/read_samples.hpp"
#include "validation/numbers.hpp"

namespace fusionflow::cli {

namespace {

using data::preparation;
using data::sample_summary;

void needs(const arguments& given, const char* option, const char* other) {
    if (given.has(option) && !given.has(other)) {
        throw data::input_error(option, fmt::format("needs --{}", other));
    }
}

data::row_split read_split(const arguments& given) {
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
    return data::at_place("standardize",
                          [&] { return data::summarise(of, labels, prepared, like); });
}

// Moments of what was read, with the options that say which columns and how.
samples_read summarised(const arguments& given, const data::selected_columns& columns,
                        const data::sample_sums& sums, preparation prepared) {
    data::summary_labels labels{
        columns.names(), columns.dims(), {columns.inputs(), columns.targets()}, columns.classes()};
    data::sample_statistics training = sums.training.statistics();
    std::optional<data::sample_statistics> held_out;
    if (sums.held_out) {
        held_out = sums.held_out->statistics();
    }
    std::vector<std::string> warnings;
    if (given.has("drop-constant")) {
        const data::column_subset varying = data::at_place(
            "drop-constant", [&] { return data::varying_columns(training, labels); });
        if (!varying.dropped.empty()) {
            warnings.push_back(fmt::format("left out, as they do not vary: '{}'",
                                           fmt::join(varying.dropped, "', '")));
            labels = varying.labels;
            training = data::select_columns(training, varying.kept);
            if (held_out) {
                held_out = data::select_columns(*held_out, varying.kept);
            }
        }
    }
    samples_read r{prepared_summary(training, labels, prepared, training), {}, warnings};
    if (held_out) {
        r.held_out = prepared_summary(*held_out, labels, prepared, training);
    }
    return r;
}

samples_read read_tables(const arguments& given) {
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
                                    given.has("target-classes"), read_table_options(given),
                                    given.get("one-hot")},
                                   watch);
    const data::sample_sums sums = data::read_samples(columns, split, watch);

    samples_read r = summarised(given, columns, sums, prepared);
    r.warnings.insert(r.warnings.begin(), columns.notes().begin(), columns.notes().end());
    const data::table_progress done = columns.progress();
    if (done.skipped > 0) {
        r.warnings.push_back(fmt::format("{} of {} rows left out: {} values are missing in them",
                                         done.skipped, done.rows, done.missing_values));
    }
    return r;
}

samples_read put_together(const arguments& given) {
    for (const option& o : sample_options()) {
        if (o.name != "modality" && given.has(o.name)) {
            needs(given, std::string(o.name).c_str(), "modality");
        }
    }
    const auto is_json = [](const std::string& file) {
        return file.ends_with(".json") || file == "-";
    };
    if (given.positional.empty() ||
        !std::all_of(given.positional.begin(), given.positional.end(), is_json)) {
        throw data::input_error(
            "modality",
            "need at least one, NAME=columns, to read tables (files "
            "that end in .json are moments to put together); fusionflow columns FILE lists the columns");
    }
    sample_summary all = data::read_summary(given.positional.front());
    for (std::size_t i = 1; i < given.positional.size(); ++i) {
        const std::string& file = given.positional[i];
        all = data::at_place(file, [&] { return data::merged(all, data::read_summary(file)); });
    }
    return {std::move(all), {}, {}};
}

}  // namespace

std::vector<option> sample_options() {
    std::vector<option> all = {
        {"modality", "NAME=COLUMNS", "its inputs: a,b, a..d, s*, or @FILE, @FILE:a,b; repeat",
         false, true},
        {"target", "COLUMNS", "what is to be predicted, named in the same ways"},
        {"target-classes", "", "the target column names classes: a target of 0 and 1 for each"},
        {"one-hot", "COLUMNS", "inputs that name categories: an input of 0 and 1 for each"},
        {"center", "", "take the means off inputs and targets"},
        {"standardize", "", "and divide by the standard deviations (not of classes)"},
        {"drop-constant", "", "leave out inputs that do not vary"},
        {"train-fraction", "F", "use each row with probability F, hold out the others (all rows)"},
        {"data-seed", "N", "seed of that choice (0)"}};
    for (const option& o : table_reading_options()) {
        all.push_back(o);
    }
    return all;
}

samples_read read_samples(const arguments& given) {
    return reads_tables(given) ? read_tables(given) : put_together(given);
}

}  // namespace fusionflow::cli
