#include "fusionflow/validation/report/prediction_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/equal_rates.hpp"
#include "fusionflow/validation/report/run_report.hpp"
#include "fusionflow/validation/report/sensitivities_report.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;

theory::predict_options options_of(const solver::model& about) {
    return {about.training.learning_rate, about.training.weight_decay};
}

// The time of modality m by a formula; unknown where the formula does not exist for the model.
double time_by(const std::optional<theory::learning>& formula, std::size_t m) {
    return formula ? formula->times[m] : theory::unknown;
}

double ratio_by(const std::optional<theory::learning>& formula) {
    return formula ? formula->time_ratio() : theory::unknown;
}

// One number for a scalar modality, a list otherwise.
json vector_json(const Eigen::VectorXd& v) {
    return v.size() == 1 ? number(v(0)) : numbers({v.data(), static_cast<std::size_t>(v.size())});
}

json modality_json(const prediction_report& r, std::size_t m) {
    const theory::prediction& p = r.found;
    const int order = p.leading.order()[m];
    json object = {{"name", r.about.moments.names()[m]},
                   {"order", order > 0 ? json(order) : json(nullptr)},
                   {"time", number(p.leading.times[m])},
                   {"time_refined", number(time_by(p.refined, m))},
                   {"time_law", number(time_by(p.law, m))},
                   {"misattribution", vector_json(p.misattribution[m])}};
    if (!p.leading.log10_times.empty()) {
        object["log10_time"] = number(p.leading.log10_times[m]);
    }
    object["estimated_error"] = number(p.errors[m]);
    object["no_plateau"] = p.no_plateau[m].empty() ? json(nullptr) : json(p.no_plateau[m]);
    if (p.shares) {
        object["explained_alone"] = p.shares->alone[m];
        object["conditional_gain"] = p.shares->conditional_gain[m];
        object["shapley"] = p.shares->shapley[m];
    }
    return object;
}

// Weights and residuals that were found at equal rates, as those of the model itself.
void restore_weights(theory::prediction& found, const solver::model& about) {
    if (about.training.rates.equal()) {
        return;
    }
    const auto factors = theory::input_factors(about.architecture, about.training.rates);
    for (int m = 0; m < about.moments.count(); ++m) {
        const double factor = factors[static_cast<std::size_t>(m)];
        found.misattribution[static_cast<std::size_t>(m)] *= factor;
        for (theory::partial_solution& point : found.fixed_points) {
            about.moments.part(point.weights, m) *= factor;
            about.moments.part(point.residual, m) /= factor;
        }
    }
}

std::string misattribution_text(const Eigen::VectorXd& v) {
    if (!v.allFinite()) {
        return "-";
    }
    return v.size() == 1 ? fmt::format("{:.6g}", v(0)) : fmt::format("norm {:.6g}", v.norm());
}

std::string modalities_text(const prediction_report& r) {
    const theory::prediction& p = r.found;
    const std::vector<int> order = p.leading.order();
    sheet s = sheet::of_rows(order.size());
    const auto add = [&s](const char* name, const std::vector<double>& values, double unit = 1) {
        s.add({name}, [&](std::size_t m) { return spell(values[m] / unit); });
    };
    s.add({"modality", false}, [&](std::size_t m) { return r.about.moments.names()[m]; });
    s.add({"order"}, [&](std::size_t m) { return order[m] > 0 ? std::to_string(order[m]) : "-"; });
    add("time (tau)", p.leading.times);
    if (p.refined) {
        add("refined (tau)", p.refined->times);
    }
    if (p.law) {
        add("width law (tau)", p.law->times);
    }
    if (const auto rate = r.about.training.learning_rate) {
        const theory::learning& best = p.refined ? *p.refined : p.law ? *p.law : p.leading;
        add("epoch", best.times, *rate);
    }
    if (!p.leading.log10_times.empty()) {
        add("log10 time", p.leading.log10_times);
    }
    s.add({"misattribution"},
          [&](std::size_t m) { return misattribution_text(p.misattribution[m]); });
    const auto add_share = [&s](const char* name, const auto& parts) {
        s.add({name}, [&](std::size_t m) { return fmt::format("{:.4f}", parts[m]); });
    };
    if (p.shares) {
        add_share("R2 alone", p.shares->alone);
        add_share("gain", p.shares->conditional_gain);
        add_share("Shapley", p.shares->shapley);
    }
    return to_text(s);
}

// The modes of several targets, in the order in which they are learned.
std::string modes_text(const prediction_report& r) {
    const std::vector<theory::learned_mode>& modes = r.found.modes;
    sheet s = sheet::of_rows(modes.size());
    s.add({"modality", false},
          [&](std::size_t i) { return r.about.moments.name(modes[i].modality); });
    s.add({"mode"}, [&](std::size_t i) { return std::to_string(modes[i].mode + 1); });
    s.add({"rate"}, [&](std::size_t i) { return spell(modes[i].rate); });
    s.add({"time (tau)"}, [&](std::size_t i) { return spell(modes[i].time); });
    if (const auto rate = r.about.training.learning_rate) {
        s.add({"epoch"}, [&](std::size_t i) { return spell(modes[i].time / *rate); });
    }
    return modes.empty() ? "" : to_text(s) + '\n';
}

