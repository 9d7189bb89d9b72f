// Figures of a diagnosis that draw the paths of networks.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/diagnosis/diagnosis_figure_parts.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_figures.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/figures/plot.hpp"
#include "fusionflow/validation/figures/plot_style.hpp"

namespace fusionflow::validation {

namespace {

// What happens until the last modality is learned, and as long again.
void add_path(const fusion_facts& f, double scale, panel& to) {
    double end = 0;
    for (const double time : f.networks.runs.front().times) {
        end = std::isfinite(time) ? std::max(end, 2 * time) : end;
    }
    curve one{"network", curve_style::line, {}};
    one.path.names = f.path.names;
    for (std::size_t i = 0; i < f.path.size() && (end == 0 || f.path.time[i] <= end); ++i) {
        one.path.time.push_back(f.path.time[i] * scale);
        one.path.loss.push_back(f.path.loss[i]);
        one.path.norms.push_back(f.path.norms[i]);
    }
    if (const theory::learning* formula = find_prediction(f, "formula")) {
        for (const double time : formula->times) {
            to.marks.push_back(time * scale);
        }
    }
    to.curves.push_back(std::move(one));
}

// Instants that can be told apart in a picture over the logarithm of time.
std::string held_out_rows(const fusion_facts& f, double scale, double largest) {
    std::string rows;
    double time = 0;
    double loss = 0;
    for (std::size_t i = 0; i < f.path.size(); ++i) {
        const double now = f.path.time[i];
        if (now > 1.01 * time || std::abs(f.held_out_loss[i] - loss) > 0.003 * largest) {
            time = now;
            loss = f.held_out_loss[i];
            rows += fmt::format("{:.6g} {:.6g}\n", time * scale, loss);
        }
    }
    return rows;
}

std::string held_out_panel(const diagnosis_request& r, double largest, const depth_panel& panel) {
    std::string data;
    entries plots;
    for (const fusion_facts* f : panel) {
        const auto k = static_cast<std::size_t>(f->fusion - 1);
        const std::string own = fmt::format("{}_{}", f->depth, f->fusion);
        add_block("$path_" + own, held_out_rows(*f, time_scale(r), largest),
                  {fmt::format("1:2 with lines lw 2 lc rgb '{}'", plot_colour(k))}, data, plots);
        if (f->stopping) {
            add_block("$least_" + own,
                      fmt::format("{:.8g} {:.8g}\n", f->stopping->least_time * time_scale(r),
                                  f->stopping->least),
                      {"1:2 " +
                       fmt::format("with points pt {} ps 0.8 lc rgb '{}'", disc, plot_colour(k))},
                      data, plots);
        }
    }
    return data + plot_of(plots);
}

// From a third of the first half-height on: before, nothing moves.
log_range range_of_paths(const diagnosis_request& r, const diagnosis& d) {
    log_range range;
    for (const fusion_facts& f : d.fusions) {
        for (const double time : f.networks.runs.front().times) {
            range.add(time * time_scale(r) / 3);
        }
        range.add(f.path.time.empty() ? 0 : f.path.time.back() * time_scale(r));
    }
    return range;
}

double largest_held_out(const diagnosis& d) {
    double largest = 0;
    for (const fusion_facts& f : d.fusions) {
        for (const double loss : f.held_out_loss) {
            largest = std::isfinite(loss) ? std::max(largest, loss) : largest;
        }
    }
    return largest;
}

}  // namespace

std::string draw_paths(const diagnosis_request& request, const diagnosis& d) {
    figure fig;
    fig.time_label = axis_text(request);
    int depth = 0;
    for (const fusion_facts& f : d.fusions) {
        depth = std::max(depth, f.depth);
    }
    for (const int fusion : {1, depth}) {
        const auto found = std::find_if(d.fusions.begin(), d.fusions.end(), [&](const auto& f) {
            return f.depth == depth && f.fusion == fusion;
        });
        if (found != d.fusions.end() && found->path.size() > 0) {
            panel one;
            one.title = fmt::format("{} layers, fused at {}{}", depth, fusion,
                                    found->path.partial ? " (cut short)" : "");
            add_path(*found, time_scale(request), one);
            fig.panels.push_back(std::move(one));
        }
    }
    return fig.panels.empty()
               ? ""
               : draw_svg(gnuplot_script(fig, "figure.svg"),
                          "Loss and |W_m| of one network over time", "Fused early and late");
}

std::string draw_held_out(const diagnosis_request& request, const diagnosis& d) {
    const double largest = largest_held_out(d);
    if (!(largest > 0)) {
        return "";
    }
    const auto panels = by_depth(d);
    int deepest = 0;
    for (const fusion_facts& f : d.fusions) {
        deepest = std::max(deepest, f.fusion);
    }
    std::vector<std::string> names;
    for (int fusion = 1; fusion <= deepest; ++fusion) {
        names.push_back(fmt::format("fused at {}", fusion));
    }
    const auto legend =
        legend_lines(colour_entries(names), chart_layout::of(panels.size(), 0).width);
    const auto where = chart_layout::of(panels.size(), legend.size());
    std::string script = begin_figure(where, 'x', range_of_paths(request, d));
    script +=
        fmt::format("set xlabel '{}'\nset yrange [0:{:.8g}]\n", axis_text(request), 1.05 * largest);
    for (std::size_t p = 0; p < panels.size(); ++p) {
        script += set_frame(where.frame(p)) + panel_title(panels[p]);
        script += where.y_label(p, "held-out loss (target²)");
        script += held_out_panel(request, largest, panels[p]);
    }
    return draw_svg(script + where.legend(legend) + "unset multiplot\n",
                    "Held-out loss of one network over time", "With the least loss marked");
}

}  // namespace fusionflow::validation
