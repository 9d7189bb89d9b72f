#include "fusionflow/validation/report/ensemble_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;

// Mean, standard error and quantiles of the finite values.
json finite_json(const spread& s) {
    json quantiles = json::object();
    for (const auto& [p, value] : s.quantiles) {
        quantiles[fmt::format("{}", p)] = number(value);
    }
    return {{"mean", number(s.mean.mean)},
            {"standard_error", number(s.mean.standard_error)},
            {"quantiles", quantiles}};
}

json run_json(const ensemble_run& run) {
    json object = {{"seed", run.seed}, {"times", numbers(run.times)}};
    if (!run.epochs.empty()) {
        object["epochs"] = numbers(run.epochs);
    }
    object["time_ratio"] = number(run.time_ratio);
    for (const theory::clock_times& read : run.clocks) {
        object["clocks"][std::string(read.by->name)] = numbers(read.times);
    }
    object["share"] = number(run.share);
    object["outcome"] = theory::to_string(run.ended);
    if (run.rounds > 0) {
        object["rounds"] = run.rounds;
        object["truncation_error"] = number(run.truncation_error);
    }
    return object;
}

// Adds a row for a spread. Its numbers have at most five digits, so that it fits a terminal.
void add_row(sheet& s, const std::string& name, const spread& of, std::size_t runs) {
    std::vector<std::string> row = {name, fmt::format("{} of {}", of.finite, runs),
                                    spell(of.mean.mean, 5), spell(of.mean.standard_error, 2)};
    for (const quantile_value& q : of.quantiles) {
        row.push_back(spell(q.value, 5));
    }
    // Without finite values there are no quantiles, and their cells are "-".
    row.resize(s.columns.size(), "-");
    s.rows.push_back(std::move(row));
}

}  // namespace

json to_json(const spread& s) {
    json object = {{"learned", s.finite}, {"never", s.never}, {"unknown", s.unknown}};
    object.update(finite_json(s));
    return object;
}

std::vector<std::string> warnings_of(const data::moments& moments, const ensemble& e) {
    std::vector<std::string> warnings;
    const auto say = [&](int count, int m, const char* what) {
        if (count > 0) {
            warnings.push_back(fmt::format("{} {} in {} of {} runs: left out of mean and quantiles",
                                           moments.name(m), what, count, e.runs.size()));
        }
    };
    for (int m = 0; m < moments.count(); ++m) {
        say(e.times[static_cast<std::size_t>(m)].never, m, "is never learned");
        say(e.times[static_cast<std::size_t>(m)].unknown, m, "was not seen to be learned");
    }
    return warnings;
}

json to_json(const run_question& asked, const ensemble& e) {
    const data::moments& moments = asked.about.moments;
    json modalities = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        json object = {{"name", moments.name(m)}};
        object.update(to_json(e.times[i]));
        if (!e.epochs.empty()) {
            object["epoch"] = finite_json(e.epochs[i]);
        }
        for (const clock_spreads& read : e.clocks) {
            object["clocks"][std::string(read.by->name)] = to_json(read.times[i]);
        }
        modalities.push_back(std::move(object));
    }
    json ratio = {{"known", e.time_ratio.finite}};
    ratio.update(finite_json(e.time_ratio));
    json runs = json::array();
    for (const ensemble_run& run : e.runs) {
        runs.push_back(run_json(run));
    }
    json result = {
        {"repeats", e.runs.size()},
        {"ensemble",
         {{"modalities", modalities}, {"time_ratio", ratio}, {"outcomes", json(e.ended)}}},
        {"runs", runs},
        {"warnings", warnings_of(moments, e)},
        {"representation", asked.how.name}};
    result.update(training_json(asked));
    result["provenance"] = asked.provenance;
    return result;
}

std::string json_text(const run_question& asked, const ensemble& e) {
    return json_text(to_json(asked, e));
}

std::string to_text(const data::moments& moments, const ensemble& e) {
    sheet s{{{"time (tau)", false}, {"learned"}, {"mean"}, {"std. error"}}, {}};
    for (const char* part : {"5 %", "25 %", "median", "75 %", "95 %"}) {
        s.columns.push_back({part});
    }
    const std::size_t runs = e.runs.size();
    for (std::size_t m = 0; m < e.times.size(); ++m) {
        add_row(s, moments.names()[m], e.times[m], runs);
    }
    for (std::size_t m = 0; m < e.epochs.size(); ++m) {
        add_row(s, moments.names()[m] + ", epochs", e.epochs[m], runs);
    }
    for (const clock_spreads& read : e.clocks) {
        for (std::size_t m = 0; read.by != e.told_by && m < read.times.size(); ++m) {
            add_row(s, fmt::format("{}, {}", moments.names()[m], read.by->name), read.times[m],
                    runs);
        }
    }
    add_row(s, "last / first", e.time_ratio, runs);
    std::string text = to_text(s) + "\nruns that ended as:";
    for (const auto& [name, count] : e.ended) {
        text += fmt::format(" {} {}", name, count);
    }
    return text + '\n';
}

}  // namespace fusionflow::validation
