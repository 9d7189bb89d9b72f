#include "fusionflow/cli/sample_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/cli/progress.hpp"
#include "fusionflow/cli/table_words.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/column_subset.hpp"
#include "fusionflow/data/readers/read_samples.hpp"
#include "fusionflow/data/readers/sample_rows.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::cli {

namespace {

using data::preparation;
using data::sample_summary;

void needs(const arguments& given, const char* option, const char* other) {
    data::need(!given.has(option) || given.has(other), option, "needs --{}", other);
}

void refuse_together(const arguments& given, const char* option, const char* other) {
    data::need(!(given.has(option) && given.has(other)), option, "cannot be combined with --{}",
               other);
}

data::row_split read_split(const arguments& given, keep_rows rows) {
    const bool seeded = given.has("data-seed") || given.settings.has("data-seed");
    data::need(!seeded || given.has("train-fraction"), "data-seed", "needs --train-fraction");
    refuse_together(given, "split", "train-fraction");
    data::row_split split;
    split.list_held_out = given.has("held-out-rows");
    split.keep_rows = rows != keep_rows::no;
    if (given.has("train-fraction")) {
        const std::string text = given.get("train-fraction");
        split.train_fraction = validation::parse_number("train-fraction", text);
        data::need(split.train_fraction > 0 && split.train_fraction < 1, "train-fraction",
                   "need 0 < F < 1, got {}", text);
    }
    if (given.has("data-seed")) {
        split.seed = validation::parse_seed("data-seed", given.get("data-seed"));
    } else if (given.settings.has("data-seed")) {
        split.seed = given.settings.world.seed;
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

// The statistics that were read, and the names that go with them.
struct statistics_read {
    data::sample_statistics training;
    std::optional<data::sample_statistics> held_out{};
    data::summary_labels labels{};
    std::vector<std::string> warnings{};
    std::vector<Eigen::Index> kept{};  // columns of what was read; empty: all

    void warn_of_dropped(const std::vector<std::string>& dropped, const char* why) {
        if (!dropped.empty()) {
            warnings.push_back(
                fmt::format("left out, as {}: '{}'", why, fmt::join(dropped, "', '")));
        }
    }
};

void drop_constant(statistics_read& read) {
    const data::column_subset varying = data::at_place(
        "drop-constant", [&] { return data::varying_columns(read.training, read.labels); });
    read.warn_of_dropped(varying.dropped, "they do not vary");
    read.labels = varying.labels;
    read.kept = varying.kept;
    read.training = data::select_columns(read.training, varying.kept);
    if (read.held_out) {
        read.held_out = data::select_columns(*read.held_out, varying.kept);
    }
}

// Summarises a table prepared as other samples were (--prepared-as).
sample_summary prepared_as(const arguments& given, statistics_read& read) {
    for (const char* other : {"center", "standardize", "train-fraction", "split"}) {
        refuse_together(given, "prepared-as", other);
    }
    return data::at_place("prepared-as", [&] {
        const sample_summary like = data::read_summary(given.get("prepared-as"));
        const data::aligned_columns aligned = data::align_columns(
            read.training, read.labels,
            {like.values.names(), like.values.dims(), like.columns, like.classes},
            given.has("drop-constant"));
        read.warn_of_dropped(
            aligned.dropped,
            fmt::format("{} does not have them", given.get("prepared-as")).c_str());
        return data::summarise_as(aligned.statistics, aligned.labels, like);
    });
}

// Warns if means were not taken off but matter, and so change what "explained" means.
std::optional<std::string> warning_of_means(const sample_summary& s) {
    if (s.prepared != preparation::as_read) {
        return std::nullopt;
    }
    const auto samples = static_cast<double>(s.samples);
    // A mean shows if its share is above `least` and it is three standard errors away from zero.
    const auto shows = [samples](double share, double least) {
        return share > least && samples * share > 9 * (1 - share);
    };
    const Eigen::Index inputs = s.values.dimension();
    Eigen::Index mostly_mean = 0;
    for (Eigen::Index i = 0; i < inputs; ++i) {
        const double power = s.values.covariance()(i, i);
        mostly_mean += power > 0 && shows(s.mean(i) * s.mean(i) / power, 0.5) ? 1 : 0;
    }
    const double target =
        s.values.target_power() > 0
            ? s.mean.tail(s.values.outputs()).squaredNorm() / s.values.target_power()
            : 0;
    if (mostly_mean == 0 && !shows(target, 0.1)) {
        return std::nullopt;
    }
    return fmt::format(
        "means are not taken off: that of the target makes {:.0f} % of its power, and "
        "{} of {} inputs are mostly mean; what is \"explained\" and learned counts "
        "the means, too (--center takes them off)",
        100 * target, mostly_mean, inputs);
}

// The moments of what was read, with the columns and the preparation that options ask for.
samples_read summarised(const arguments& given, const data::selected_columns& columns,
                        const data::sample_sums& sums, preparation prepared, keep_rows rows) {
    statistics_read read{
        sums.training.statistics(),
        {},
        {columns.names(), columns.dims(), {columns.inputs(), columns.targets()}, columns.classes()},
        columns.notes()};
    if (sums.held_out) {
        read.held_out = sums.held_out->statistics();
    }
    if (given.has("prepared-as")) {
        sample_summary summary = prepared_as(given, read);
        return {std::move(summary), {}, {}, std::move(read.warnings)};
    }
    if (given.has("drop-constant")) {
        drop_constant(read);
    }
    samples_read r{prepared_summary(read.training, read.labels, prepared, read.training),
                   {},
                   sums.held_out_rows,
                   std::move(read.warnings)};
    if (read.held_out) {
        r.held_out = prepared_summary(*read.held_out, read.labels, prepared, read.training);
    }
    if (rows != keep_rows::no) {
        const auto samples = [&](const data::row_matrix& values) {
            return std::make_shared<const data::samples>(data::samples_of_rows(
                values, read.kept, r.training, rows == keep_rows::classes_as_read));
        };
        r.training_rows = samples(sums.training_values);
        r.other_rows = read.held_out ? samples(sums.held_out_values) : nullptr;
    }
    return r;
}

samples_read read_tables(const arguments& given, keep_rows rows) {
    const data::row_split split = read_split(given, rows);
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
                                    given.get("one-hot"), given.get("split")},
                                   watch);
    const data::sample_sums sums = data::read_samples(columns, split, watch);

    samples_read r = summarised(given, columns, sums, prepared, rows);
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
            "modality", "need at least one, NAME=columns, to read tables (files "
                        "that end in .json are moments to put together); fusionflow columns FILE "
                        "lists the columns");
    }
    sample_summary all = data::read_summary(given.positional.front());
    for (std::size_t i = 1; i < given.positional.size(); ++i) {
        const std::string& file = given.positional[i];
        all = data::at_place(file, [&] { return data::merged(all, data::read_summary(file)); });
    }
    return {std::move(all), {}, {}, {}};
}

}  // namespace

