#include "fusionflow/cli/diagnosis_answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/cli/ensemble_answer.hpp"
#include "fusionflow/cli/sensitivities.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::cli {

namespace {

using validation::diagnosis;
using validation::diagnosis_request;
using validation::fusion_facts;
using validation::spread;

constexpr std::size_t text_columns = 100;

json modality_json(const diagnosis& d, std::size_t m) {
    const auto& facts = d.modalities[m];
    const auto& prospect = d.prospects[m];
    const auto place = std::find(d.order.begin(), d.order.end(), static_cast<int>(m));
    return {
        {"name", facts.name},
        {"order", place - d.order.begin() + 1},
        {"inputs", facts.inputs},
        {"rank", facts.rank},
        {"strength", facts.strength},
        {"condition", facts.condition},
        {"explained_alone", facts.alone},
        {"conditional_gain", facts.gain},
        {"shapley", facts.shapley},
        {"prospect", to_string(prospect.what)},
        {"residual", prospect.residual},
        {"growth", prospect.growth ? number(*prospect.growth) : json(nullptr)},
        {"growth_needed", prospect.growth_needed ? number(*prospect.growth_needed) : json(nullptr)},
        {"because", prospect.because}};
}

json times_json(const spread& s) {
    json object = {{"learned", s.finite}, {"never", s.never}, {"unknown", s.unknown}};
    object.update(spread_json(s));
    return object;
}

json fusion_json(const diagnosis_request& r, const fusion_facts& f) {
    json predictions = json::object();
    for (const validation::predicted& p : f.predictions) {
        std::vector<double> errors;
        errors.reserve(f.networks.times.size());
        for (int m = 0; m < r.model.moments.count(); ++m) {
            errors.push_back(validation::prediction_error(f, p.answer, m));
        }
        predictions[p.method] = {{"times", numbers(p.answer.times)},
                                 {"errors_percent", numbers(errors)},
                                 {"time_ratio", number(p.answer.time_ratio())},
                                 {"outcome", theory::to_string(p.answer.ended)}};
    }
    json times = json::array();
    for (const spread& s : f.networks.times) {
        times.push_back(times_json(s));
    }
    json object = {{"depth", f.depth},
                   {"fusion", f.fusion},
                   {"init", f.init},
                   {"predictions", predictions},
                   {"networks",
                    {{"count", f.networks.runs.size()},
                     {"times", times},
                     {"time_ratio", times_json(f.networks.time_ratio)},
                     {"median_end", number(f.networks.median_end())},
                     {"outcomes", json(f.networks.ended)}}},
                   {"half_power", numbers(f.half_power)},
                   {"half_power_formula", numbers(f.half_power_formula)},
                   {"formula_errors_estimated", numbers(f.formula_errors)}};
    if (f.sensitivities) {
        object["sensitivities"] = sensitivities_json(r.model.moments, *f.sensitivities);
    }
    if (f.stopping) {
        object["held_out"] = {{"at_start", f.stopping->at_start},
                              {"least", f.stopping->least},
                              {"least_time", f.stopping->least_time},
                              {"at_end", f.stopping->at_end},
                              {"learned_then", r.model.moments.names_of(f.stopping->learned_then)}};
    }
    return object;
}

std::string advice_text(const diagnosis& d) {
    std::string text;
    for (const std::string& advice : d.advice) {
        const auto lines = validation::wrapped(advice, text_columns - 2);
        text += fmt::format("- {}\n", fmt::join(lines, "\n  "));
    }
    return text;
}

}  // namespace

json to_json(const diagnosis_request& request, const diagnosis& d, const std::string& provenance) {
    json modalities = json::array();
    for (std::size_t m = 0; m < d.modalities.size(); ++m) {
        modalities.push_back(modality_json(d, m));
    }
    json plateaus = json::array();
    for (const auto& p : d.plateaus) {
        json object = {{"learned", request.model.moments.names_of(p.learned)}, {"loss", p.loss}};
        if (p.held_out) {
            object["held_out"] = *p.held_out;
        }
        plateaus.push_back(std::move(object));
    }
    json fusions = json::array();
    for (const fusion_facts& f : d.fusions) {
        fusions.push_back(fusion_json(request, f));
    }
    json further = json::array();
    for (const fusion_facts& f : d.further) {
        further.push_back(fusion_json(request, f));
    }
    const auto name = [&](int m) { return d.modalities[static_cast<std::size_t>(m)].name; };
    return {{"samples", request.samples > 0 ? json(request.samples) : json(nullptr)},
            {"modalities", modalities},
            {"first_learned", name(d.order.front())},
            {"explains_most", name(d.explains_most)},
            {"superficial_preference", d.order.front() != d.explains_most},
            {"explained", d.explained},
            {"plateaus", plateaus},
            {"fusions", fusions},
            {"further", further},
            {"advice", d.advice},
            {"warnings", d.warnings},
            {"provenance", provenance}};
}

std::string to_text(const diagnosis_request& request, const diagnosis& d) {
    std::string text = fmt::format("{}all together explain {:.1f} %\n\n{}\n",
                                   to_text(validation::modality_sheet(d)), 100 * d.explained,
                                   to_text(validation::plateau_sheet(request, d)));
    text += fmt::format(
        "{} at which |W_m| reaches half of its plateau, by formula, flow and networks (errors are\n"
        "against their median), and at which W_m x_m has half of its power (error: the formula's)\n"
        "{}\n",
        validation::time_unit(request), to_text(validation::time_sheet(request, d)));
    if (!d.further.empty()) {
        text += fmt::format("the same from other initial norms\n{}\n",
                            to_text(validation::further_sheet(request, d)));
    }
    return text + advice_text(d);
}

}  // namespace fusionflow::cli
