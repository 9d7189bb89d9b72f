#include "fusionflow/validation/report/diagnosis_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"
#include "fusionflow/validation/figures/render.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/report/ensemble_report.hpp"
#include "fusionflow/validation/report/html.hpp"
#include "fusionflow/validation/report/report.hpp"
#include "fusionflow/validation/report/sensitivities_report.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;

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
            {"growth", number(prospect.growth.value_or(theory::unknown))},
            {"growth_needed", number(prospect.growth_needed.value_or(theory::unknown))},
            {"because", prospect.because}};
}

json clocks_json(const ensemble& e) {
    json all = json::object();
    for (const clock_spreads& read : e.clocks) {
        json times = json::array();
        for (const spread& s : read.times) {
            times.push_back(to_json(s));
        }
        all[std::string(read.by->name)] = std::move(times);
    }
    return all;
}

double rate_of(const diagnosis_request& r) { return r.model.training.learning_rate.value_or(1); }

json solved_json(const diagnosis_request& r, const solved_remedy& t) {
    const std::string groups = parameter_groups(t, r.model.moments.names(), rate_of(r));
    json object = {{"by", to_string(t.by)},
                   {"factors", numbers(t.factors)},
                   {"before", numbers(t.before)},
                   {"after", numbers(t.after)},
                   {"apart", number(t.apart())},
                   {"networks", t.networks},
                   {"why_not", t.why_not.empty() ? json(nullptr) : json(t.why_not)},
                   {"pytorch", groups.empty() ? json(nullptr) : json(groups)}};
    if (r.epochs) {
        object["share_at_budget"] = number(t.share_at_budget.at(0.5));
    }
    return object;
}

json best_json(const fusion_facts& f) {
    const predicted* best = best_prediction(f);
    return best == nullptr
               ? json(nullptr)
               : json{{"method", best->method}, {"standing", solver::to_string(best->standing)}};
}

