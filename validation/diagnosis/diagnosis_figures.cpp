#include "fusionflow/validation/diagnosis/diagnosis_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/diagnosis/diagnosis_figure_parts.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

namespace fusionflow::validation {

namespace {

constexpr const char* grey = "#333333";
constexpr int formula_point = 8;  // a triangle
constexpr int flow_point = 12;    // a diamond

std::string point_style(int point, const std::string& colour) {
    return fmt::format("with points pt {} ps {} lw 1.3 lc rgb '{}'", point, point == disc ? 0.5 : 1,
                       colour);
}

// Numbers of a modality: where it stands in the panels, and what is drawn of it there.
struct time_marks {
    std::string colour;
    std::string ranges;   // x, 5 %, median, 95 %
    std::string formula;  // x, time
    std::string flow;     // likewise
    std::string never;    // labels
};

std::string point_row(double x, const theory::learning* prediction, std::size_t at, double scale) {
    const bool known = prediction != nullptr && std::isfinite(prediction->times[at]);
    return known ? fmt::format("{:.6g} {:.8g}\n", x, prediction->times[at] * scale) : "";
}

// Predictions to the left of `x`, networks to the right, so that they do not hide each other.
void add_marks(const fusion_facts& f, std::size_t at, double x, double apart, double scale,
               time_marks& to) {
    const double left = x - apart / 5;
    const double right = x + apart / 5;
    const spread& seen = f.networks.times[at];
    if (seen.finite > 0) {
        to.ranges += fmt::format("{:.6g} {:.8g} {:.8g} {:.8g}\n", right, seen.at(0.05) * scale,
                                 seen.at(0.5) * scale, seen.at(0.95) * scale);
    } else if (seen.never > 0) {
        to.never += fmt::format("set label 'never' at {:.6g}, graph 0.99 right rotate by 90 font "
                                "',10' tc rgb '{}'\n",
                                right, to.colour);
    }
    to.formula += point_row(left, find_prediction(f, "formula"), at, scale);
    to.flow += point_row(left, best_flow(f), at, scale);
}

std::string times_panel(const diagnosis_request& r, const diagnosis& d, const depth_panel& panel) {
    const auto count = static_cast<double>(d.order.size());
    const double apart = std::min(0.25, 0.8 / count);
    std::string data;
    std::string labels = "unset label\n";
    entries plots;
    for (std::size_t k = 0; k < d.order.size(); ++k) {
        const auto at = static_cast<std::size_t>(d.order[k]);
        time_marks marks{plot_colour(at), {}, {}, {}, {}};
        for (const fusion_facts* f : panel) {
            const double x = f->fusion + (static_cast<double>(k) - (count - 1) / 2) * apart;
            add_marks(*f, at, x, apart, time_scale(r), marks);
        }
        const std::string own = fmt::format("{}_{}", panel.front()->depth, k);
        add_block(
            "$ranges_" + own, marks.ranges,
            {fmt::format("1:2:(0):($4-$2) with vectors nohead lw 4 lc rgb '{}'", marks.colour),
             "1:3 " + point_style(disc, grey)},
            data, plots);
        add_block("$formula_" + own, marks.formula,
                  {"1:2 " + point_style(formula_point, marks.colour)}, data, plots);
        add_block("$flow_" + own, marks.flow, {"1:2 " + point_style(flow_point, marks.colour)},
                  data, plots);
        labels += marks.never;
    }
    const int layers = panel.front()->depth;
    return data + labels +
           fmt::format("set xrange [0.4:{}.6]\nset xtics 1, {}\n", layers, 1 + layers / 11) +
           plot_of(plots);
}

log_range range_of_times(const diagnosis_request& r, const diagnosis& d) {
    log_range range;
    for (const fusion_facts& f : d.fusions) {
        for (std::size_t m = 0; m < d.modalities.size(); ++m) {
            for (const theory::learning* p : {find_prediction(f, "formula"), best_flow(f)}) {
                range.add(p == nullptr ? 0 : p->times[m] * time_scale(r));
            }
            range.add(f.networks.times[m].at(0.05) * time_scale(r));
            range.add(f.networks.times[m].at(0.95) * time_scale(r));
        }
    }
    return range;
}

// Networks, and the predictions that there are.
std::vector<legend_entry> mark_entries(const diagnosis& d) {
    std::vector<legend_entry> all = {{fmt::format("with lines lw 4 lc rgb '{}'", grey), "5 – 95 %"},
                                     {point_style(disc, grey), "median"}};
    const fusion_facts& any = d.fusions.front();
    if (find_prediction(any, "formula") != nullptr) {
        all.push_back({point_style(formula_point, grey), "formula"});
    }
    if (best_flow(any) != nullptr) {
        all.push_back({point_style(flow_point, grey), "flow"});
    }
    return all;
}

}  // namespace

std::string draw_times(const diagnosis_request& request, const diagnosis& d) {
    if (d.fusions.empty()) {
        return "";
    }
    const auto panels = by_depth(d);
    std::vector<std::string> names;
    for (const modality_facts& facts : d.modalities) {
        names.push_back(facts.name);
    }
    const int width = chart_layout::of(panels.size(), 0).width;
    auto legend = legend_lines(colour_entries(names), width);
    for (entries& line : legend_lines(mark_entries(d), width)) {
        legend.push_back(std::move(line));
    }
    const auto where = chart_layout::of(panels.size(), legend.size());
    std::string script = begin_figure(where, 'y', range_of_times(request, d));
    script += "set xlabel 'fused at layer'\n";
    for (std::size_t p = 0; p < panels.size(); ++p) {
        script += set_frame(where.frame(p)) + panel_title(panels[p]);
        script += where.y_label(p, axis_text(request)) + times_panel(request, d, panels[p]);
    }
    script += "unset label\n" + where.legend(legend) + "unset multiplot\n";
    return draw_svg(script, "Times at which modalities are learned",
                    "For each depth and layer of fusion: formula, flow and networks");
}

}  // namespace fusionflow::validation
