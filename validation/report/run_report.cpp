#include "fusionflow/validation/report/run_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fusionflow/validation/report/sensitivities_report.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;

json modalities_json(const data::moments& moments, const solver::answer& run) {
    const std::vector<int> order = run.order();
    json modalities = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const theory::level& level = run.levels[i];
        const bool passable = level.norm > 0;
        modalities.push_back(
            {{"name", moments.name(m)},
             {"order", order[i] > 0 ? json(order[i]) : json(nullptr)},
             {"time", number(run.times[i])},
             {"level", passable ? number(level.norm) : json(nullptr)},
             {"level_saddle", passable ? json(moments.names_of(level.saddle)) : json(nullptr)},
             {"final_norm", number(run.final_norms[i])},
             {"gone", data::contains(run.gone, m)}});
        json by_clock = json::object();
        for (const theory::clock_times& read : run.clocks) {
            by_clock[std::string(read.by->name)] = number(read.times[i]);
        }
        modalities.back()["clocks"] = by_clock;
        if (!run.epochs().empty()) {
            modalities.back()["epoch"] = number(run.epochs()[i]);
        }
        if (run.network && !run.network->asymmetry.empty()) {
            modalities.back()["asymmetry"] = number(run.network->asymmetry[i]);
        }
    }
    return modalities;
}

json flow_json(const run_question& asked, const solver::answer& run) {
    const solver::model& about = asked.about;
    const bool of_a_draw = asked.how.draws != solver::method_draws::nothing;
    json result = {{"flow", run.equations}};
    if (of_a_draw || !about.init.balanced()) {
        result["scheme"] = about.init.drawn->name;
        result["width"] = of_a_draw ? about.init.last_width() : about.init.width;
    }
    if (of_a_draw) {
        result["seed"] = about.training.seed;
    }
    return result;
}

json network_json(const run_question& asked, const solver::answer& run) {
    const solver::trained_network& network = *run.network;
    json result = json::object();
    if (asked.about.training.method == solver::training_method::gradient_descent) {
        result["ended_at_epoch"] = run.work.steps;
    }
    result["representation"] = asked.how.name;
    result["widths"] = network.widths;
    if (asked.how.compresses) {
        result["drawn_widths"] = network.drawn_widths;
        result["rounds"] = network.rounds;
        result["truncation_error"] = number(network.truncation_error);
    }
    result.update(training_json(asked));
    return result;
}

json score_json(const solver::sample_score& score) {
    return {{"loss", number(score.loss)}, {"accuracy", number(score.accuracy)}};
}

json unimodal_json(const data::moments& moments, const sample_scores& scores) {
    json all = json::object();
    for (int m = 0; m < moments.count(); ++m) {
        all[moments.name(m)] = score_json(scores.alone[static_cast<std::size_t>(m)]);
    }
    return all;
}

json scores_json(const data::moments& moments, const trained_scores& scores) {
    json result = {{"accuracy", number(scores.training.all.accuracy)},
                   {"unimodal", unimodal_json(moments, scores.training)}};
    if (scores.held_out) {
        result["held_out"] = score_json(scores.held_out->all);
        result["held_out"]["unimodal"] = unimodal_json(moments, *scores.held_out);
    }
    return result;
}

// A row for all modalities, and one for each of them alone.
std::string scores_text(const data::moments& moments, const trained_scores& scores) {
    sheet s = sheet::of_rows(static_cast<std::size_t>(moments.count()) + 1);
    const auto at = [](const sample_scores& of, std::size_t row) {
        return row == 0 ? of.all : of.alone[row - 1];
    };
    s.add({"the network sees", false},
          [&](std::size_t row) { return row == 0 ? "all" : moments.names()[row - 1]; });
    const auto columns = [&](const std::string& what, const sample_scores& of) {
        s.add({what + "loss"}, [&](std::size_t row) { return spell(at(of, row).loss, 5); });
        if (std::isfinite(of.all.accuracy)) {
            s.add({what + "accuracy"}, [&](std::size_t row) {
                return fmt::format("{:.1f} %", 100 * at(of, row).accuracy);
            });
        }
    };
    columns("", scores.training);
    if (scores.held_out) {
        columns("held-out ", *scores.held_out);
    }
    return "\n" + to_text(s);
}

