#include "fusionflow/cli/answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::cli {

namespace {

using validation::sheet;

json phases_json(const data::moments& moments, const theory::learning& answer) {
    json phases = json::array();
    for (const theory::phase& p : answer.phases) {
        phases.push_back(
            {{"learned", moments.names_of(p.learned)}, {"duration", number(p.duration)}});
    }
    return phases;
}

std::string phases_text(const data::moments& moments, const theory::learning& answer) {
    sheet s{{{"learned during the phase", false}, {"duration (tau)"}}, {}};
    for (const theory::phase& p : answer.phases) {
        const std::string set = fmt::format("{}", fmt::join(moments.names_of(p.learned), ", "));
        s.rows.push_back({set.empty() ? "nothing" : set, spell(p.duration)});
    }
    return validation::to_text(s);
}

}  // namespace

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

std::string spell(double value) {
    if (std::isnan(value)) {
        return "-";
    }
    return std::isinf(value) ? "never" : fmt::format("{:.8g}", value);
}

std::vector<std::string> warnings_of(const data::moments& moments, const theory::learning& answer) {
    std::vector<std::string> warnings = answer.warnings;
    for (int m = 0; m < moments.count(); ++m) {
        const double time = answer.times[static_cast<std::size_t>(m)];
        const bool above = data::contains(answer.above, m);
        const char* what = std::isinf(time) ? "is never learned"
                           : std::isnan(time) && !above && theory::is_failure(answer.ended)
                               ? "was not seen to be learned"
                               : nullptr;
        if (what != nullptr) {
            warnings.push_back(
                fmt::format("{} {} ({})", moments.name(m), what, theory::to_string(answer.ended)));
        }
    }
    if (answer.ended != theory::outcome::learned) {
        warnings.push_back(
            fmt::format("{}: {}", theory::to_string(answer.ended), theory::advice(answer.ended)));
    }
    return warnings;
}

json to_json(const data::moments& moments, const solver::answer& run,
             const std::string& provenance) {
    const theory::learning& answer = run;
    const std::vector<int> order = answer.order();
    json modalities = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const theory::level& level = answer.levels[i];
        const bool passable = level.norm > 0;
        modalities.push_back(
            {{"name", moments.name(m)},
             {"order", order[i] > 0 ? json(order[i]) : json(nullptr)},
             {"time", number(answer.times[i])},
             {"level", passable ? number(level.norm) : json(nullptr)},
             {"level_saddle", passable ? json(moments.names_of(level.saddle)) : json(nullptr)},
             {"final_norm", number(answer.final_norms[i])},
             {"gone", data::contains(answer.gone, m)}});
    }
    return {{"modalities", modalities},
            {"time_ratio", number(answer.time_ratio())},
            {"phases", phases_json(moments, answer)},
            {"outcome", theory::to_string(answer.ended)},
            {"ended_at_time", number(run.time_final)},
            {"steps", answer.work.steps},
            {"rejected_steps", answer.work.rejected_steps},
            {"rhs_evaluations", answer.work.rhs_evaluations},
            {"stepper", run.stepper},
            {"loss_initial", number(run.loss_initial)},
            {"loss_final", number(run.loss_final)},
            {"warnings", warnings_of(moments, answer)},
            {"provenance", provenance}};
}

std::string to_text(const data::moments& moments, const solver::answer& run,
                    const std::vector<double>& epochs) {
    const theory::learning& answer = run;
    const std::vector<int> order = answer.order();
    sheet s{{{"modality", false}, {"order"}, {"time (tau)"}}, {}};
    if (!epochs.empty()) {
        s.columns.push_back({"epoch"});
    }
    if (!answer.gone.empty()) {
        s.columns.push_back({"in the end", false});
    }
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        s.rows.push_back({moments.name(m), order[i] > 0 ? std::to_string(order[i]) : "-",
                          spell(answer.times[i])});
        if (!epochs.empty()) {
            s.rows.back().push_back(spell(epochs[i]));
        }
        if (!answer.gone.empty()) {
            s.rows.back().push_back(data::contains(answer.gone, m) ? "gone" : "");
        }
    }
    return fmt::format("{}time ratio, last / first: {}\n\n{}\n"
                       "loss {:.6g} at the start, {:.6g} at the end\n"
                       "{}: {} at t = {:.8g} ({} steps, {} rejected, {} evaluations)\n",
                       validation::to_text(s), spell(answer.time_ratio()),
                       phases_text(moments, answer), run.loss_initial, run.loss_final, run.stepper,
                       theory::to_string(answer.ended), run.time_final, answer.work.steps,
                       answer.work.rejected_steps, answer.work.rhs_evaluations);
}

std::string to_text(const json& value) {
    return value.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

void print(const json& value) { print_json(to_text(value)); }

}  // namespace fusionflow::cli