std::string fixed_points_text(const prediction_report& r) {
    const std::vector<theory::partial_solution>& points = r.found.fixed_points;
    sheet s = sheet::of_rows(points.size());
    s.add({"fixed point: learned", false},
          [&](std::size_t i) { return spell(r.about.moments.names_of(points[i].learned)); });
    s.add({"loss"}, [&](std::size_t i) { return fmt::format("{:.8g}", points[i].loss); });
    return points.empty() ? "" : to_text(s) + '\n';
}

}  // namespace

prediction_report predict(solver::model about, bool with_changes) {
    // Where biases are drawn the formulas say themselves that they have no time.
    if (about.init.bias() == theory::bias_start::zero) {
        if (const auto refused = solver::find_method("formula").refusal(about)) {
            throw data::input_error(*refused);
        }
    }
    const theory::predict_options options = options_of(about);
    const solver::model same = solver::with_equal_rates(about);
    theory::prediction found = theory::predict(same.moments, same.architecture, same.init, options);
    restore_weights(found, about);
    std::optional<theory::sensitivity_table> changes;
    if (with_changes) {
        changes = theory::sensitivities(same.moments, same.architecture, same.init, options);
    }
    return {std::move(about), std::move(found), std::move(changes)};
}

std::vector<std::string> warnings_of(const prediction_report& r) {
    const theory::prediction& p = r.found;
    const data::moments& moments = r.about.moments;
    theory::learning answer = p.leading;
    answer.warnings = p.warnings;
    std::vector<std::string> warnings = warnings_of(moments, answer);
    if (p.refined) {
        for (const std::string& warning : p.refined->warnings) {
            warnings.push_back("refined: " + warning);
        }
    }
    for (std::size_t m = 0; m < moments.names().size(); ++m) {
        if (std::isinf(time_by(p.refined, m)) && !std::isinf(p.leading.times[m])) {
            warnings.push_back(fmt::format("{} has no refined time: nothing of its initial weights "
                                           "grows along its residual",
                                           moments.names()[m]));
        }
    }
    if (r.changes) {
        warnings.insert(warnings.end(), r.changes->warnings.begin(), r.changes->warnings.end());
    }
    return warnings;
}

json to_json(const prediction_report& r, const std::string& provenance) {
    const theory::prediction& p = r.found;
    const data::moments& moments = r.about.moments;
    json modalities = json::array();
    for (std::size_t m = 0; m < moments.names().size(); ++m) {
        modalities.push_back(modality_json(r, m));
    }
    json modes = json::array();
    for (const theory::learned_mode& mode : p.modes) {
        modes.push_back({{"modality", moments.name(mode.modality)},
                         {"mode", mode.mode + 1},
                         {"time", number(mode.time)},
                         {"rate", number(mode.rate)}});
    }
    json points = json::array();
    for (const theory::partial_solution& point : p.fixed_points) {
        points.push_back(
            {{"learned", moments.names_of(point.learned)}, {"loss", number(point.loss)}});
    }
    json result = {{"modalities", modalities},
                   {"modes", modes},
                   {"time_ratio", number(p.leading.time_ratio())},
                   {"time_ratio_refined", number(ratio_by(p.refined))},
                   {"time_ratio_law", number(ratio_by(p.law))},
                   {"fixed_points", points},
                   {"superficial_preference", p.superficial_preference},
                   {"permanent_bias", p.permanent_bias},
                   {"outcome", theory::to_string(p.leading.ended)},
                   {"warnings", warnings_of(r)},
                   {"provenance", provenance}};
    if (r.changes) {
        result["sensitivities"] = to_json(moments, *r.changes);
    }
    return result;
}

std::string json_text(const prediction_report& r, const std::string& provenance) {
    return json_text(to_json(r, provenance));
}

std::string to_text(const prediction_report& r) {
    const theory::prediction& p = r.found;
    const auto ratio = [](const char* of, const std::optional<theory::learning>& formula) {
        return formula ? fmt::format("   {}: {}", of, spell(formula->time_ratio())) : "";
    };
    return fmt::format(
        "{}time ratio, last / first: {}{}{}\n\n{}{}superficial preference: {}\npermanent bias: {}\n"
        "{}",
        modalities_text(r), spell(p.leading.time_ratio()), ratio("refined", p.refined),
        ratio("width law", p.law), modes_text(r), fixed_points_text(r),
        p.superficial_preference ? "yes, what is learned first is not what lowers the loss most"
                                 : "no",
        p.permanent_bias ? "yes" : "no",
        r.changes ? to_text(r.about.moments, *r.changes, options_of(r.about)) : "");
}

}  // namespace fusionflow::validation