// Why a clock that was not asked for has no time, or one that means little, for modalities that the
// answer itself has a time for.
std::vector<std::string> clock_warnings(const data::moments& moments,
                                        const theory::learning& answer) {
    std::vector<std::string> warnings;
    for (const theory::clock_times& read : answer.clocks) {
        for (int m = 0; m < moments.count(); ++m) {
            const double time = read.times[static_cast<std::size_t>(m)];
            const bool timed = std::isfinite(answer.times[static_cast<std::size_t>(m)]);
            const char* why =
                data::contains(read.above, m) ? "begins above one half"
                : std::isinf(time)            ? "never passes one half"
                : std::isnan(time)            ? "was not seen to pass one half before the end"
                : data::contains(read.negligible, m)
                    ? "passes one half, but contributes less than 1 % of the output's "
                      "power in the end, which is negligible"
                    : nullptr;
            if (why != nullptr && (timed || data::contains(read.negligible, m))) {
                warnings.push_back(
                    fmt::format("{} {} by the clock {}", moments.name(m), why, read.by->name));
            }
        }
    }
    return warnings;
}

std::string learned_text(const data::moments& moments, const solver::answer& run) {
    const std::vector<int> order = run.order();
    sheet s = sheet::of_rows(order.size());
    s.add({"modality", false}, [&](std::size_t m) { return moments.names()[m]; });
    s.add({"order"}, [&](std::size_t m) { return order[m] > 0 ? std::to_string(order[m]) : "-"; });
    s.add({"time (tau)"}, [&](std::size_t m) { return spell(run.times[m]); });
    const std::vector<double> epochs = run.epochs();
    if (!epochs.empty()) {
        s.add({"epoch"}, [&](std::size_t m) { return spell(epochs[m]); });
    }
    // The other clocks, in the unit of the column before.
    const auto in_unit = [&](double time) {
        return epochs.empty() ? time : run.epoch_length.epochs(time);
    };
    for (const theory::clock_times& read : run.clocks) {
        if (read.by != run.told_by) {
            s.add({"by " + std::string(read.by->name)}, [&read, &in_unit](std::size_t m) {
                const bool negligible = data::contains(read.negligible, static_cast<int>(m));
                return spell(in_unit(read.times[m])) + (negligible ? " (negligible)" : "");
            });
        }
    }
    if (!run.gone.empty()) {
        s.add({"in the end", false}, [&](std::size_t m) {
            return data::contains(run.gone, static_cast<int>(m)) ? "gone" : "";
        });
    }
    return to_text(s);
}

std::string phases_text(const data::moments& moments, const solver::answer& run) {
    sheet s = sheet::of_rows(run.phases.size());
    s.add({"learned during the phase", false},
          [&](std::size_t i) { return spell(moments.names_of(run.phases[i].learned)); });
    s.add({"duration (tau)"}, [&](std::size_t i) { return spell(run.phases[i].duration); });
    return to_text(s);
}

std::string network_text(const run_question& asked, const solver::trained_network& network) {
    std::string text;
    if (asked.how.compresses) {
        const double error = network.truncation_error;
        text = fmt::format("{} in {} rounds: hidden widths {} for {}, {}\n", asked.how.name,
                           network.rounds, fmt::join(network.widths, ", "),
                           fmt::join(network.drawn_widths, ", "),
                           std::isnan(error) ? "error not estimated"
                                             : fmt::format("|W_m(t)| to about {:.1e}", error));
    }
    const bool known = std::any_of(network.asymmetry.begin(), network.asymmetry.end(),
                                   [](double a) { return !std::isnan(a); });
    for (std::size_t m = 0; known && m < network.asymmetry.size(); ++m) {
        text += fmt::format("{} {} {}", m == 0 ? "asymmetry of the samples:" : ",",
                            asked.about.moments.names()[m], spell(network.asymmetry[m], 2));
    }
    return text + (known ? "\n" : "");
}

}  // namespace