json fusion_json(const diagnosis_request& r, const fusion_facts& f) {
    json predictions = json::object();
    for (const predicted& p : f.predictions) {
        std::vector<double> errors;
        errors.reserve(f.networks.times.size());
        for (int m = 0; m < r.model.moments.count(); ++m) {
            errors.push_back(prediction_error(f, p.answer, m));
        }
        predictions[p.method] = {{"standing", solver::to_string(p.standing)},
                                 {"times", numbers(p.answer.times)},
                                 {"errors_percent", numbers(errors)},
                                 {"time_ratio", number(p.answer.time_ratio())},
                                 {"outcome", theory::to_string(p.answer.ended)}};
    }
    json times = json::array();
    for (const spread& s : f.networks.times) {
        times.push_back(to_json(s));
    }
    json negligible = json::array();
    for (int m = 0; m < r.model.moments.count(); ++m) {
        if (is_negligible(f, m)) {
            negligible.push_back(r.model.moments.name(m));
        }
    }
    json object = {{"depth", f.depth},
                   {"fusion", f.fusion},
                   {"init", number(f.init)},
                   {"predictions", predictions},
                   {"best_prediction", best_json(f)},
                   {"networks",
                    {{"count", f.networks.runs.size()},
                     {"clock", f.networks.told_by->name},
                     {"times", times},
                     {"negligible", negligible},
                     {"clocks", clocks_json(f.networks)},
                     {"time_ratio", to_json(f.networks.time_ratio)},
                     {"median_end", number(f.networks.median_end())},
                     {"outcomes", json(f.networks.ended)}}},
                   {"formula_errors_estimated", numbers(f.formula_errors)}};
    if (r.epochs) {
        object["share_at_budget"] = number(f.share_at_budget.at(0.5));
        object["shares_at_budget"] = to_json(f.share_at_budget);
        object["held_out_at_budget"] = number(f.held_out_at_budget.value_or(theory::unknown));
        json tried = json::array();
        for (const remedy& change : f.remedies) {
            tried.push_back({{"kind", change.what},
                             {"share_at_budget", number(change.share)},
                             {"networks", change.networks}});
        }
        object["remedies"] = std::move(tried);
    }
    if (f.changes) {
        object["changes"] = {{"modality", r.model.moments.name(f.changes->modality)},
                             {"networks", f.changes->networks},
                             {"init", number(f.changes->init)},
                             {"scale", numbers(f.changes->scale)}};
    }
    for (const solved_remedy& found : f.solved) {
        object[found.to == aim::together ? "together" : "within_budget"] = solved_json(r, found);
    }
    if (f.sensitivities) {
        object["sensitivities"] = to_json(r.model.moments, *f.sensitivities);
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

// What the table of solved factors shows.
std::string about_solved(const diagnosis_request& r, aim to) {
    const lever by = to == aim::together ? *r.together : *r.within_budget;
    return fmt::format("factors of the {} with which late fusion learns all modalities {}: medians "
                       "of the networks without and with them, in {}",
                       by == lever::rates ? "learning rates of their layers" : "inputs",
                       to == aim::together
                           ? std::string("together")
                           : fmt::format("within {:g} epochs", r.epochs.value_or(0)),
                       time_unit(r));
}

// PyTorch's words for the factors of every depth that has them.
std::string groups_text(const diagnosis_request& r, const diagnosis& d, aim to) {
    std::string text;
    for (const fusion_facts& f : d.fusions) {
        for (const solved_remedy& found : f.solved) {
            const std::string groups = parameter_groups(found, r.model.moments.names(), rate_of(r));
            if (found.to == to && !groups.empty()) {
                text += fmt::format("{} layers, as parameter groups of PyTorch (branches: the "
                                    "layers of each modality,\nwith its part of the fusing one)\n"
                                    "{}\n",
                                    f.depth, groups);
            }
        }
    }
    return text;
}

bool asked_for(const diagnosis_request& r, aim to) {
    return (to == aim::together ? r.together : r.within_budget).has_value();
}

std::string solved_text(const diagnosis_request& r, const diagnosis& d) {
    std::string text;
    for (const aim to : {aim::together, aim::budget}) {
        if (asked_for(r, to)) {
            text += fmt::format("{}\n{}\n{}",
                                fmt::join(wrapped(about_solved(r, to), text_columns), "\n"),
                                to_text(solved_sheet(r, d, to)), groups_text(r, d, to));
        }
    }
    return text;
}

std::string advice_text(const diagnosis& d) {
    std::string text;
    for (const std::string& advice : d.advice) {
        const auto lines = wrapped(advice, text_columns - 2);
        text += fmt::format("- {}\n", fmt::join(lines, "\n  "));
    }
    return text;
}

std::string heading(const char* text) { return fmt::format("<h2>{}</h2>\n", text); }

std::string paragraph(const std::string& text) {
    return fmt::format("<p>{}</p>\n", escape_xml(text));
}

std::string remark(const std::string& text) {
    return fmt::format("<p class=\"soft\">{}</p>\n", escape_xml(text));
}

// Lines of code, as they are; nothing for no text.
std::string preformatted(const std::string& text) {
    std::string lines;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        lines += escape_xml(text.substr(from, end - from)) + '\n';
        from = end + 1;
    }
    return lines.empty() ? "" : fmt::format("<pre>{}</pre>\n", lines);
}

std::string list(const std::vector<std::string>& items) {
    std::string html;
    for (const std::string& item : items) {
        html += fmt::format("<li>{}</li>\n", escape_xml(item));
    }
    return html.empty() ? "" : fmt::format("<ul>\n{}</ul>\n", html);
}

std::string chip_of(prospect p) {
    const char* kind = p == prospect::learned ? "pass"
                       : p == prospect::never ? "failed"
                                              : "qualified";
    return chip(kind, std::string(to_string(p)));
}

// The modalities that have this prospect in late fusion: "A, B".
std::string names_with(const diagnosis& d, prospect what) {
    std::vector<std::string> names;
    for (const int m : d.order) {
        const auto at = static_cast<std::size_t>(m);
        if (d.prospects[at].what == what) {
            names.push_back(d.modalities[at].name);
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string late_fusion_sentence(const diagnosis& d) {
    const auto learned = std::count_if(d.prospects.begin(), d.prospects.end(), [](const auto& p) {
        return p.what == prospect::learned || p.what == prospect::unreliable;
    });
    std::string text =
        fmt::format("Late fusion learns {} of {} modalities", learned, d.prospects.size());
    if (const std::string some = names_with(d, prospect::leaks); !some.empty()) {
        text += fmt::format("; in part: {}", some);
    }
    if (const std::string none = names_with(d, prospect::never); !none.empty()) {
        text += fmt::format("; never: {}", none);
    }
    return text + '.';
}

// "A goes with the target most strongly: ... (B: 0.5, C: 0.1)"
std::string first_sentence(const diagnosis& d) {
    std::vector<std::string> others;
    for (std::size_t k = 1; k < d.order.size(); ++k) {
        const auto& facts = d.modalities[static_cast<std::size_t>(d.order[k])];
        others.push_back(fmt::format("{}: {:.5g}", facts.name, facts.strength));
    }
    const auto& first = d.modalities[static_cast<std::size_t>(d.order.front())];
    return fmt::format("{} goes with the target most strongly: |s| = {:.5g} ({}).", first.name,
                       first.strength, fmt::join(others, ", "));
}

std::string answer_html(const diagnosis_request& r, const diagnosis& d) {
    const std::string samples = r.samples > 0 ? fmt::format(" of {} samples", r.samples) : "";
    return "<h1>How deep should I fuse?</h1>\n" +
           paragraph(fmt::format("{} {} All together explain {:.1f} % of the target{}.",
                                 first_sentence(d), late_fusion_sentence(d), 100 * d.explained,
                                 samples)) +
           list(d.advice);
}

std::string modalities_html(const diagnosis& d) {
    return heading("Modalities") + to_html(modality_sheet(d)) +
           remark("|s_m| is the strength of ⟨y x_m⟩. Alone: what a modality explains by itself; "
                  "gain: what is lost without it; Shapley: its share of the whole. Late fusion: "
                  "what becomes of it there.");
}

std::string plateaus_html(const diagnosis_request& r, const diagnosis& d) {
    return heading("What is left on plateaus") + to_html(plateau_sheet(r, d)) +
           remark("Loss of late fusion while only these are learned.");
}

// All pictures that have something to show, each with a sentence about it.
std::string figures_html(const diagnosis_request& r, const diagnosis& d) {
    std::string html;
    for (const diagnosis_picture* kind : diagnosis_pictures) {
        if (const std::optional<figure> fig = kind->draw(r, d)) {
            html += heading(kind->title) + html_figure(render(*fig, "svg"), kind->name) +
                    remark(kind->shows);
        }
    }
    return html;
}

std::string budget_html(const diagnosis_request& r, const diagnosis& d) {
    return r.epochs ? heading("What the budget buys") + to_html(budget_sheet(r, d)) +
                          remark(fmt::format("After {:g} epochs, the median of the networks.",
                                             *r.epochs))
                    : "";
}

// How many networks there are for each way to fuse: "20", or "20 to 400".
std::string network_counts(const diagnosis& d) {
    const auto [least, most] = std::minmax_element(
        d.fusions.begin(), d.fusions.end(), [](const fusion_facts& a, const fusion_facts& b) {
            return a.networks.runs.size() < b.networks.runs.size();
        });
    const std::size_t few = least->networks.runs.size();
    const std::size_t many = most->networks.runs.size();
    return few == many ? fmt::format("{}", few) : fmt::format("{} to {}", few, many);
}

// What the columns of the table of times are.
std::string about_times(const diagnosis_request& r, const diagnosis& d) {
    if (d.fusions.empty()) {
        return "";
    }
    const ensemble& networks = d.fusions.front().networks;
    return fmt::format(
        "{} at which half is there, by the clock {} ({}): median of {} networks and their 5 - 95 % "
        "range; medians by the other clocks; and what the formula for small weights and the best "
        "prediction without networks say, with how far they are off that median. {} {}",
        r.model.training.learning_rate ? "epochs" : "times in units of tau", networks.told_by->name,
        networks.told_by->about, network_counts(d), best_prediction_text(d), negligible_text(d));
}

std::string times_html(const diagnosis_request& r, const diagnosis& d) {
    return d.fusions.empty() ? ""
                             : heading("Times and their errors") + to_html(time_sheet(r, d)) +
                                   remark(about_times(r, d)) + budget_html(r, d);
}

std::string solved_html(const diagnosis_request& r, const diagnosis& d) {
    std::string html;
    for (const aim to : {aim::together, aim::budget}) {
        if (asked_for(r, to)) {
            const std::string groups = groups_text(r, d, to);
            html +=
                heading(to == aim::together ? "Learned together" : "Learned within the budget") +
                to_html(solved_sheet(r, d, to)) + remark(about_solved(r, to)) +
                preformatted(groups);
        }
    }
    return html;
}

std::string further_html(const diagnosis_request& r, const diagnosis& d) {
    return d.further.empty() ? ""
                             : heading("From other initial norms") + to_html(further_sheet(r, d)) +
                                   remark("As above, with layers that begin with norms of `init`.");
}

std::string prospects_html(const diagnosis& d) {
    std::string html;
    for (const int m : d.order) {
        const auto at = static_cast<std::size_t>(m);
        html += fmt::format("<li>{} · {} · {}.</li>\n", escape_xml(d.modalities[at].name),
                            chip_of(d.prospects[at].what), escape_xml(d.prospects[at].because));
    }
    return heading("What becomes of each modality in late fusion") +
           fmt::format("<ul>\n{}</ul>\n", html);
}

std::string sensitivities_html(const diagnosis_request& r, const diagnosis& d) {
    std::string html;
    for (const fusion_facts& f : d.fusions) {
        if (f.sensitivities) {
            html += fmt::format("<h3>{} layers, fused at {}</h3>\n", f.depth, f.fusion);
            for (const sheet& s :
                 sensitivity_sheets(r.model.moments, f.sensitivities->parameters,
                                    f.sensitivities->leading, {}, "change of the time")) {
                html += to_html(s);
            }
        }
    }
    return html.empty()
               ? ""
               : heading("What changes would do, by the formula") +
                     "<details><summary>Of each way to fuse</summary>\n" + html + "</details>\n";
}

std::string page(const diagnosis_request& r, const diagnosis& d, const std::string& provenance) {
    const std::string warnings = list(d.warnings);
    return html_page("diagnosis",
                     answer_html(r, d) + modalities_html(d) + plateaus_html(r, d) +
                         figures_html(r, d) + times_html(r, d) + solved_html(r, d) +
                         further_html(r, d) + prospects_html(d) + sensitivities_html(r, d) +
                         (warnings.empty() ? "" : heading("Warnings") + warnings),
                     provenance);
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
            {"first_learned", name(d.first_learned)},
            {"explains_most", name(d.explains_most)},
            {"superficial_preference", d.first_learned != d.explains_most},
            {"explained", d.explained},
            {"plateaus", plateaus},
            {"fusions", fusions},
            {"further", further},
            {"advice", d.advice},
            {"warnings", d.warnings},
            {"provenance", provenance}};
}

std::string json_text(const diagnosis_request& request, const diagnosis& d,
                      const std::string& provenance) {
    return json_text(to_json(request, d, provenance));
}

namespace {

// What networks say of the ways to fuse that are known.
std::string tables_text(const diagnosis_request& request, const diagnosis& d) {
    std::string text =
        fmt::format("{}\n{}\n", fmt::join(wrapped(about_times(request, d), text_columns), "\n"),
                    to_text(time_sheet(request, d)));
    if (request.epochs && !d.fusions.empty()) {
        text += fmt::format("after {:g} epochs\n{}\n", *request.epochs,
                            to_text(budget_sheet(request, d)));
    }
    text += solved_text(request, d);
    if (!d.further.empty()) {
        text += fmt::format("the same from other initial norms\n{}\n",
                            to_text(further_sheet(request, d)));
    }
    return text;
}

}  // namespace

std::string to_text(const diagnosis_request& request, const diagnosis& d) {
    return first_text(request, d) + tables_text(request, d) + advice_text(d);
}

std::string partial_text(const diagnosis_request& request, const diagnosis& d) {
    const auto each = std::accumulate(request.depths.begin(), request.depths.end(), std::size_t{0});
    const std::size_t all = each * (1 + request.inits.size());
    const std::size_t known = d.fusions.size() + d.further.size();
    if (known == 0) {
        return fmt::format("interrupted before the first of {} ways to fuse was known\n", all);
    }
    return fmt::format("interrupted: a partial answer, of {} of {} ways to fuse, without advice\n\n"
                       "{}",
                       known, all, tables_text(request, d));
}

void write_diagnosis_report(const diagnosis_request& request, const diagnosis& d,
                            const std::string& folder, const std::string& provenance) {
    const std::string html = page(request, d, provenance);
    make_report_folder(folder);
    const std::filesystem::path to(folder);
    write_file("report", (to / "diagnosis.json").string(), json_text(request, d, provenance));
    write_file("report", (to / "index.html").string(), html);
}

}  // namespace fusionflow::validation
