#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/sensitivities.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::cli {

namespace {

using solver::model;
using theory::prediction;
using validation::sheet;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// One number for a scalar modality, a list otherwise.
json vector_json(const Eigen::VectorXd& v) {
    if (v.size() == 1) {
        return number(v(0));
    }
    json list = json::array();
    for (const double x : v) {
        list.push_back(number(x));
    }
    return list;
}

double refined_time(const prediction& p, int m) {
    return p.refined ? p.refined->times[static_cast<std::size_t>(m)] : unknown;
}

double law_time(const prediction& p, int m) {
    return p.law ? p.law->times[static_cast<std::size_t>(m)] : unknown;
}

json modality_json(const model& about, const prediction& p, int m) {
    const auto i = static_cast<std::size_t>(m);
    const int order = p.leading.order()[i];
    json object = {
        {"name", about.moments.name(m)},      {"order", order > 0 ? json(order) : json(nullptr)},
        {"time", number(p.leading.times[i])}, {"time_refined", number(refined_time(p, m))},
        {"time_law", number(law_time(p, m))}, {"misattribution", vector_json(p.misattribution[i])}};
    if (!p.leading.log10_times.empty()) {
        object["log10_time"] = number(p.leading.log10_times[i]);
    }
    object["estimated_error"] = number(p.errors[i]);
    object["no_plateau"] = p.no_plateau[i].empty() ? json(nullptr) : json(p.no_plateau[i]);
    if (p.shares) {
        object["explained_alone"] = p.shares->alone[i];
        object["conditional_gain"] = p.shares->conditional_gain[i];
        object["shapley"] = p.shares->shapley[i];
    }
    return object;
}

std::vector<std::string> all_warnings(const model& about, const prediction& p) {
    theory::learning answer = p.leading;
    answer.warnings = p.warnings;
    std::vector<std::string> warnings = warnings_of(about.moments, answer);
    const std::vector<std::string> none;
    for (const std::string& warning : p.refined ? p.refined->warnings : none) {
        warnings.push_back("refined: " + warning);
    }
    for (int m = 0; m < about.moments.count(); ++m) {
        const bool known_to_leading = std::isinf(p.leading.times[static_cast<std::size_t>(m)]);
        if (std::isinf(refined_time(p, m)) && !known_to_leading) {
            warnings.push_back(fmt::format("{} has no refined time: nothing of its initial weights "
                                           "grows along its residual",
                                           about.moments.name(m)));
        }
    }
    return warnings;
}

json prediction_json(const model& about, const prediction& p,
                     const std::vector<std::string>& warnings, const std::string& provenance) {
    json modalities = json::array();
    for (int m = 0; m < about.moments.count(); ++m) {
        modalities.push_back(modality_json(about, p, m));
    }
    json modes = json::array();
    for (const theory::learned_mode& mode : p.modes) {
        modes.push_back({{"modality", about.moments.name(mode.modality)},
                         {"mode", mode.mode + 1},
                         {"time", number(mode.time)},
                         {"rate", number(mode.rate)}});
    }
    json points = json::array();
    for (const theory::partial_solution& point : p.fixed_points) {
        points.push_back(
            {{"learned", about.moments.names_of(point.learned)}, {"loss", number(point.loss)}});
    }
    return {{"modalities", modalities},
            {"modes", modes},
            {"time_ratio", number(p.leading.time_ratio())},
            {"time_ratio_refined", number(p.refined ? p.refined->time_ratio() : unknown)},
            {"time_ratio_law", number(p.law ? p.law->time_ratio() : unknown)},
            {"fixed_points", points},
            {"superficial_preference", p.superficial_preference},
            {"permanent_bias", p.permanent_bias},
            {"outcome", theory::to_string(p.leading.ended)},
            {"warnings", warnings},
            {"provenance", provenance}};
}

std::string misattribution_text(const Eigen::VectorXd& v) {
    if (!v.allFinite()) {
        return "-";
    }
    return v.size() == 1 ? fmt::format("{:.6g}", v(0)) : fmt::format("norm {:.6g}", v.norm());
}

sheet modality_sheet(const model& about, const prediction& p, std::optional<double> rate) {
    sheet s{{{"modality", false}, {"order"}, {"time (tau)"}}, {}};
    if (p.refined) {
        s.columns.push_back({"refined (tau)"});
    }
    if (p.law) {
        s.columns.push_back({"width law (tau)"});
    }
    if (rate) {
        s.columns.push_back({"epoch"});
    }
    if (!p.leading.log10_times.empty()) {
        s.columns.push_back({"log10 time"});
    }
    s.columns.push_back({"misattribution"});
    if (p.shares) {
        s.columns.insert(s.columns.end(), {{"R2 alone"}, {"gain"}, {"Shapley"}});
    }
    for (int m = 0; m < about.moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const int order = p.leading.order()[i];
        const double time = p.leading.times[i];
        std::vector<std::string> row = {about.moments.name(m),
                                        order > 0 ? std::to_string(order) : "-", spell(time)};
        if (p.refined) {
            row.push_back(spell(refined_time(p, m)));
        }
        if (p.law) {
            row.push_back(spell(law_time(p, m)));
        }
        if (rate) {
            row.push_back(spell((p.refined ? refined_time(p, m)
                                 : p.law   ? law_time(p, m)
                                           : time) /
                                *rate));
        }
        if (!p.leading.log10_times.empty()) {
            row.push_back(spell(p.leading.log10_times[i]));
        }
        row.push_back(misattribution_text(p.misattribution[i]));
        if (p.shares) {
            for (const double share :
                 {p.shares->alone[i], p.shares->conditional_gain[i], p.shares->shapley[i]}) {
                row.push_back(fmt::format("{:.4f}", share));
            }
        }
        s.rows.push_back(std::move(row));
    }
    return s;
}

// Of several targets: their modes in the order in which they are learned.
sheet mode_sheet(const model& about, const prediction& p, std::optional<double> rate) {
    sheet s{{{"modality", false}, {"mode"}, {"rate"}, {"time (tau)"}}, {}};
    if (rate) {
        s.columns.push_back({"epoch"});
    }
    for (const theory::learned_mode& mode : p.modes) {
        std::vector<std::string> row = {about.moments.name(mode.modality),
                                        std::to_string(mode.mode + 1), spell(mode.rate),
                                        spell(mode.time)};
        if (rate) {
            row.push_back(spell(mode.time / *rate));
        }
        s.rows.push_back(std::move(row));
    }
    return s;
}

std::string prediction_text(const model& about, const prediction& p, std::optional<double> rate) {
    std::string text = validation::to_text(modality_sheet(about, p, rate));
    text += fmt::format("time ratio, last / first: {}", spell(p.leading.time_ratio()));
    text += p.refined ? fmt::format("   refined: {}", spell(p.refined->time_ratio())) : "";
    text += p.law ? fmt::format("   width law: {}", spell(p.law->time_ratio())) : "";
    text += "\n\n";
    if (!p.modes.empty()) {
        text += validation::to_text(mode_sheet(about, p, rate)) + '\n';
    }
    sheet points{{{"fixed point: learned", false}, {"loss"}}, {}};
    for (const theory::partial_solution& point : p.fixed_points) {
        const std::string set =
            fmt::format("{}", fmt::join(about.moments.names_of(point.learned), ", "));
        points.rows.push_back({set.empty() ? "nothing" : set, fmt::format("{:.8g}", point.loss)});
    }
    text += p.fixed_points.empty() ? "" : validation::to_text(points) + '\n';
    return text + fmt::format("superficial preference: {}\npermanent bias: {}\n",
                              p.superficial_preference ? "yes, what is learned first is not what "
                                                         "lowers the loss most"
                                                       : "no",
                              p.permanent_bias ? "yes" : "no");
}

exit_code run_predict(const arguments& given) {
    const model about = validation::build_model(given.settings);
    const auto rate = about.training.learning_rate;
    const theory::predict_options options{rate, about.training.weight_decay};
    const prediction p = theory::predict(about.moments, about.architecture, about.init, options);
    std::vector<std::string> warnings = all_warnings(about, p);
    std::optional<theory::sensitivity_table> changes;
    if (given.has("sensitivities")) {
        changes = theory::sensitivities(about.moments, about.architecture, about.init, options);
        warnings.insert(warnings.end(), changes->warnings.begin(), changes->warnings.end());
    }
    if (given.json) {
        json answer = prediction_json(about, p, warnings, given.provenance);
        if (changes) {
            answer["sensitivities"] = sensitivities_json(about.moments, *changes);
        }
        print(answer);
    } else {
        print_text(prediction_text(about, p, rate) +
                   (changes ? sensitivities_text(about.moments, *changes, options) : ""));
        print_warnings(given, warnings);
    }
    return exit_code::done;
}

std::vector<std::string_view> settings() {
    auto names = settings_in({"data", "network", "start", "drawing"});
    std::erase(names, "seed");
    names.emplace_back("learning-rate");
    names.emplace_back("weight-decay");
    return names;
}

}  // namespace

const command predict_command = {
    "predict",
    "When each modality is learned, in closed form; fixed points; what each explains.",
    "",
    settings(),
    {{"sensitivities", "", "what 1 % more of each parameter does to the times"}},
    "fusionflow predict --depth 4 --fusion 3 --rho 0.5 --ratio 2 --init 0.1\n"
    "  fusionflow predict --rho 0.5 --ratio 2 --init 1e-6 --sensitivities",
    run_predict};

}  // namespace fusionflow::cli
