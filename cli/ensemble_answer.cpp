#include "fusionflow/cli/ensemble_answer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::cli {

namespace {

using validation::ensemble;
using validation::ensemble_run;
using validation::spread;

json run_json(const ensemble_run& run) {
    json object = {{"seed", run.seed}, {"times", numbers(run.times)}};
    if (!run.epochs.empty()) {
        object["epochs"] = numbers(run.epochs);
    }
    object["time_ratio"] = number(run.time_ratio);
    object["outcome"] = theory::to_string(run.ended);
    if (run.rounds > 0) {
        object["rounds"] = run.rounds;
        object["truncation_error"] = number(run.truncation_error);
    }
    return object;
}

// Five digits of what is spread, so that a row fits a terminal; JSON has all.
std::string spell_short(double value) {
    return std::isfinite(value) ? fmt::format("{:.5g}", value) : spell(value);
}

std::vector<std::string> cells(const std::string& name, const spread& s, std::size_t runs) {
    std::vector<std::string> row = {
        name, fmt::format("{} of {}", s.finite, runs), spell_short(s.mean.mean),
        std::isfinite(s.mean.standard_error) ? fmt::format("{:.2g}", s.mean.standard_error)
                                             : spell(s.mean.standard_error)};
    // Without any finite value there are no quantiles: the cells say so.
    constexpr std::size_t columns = 9;
    for (const auto& q : s.quantiles) {
        row.push_back(spell_short(q.value));
    }
    row.resize(columns, "-");
    return row;
}

}  // namespace

json numbers(const std::vector<double>& values) {
    json list = json::array();
    for (const double v : values) {
        list.push_back(number(v));
    }
    return list;
}

json spread_json(const spread& s) {
    json quantiles = json::object();
    for (const auto& [p, value] : s.quantiles) {
        quantiles[fmt::format("{}", p)] = number(value);
    }
    return {{"mean", number(s.mean.mean)},
            {"standard_error", number(s.mean.standard_error)},
            {"quantiles", quantiles}};
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

json to_json(const data::moments& moments, const ensemble& e) {
    json modalities = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        json object = {{"name", moments.name(m)},
                       {"learned", e.times[i].finite},
                       {"never", e.times[i].never},
                       {"unknown", e.times[i].unknown}};
        object.update(spread_json(e.times[i]));
        if (!e.epochs.empty()) {
            object["epoch"] = spread_json(e.epochs[i]);
        }
        modalities.push_back(std::move(object));
    }
    json ratio = {{"known", e.time_ratio.finite}};
    ratio.update(spread_json(e.time_ratio));
    json runs = json::array();
    for (const ensemble_run& run : e.runs) {
        runs.push_back(run_json(run));
    }
    return {{"repeats", e.runs.size()},
            {"ensemble",
             {{"modalities", modalities}, {"time_ratio", ratio}, {"outcomes", json(e.ended)}}},
            {"runs", runs},
            {"warnings", warnings_of(moments, e)}};
}

std::string to_text(const data::moments& moments, const ensemble& e) {
    validation::sheet s{{{"time (tau)", false},
                         {"learned"},
                         {"mean"},
                         {"std. error"},
                         {"5 %"},
                         {"25 %"},
                         {"median"},
                         {"75 %"},
                         {"95 %"}},
                        {}};
    const std::size_t runs = e.runs.size();
    for (int m = 0; m < moments.count(); ++m) {
        s.rows.push_back(cells(moments.name(m), e.times[static_cast<std::size_t>(m)], runs));
    }
    for (std::size_t m = 0; m < e.epochs.size(); ++m) {
        s.rows.push_back(
            cells(fmt::format("{}, epochs", moments.name(static_cast<int>(m))), e.epochs[m], runs));
    }
    s.rows.push_back(cells("last / first", e.time_ratio, runs));
    std::string text = validation::to_text(s) + "\nruns that ended as:";
    for (const auto& [name, count] : e.ended) {
        text += fmt::format(" {} {}", name, count);
    }
    return text + '\n';
}

}  // namespace fusionflow::cli
