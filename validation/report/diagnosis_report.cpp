#include "fusionflow/validation/report/diagnosis_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"
#include "fusionflow/validation/diagnosis/sensitivity_sheets.hpp"
#include "fusionflow/validation/figures/render.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/report/html.hpp"
#include "fusionflow/validation/report/report.hpp"

namespace fusionflow::validation {

namespace {

std::string heading(const char* text) { return fmt::format("<h2>{}</h2>\n", text); }

std::string paragraph(const std::string& text) {
    return fmt::format("<p>{}</p>\n", escape_xml(text));
}

std::string remark(const std::string& text) {
    return fmt::format("<p class=\"soft\">{}</p>\n", escape_xml(text));
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

// "A, B": modalities of which something becomes in late fusion.
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

// "A is learned first, since ... (B: 0.5, C: 0.1)"
std::string first_sentence(const diagnosis& d) {
    std::vector<std::string> others;
    for (std::size_t k = 1; k < d.order.size(); ++k) {
        const auto& facts = d.modalities[static_cast<std::size_t>(d.order[k])];
        others.push_back(fmt::format("{}: {:.5g}", facts.name, facts.strength));
    }
    const auto& first = d.modalities[static_cast<std::size_t>(d.order.front())];
    return fmt::format(
        "{} is learned first, since it goes with the target most strongly: |s| = {:.5g} ({}).",
        first.name, first.strength, fmt::join(others, ", "));
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

// Pictures with what they show, but for those without anything to show.
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

std::string times_html(const diagnosis_request& r, const diagnosis& d) {
    return d.fusions.empty()
               ? ""
               : heading("Times and their errors") + to_html(time_sheet(r, d)) +
                     remark(fmt::format(
                         "{}: half of |W_m| by the formula for small weights, by the best flow "
                         "there is of such networks, and 5 %, median and 95 % of the networks that "
                         "learned the modality. Errors are those of predictions against that "
                         "median. Power: half of what W_m x_m adds to the output is there, in the "
                         "first network.",
                         r.model.training.learning_rate ? "Epochs" : "Times in units of τ"));
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
    return heading("What becomes of each in late fusion") + fmt::format("<ul>\n{}</ul>\n", html);
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
                         figures_html(r, d) + times_html(r, d) + further_html(r, d) +
                         prospects_html(d) + sensitivities_html(r, d) +
                         (warnings.empty() ? "" : heading("Warnings") + warnings),
                     provenance);
}

}  // namespace

void write_diagnosis_report(const diagnosis_request& request, const diagnosis& d,
                            const std::string& folder, const diagnosis_notes& notes) {
    const std::string html = page(request, d, notes.provenance);
    make_report_folder(folder);
    const std::filesystem::path to(folder);
    write_file("report", (to / "diagnosis.json").string(), notes.json);
    write_file("report", (to / "index.html").string(), html);
}

}  // namespace fusionflow::validation
