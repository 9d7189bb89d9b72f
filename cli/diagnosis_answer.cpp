#include "cli/diagnosis_answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/ensemble_answer.hpp"
#include "cli/sensitivities.hpp"
#include "validation/sheet.hpp"

namespace fusionflow::cli {

namespace {

using validation::diagnosis;
using validation::diagnosis_request;
using validation::fusion_facts;
using validation::sheet;
using validation::spread;

constexpr std::size_t text_columns = 100;

json modality_json(const diagnosis& d, std::size_t m) {
    const auto& facts = d.modalities[m];
    const auto& prospect = d.prospects[m];
    const auto place = std::find(d.order.begin(), d.order.end(), static_cast<int>(m));
    return {{"name", facts.name},
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
        predictions[p.method] = {{"times", numbers(p.answer.times)},
                                 {"time_ratio", number(p.answer.time_ratio())},
                                 {"outcome", theory::to_string(p.answer.ended)}};
    }
    json times = json::array();
    for (const spread& s : f.networks.times) {
        times.push_back(times_json(s));
    }
    json object = {{"depth", f.depth},
                   {"fusion", f.fusion},
                   {"predictions", predictions},
                   {"networks",
                    {{"count", f.networks.runs.size()},
                     {"times", times},
                     {"time_ratio", times_json(f.networks.time_ratio)},
                     {"median_end", number(f.networks.median_end())},
                     {"outcomes", json(f.networks.ended)}}},
                   {"half_power", numbers(f.half_power)}};
    if (f.sensitivities) {
        object["sensitivities"] = sensitivities_json(*r.model.moments, *f.sensitivities);
    }
    if (f.stopping) {
        object["held_out"] = {
            {"at_start", f.stopping->at_start},
            {"least", f.stopping->least},
            {"least_time", f.stopping->least_time},
            {"at_end", f.stopping->at_end},
            {"learned_then", r.model.moments->names_of(f.stopping->learned_then)}};
    }
    return object;
}

std::string modalities_text(const diagnosis& d) {
    sheet s{{{"modality", false},
             {"inputs"},
             {"rank"},
             {"|s_m|"},
             {"alone"},
             {"gain"},
             {"Shapley"},
             {"late fusion", false}},
            {}};
    const auto percent = [](double part) { return fmt::format("{:.1f} %", 100 * part); };
    for (const int m : d.order) {
        const auto& facts = d.modalities[static_cast<std::size_t>(m)];
        s.rows.push_back({facts.name, std::to_string(facts.inputs), std::to_string(facts.rank),
                          fmt::format("{:.5g}", facts.strength), percent(facts.alone),
                          percent(facts.gain), percent(facts.shapley),
                          std::string(to_string(d.prospects[static_cast<std::size_t>(m)].what))});
    }
    return validation::to_text(s);
}

// Five digits, in epochs where there is a rate.
std::string spell_time(const diagnosis_request& r, double time) {
    const double value = time / r.model.learning_rate().value_or(1);
    return std::isfinite(value) ? fmt::format("{:.5g}", value) : spell(value);
}

const validation::predicted* find(const fusion_facts& f, const std::string& method) {
    const auto found = std::find_if(f.predictions.begin(), f.predictions.end(),
                                    [&](const auto& p) { return p.method == method; });
    return found == f.predictions.end() ? nullptr : &*found;
}

// The best prediction there is of networks of the scheme: a method's name.
std::string best_prediction(const fusion_facts& f) {
    for (const char* method : {"exact", "chain", "flow"}) {
        if (find(f, method) != nullptr) {
            return method;
        }
    }
    return "";
}

std::string quantile_text(const diagnosis_request& r, const spread& s, double p) {
    return s.finite == 0 && s.never > 0 ? "never" : spell_time(r, s.at(p));
}

std::string fusions_text(const diagnosis_request& r, const diagnosis& d) {
    sheet s{{{"layers"},
             {"fused at"},
             {"modality", false},
             {"formula"},
             {"flow"},
             {"networks 5 %"},
             {"median"},
             {"95 %"},
             {"learned"},
             {"half power"}},
            {}};
    for (const fusion_facts& f : d.fusions) {
        for (const int m : d.order) {
            const auto at = static_cast<std::size_t>(m);
            const auto* formula = find(f, "formula");
            const auto* flow = find(f, best_prediction(f));
            const spread& seen = f.networks.times[at];
            s.rows.push_back(
                {std::to_string(f.depth), std::to_string(f.fusion), d.modalities[at].name,
                 formula ? spell_time(r, formula->answer.times[at]) : "-",
                 flow ? spell_time(r, flow->answer.times[at]) : "-", quantile_text(r, seen, 0.05),
                 quantile_text(r, seen, 0.5), quantile_text(r, seen, 0.95),
                 fmt::format("{}/{}", seen.finite, f.networks.runs.size()),
                 spell_time(r, f.half_power[at])});
        }
    }
    return validation::to_text(s);
}

std::string plateaus_text(const diagnosis_request& r, const diagnosis& d) {
    const bool held_out = !d.plateaus.empty() && d.plateaus.front().held_out.has_value();
    sheet s{{{"learned (late fusion)", false}, {"training loss / initial"}}, {}};
    if (held_out) {
        s.columns.push_back({"held out / initial"});
    }
    for (const auto& p : d.plateaus) {
        const auto names = r.model.moments->names_of(p.learned);
        s.rows.push_back({names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", ")),
                          fmt::format("{:.5g}", p.loss)});
        if (held_out) {
            s.rows.back().push_back(fmt::format("{:.5g}", *p.held_out));
        }
    }
    return validation::to_text(s);
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
        json object = {{"learned", request.model.moments->names_of(p.learned)}, {"loss", p.loss}};
        if (p.held_out) {
            object["held_out"] = *p.held_out;
        }
        plateaus.push_back(std::move(object));
    }
    json fusions = json::array();
    for (const fusion_facts& f : d.fusions) {
        fusions.push_back(fusion_json(request, f));
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
            {"advice", d.advice},
            {"warnings", d.warnings},
            {"provenance", provenance}};
}

std::string to_text(const diagnosis_request& request, const diagnosis& d) {
    return fmt::format(
        "{}all together explain {:.1f} %\n\n{}\n{} at which |W_m| reaches half of its plateau, and "
        "W_m x_m half of its power\n{}\n{}",
        modalities_text(d), 100 * d.explained, plateaus_text(request, d),
        request.model.learning_rate() ? "epochs" : "times (tau)", fusions_text(request, d),
        advice_text(d));
}

}  // namespace fusionflow::cli