std::vector<option> sample_options() {
    std::vector<option> all = {
        {"modality", "NAME=COLUMNS", "its inputs: a,b, a..d, s*, or @FILE, @FILE:a,b; repeat",
         false, true, file_use::read_behind_at},
        {"target", "COLUMNS", "what is to be predicted, named in the same ways", false, false,
         file_use::read_behind_at},
        {"target-classes", "", "the target column names classes: a target of 0 and 1 for each"},
        {"one-hot", "COLUMNS", "inputs that name categories: an input of 0 and 1 for each"},
        {"center", "", "take the means off inputs and targets"},
        {"standardize", "", "and divide by the standard deviations (not of classes)"},
        {"drop-constant", "", "leave out inputs that do not vary"},
        {"prepared-as", "M.json", "take means and deviations of these moments, not of the rows",
         false, false, file_use::read},
        {"split", "COLUMN",
         "hold rows out by a column: train, test; or COLUMN=A,B: where it is A, B"},
        {"train-fraction", "F", "use each row with probability F, hold out the others (all rows)"},
        {"data-seed", "N", "seed of that choice (0)"}};
    for (const option& o : table_reading_options()) {
        all.push_back(o);
    }
    return all;
}

samples_read read_samples(const arguments& given, keep_rows rows) {
    samples_read r = reads_tables(given) ? read_tables(given, rows) : put_together(given);
    if (const auto warning = warning_of_means(r.training)) {
        r.warnings.push_back(*warning);
    }
    return r;
}

sample_summary read_held_out(const std::string& file, const sample_summary& training) {
    sample_summary held_out = data::read_summary(file);
    data::at_place("held-out", file, [&] { data::check_held_out(training, held_out); });
    return held_out;
}

}  // namespace fusionflow::cli