std::vector<std::string> warnings_of(const data::moments& moments, const theory::learning& answer) {
    std::vector<std::string> warnings = answer.warnings;
    for (std::string& text : clock_warnings(moments, answer)) {
        warnings.push_back(std::move(text));
    }
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
    if (answer.ended != theory::outcome::learned && answer.ended != theory::outcome::trained) {
        warnings.push_back(
            fmt::format("{}: {}", theory::to_string(answer.ended), theory::advice(answer.ended)));
    }
    return warnings;
}

json training_json(const run_question& asked) {
    const solver::model& about = asked.about;
    json result = {{"method", solver::to_string(about.training.method)}};
    if (asked.weights.empty()) {
        result["scheme"] = about.init.drawn->name;
    } else {
        result["weights"] = asked.weights;
    }
    if (asked.weights.empty() || about.training.samples.batch > 0) {
        result["seed"] = about.training.seed;
    }
    if (about.samples) {
        result["samples"] = about.samples->count();
        result["activation"] = solver::to_string(about.training.samples.units);
        result["loss"] = to_string(about.training.samples.loss);
        result["optimizer"] = to_string(about.training.samples.rule);
    }
    return result;
}

json to_json(const run_question& asked, const solver::answer& run,
             const solver::flow_sensitivity_table* changes) {
    const data::moments& moments = asked.about.moments;
    json phases = json::array();
    for (const theory::phase& p : run.phases) {
        phases.push_back(
            {{"learned", moments.names_of(p.learned)}, {"duration", number(p.duration)}});
    }
    json result = {{"modalities", modalities_json(moments, run)},
                   {"time_ratio", number(run.time_ratio())},
                   {"phases", phases},
                   {"outcome", theory::to_string(run.ended)},
                   {"ended_at_time", number(run.time_final)},
                   {"steps", run.work.steps},
                   {"rejected_steps", run.work.rejected_steps},
                   {"rhs_evaluations", run.work.rhs_evaluations},
                   {"stepper", run.stepper},
                   {"loss_initial", number(run.loss_initial)},
                   {"loss_final", number(run.loss_final)},
                   {"share", number(run.share)},
                   {"clock", run.told_by->name},
                   {"warnings", warnings_of(moments, run)},
                   {"provenance", asked.provenance}};
    result.update(run.network ? network_json(asked, run) : flow_json(asked, run));
    if (changes != nullptr) {
        result["sensitivities"] = to_json(moments, *changes);
    }
    if (asked.scores != nullptr) {
        result.update(scores_json(moments, *asked.scores));
    }
    return result;
}

std::string json_text(const run_question& asked, const solver::answer& run,
                      const solver::flow_sensitivity_table* changes) {
    return json_text(to_json(asked, run, changes));
}

std::string to_text(const run_question& asked, const solver::answer& run,
                    const solver::flow_sensitivity_table* changes) {
    const data::moments& moments = asked.about.moments;
    return fmt::format("{}time ratio, last / first: {}\n\n{}\n"
                       "loss {:.6g} at the start, {:.6g} at the end{}\n"
                       "{}: {} at t = {:.8g} ({} steps, {} rejected, {} evaluations)\n{}{}{}",
                       learned_text(moments, run), spell(run.time_ratio()),
                       phases_text(moments, run), run.loss_initial, run.loss_final,
                       std::isfinite(run.share)
                           ? fmt::format(": {:.6g} % of what can be explained", 100 * run.share)
                           : "",
                       run.stepper, theory::to_string(run.ended), run.time_final, run.work.steps,
                       run.work.rejected_steps, run.work.rhs_evaluations,
                       run.network ? network_text(asked, *run.network)
                                   : fmt::format("{} flow\n", run.equations),
                       changes == nullptr ? "" : to_text(moments, *changes),
                       asked.scores == nullptr ? "" : scores_text(moments, *asked.scores));
}

}  // namespace fusionflow::validation
