#include "fusionflow/validation/experiments/chart.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/figures/figures.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/figures/svg.hpp"

namespace fusionflow::validation {

namespace {

constexpr int panel_width = 300;
constexpr int wide_panel = 540;
constexpr int panel_height = 300;
constexpr int legend_height = 24;
// Four panels stand in two rows of two, more in rows of three.
int columns_of(std::size_t panels) {
    return panels == 4 ? 2 : std::min(static_cast<int>(panels), 3);
}

struct label_of {
    const char* name;
    const char* text;
};

constexpr auto axis_labels = std::to_array<label_of>({{"rho", "correlation ρ"},
                                                      {"ratio", "σ_A / σ_B"},
                                                      {"target-ratio", "w_A / w_B"},
                                                      {"init", "initial scale u0"},
                                                      {"width", "width H"},
                                                      {"fusion", "fusion layer"},
                                                      {"depth", "depth L"},
                                                      {"draws", "samples P"},
                                                      {"samples", "samples P"},
                                                      {"variance", "variance of x_B"},
                                                      {"learning-rate", "step η (τ)"},
                                                      {"data-seed", "data set"}});

constexpr auto quantity_labels = std::to_array<label_of>(
    {{"time_ratio", "time ratio, last / first"},
     {"wait", "wait, last − first (τ)"},
     {"first_time", "first half-height (τ)"},
     {"plateau_loss", "loss on the plateau / initial"},
     {"final_loss", "final loss / initial"},
     {"first_learned", "learned first"},
     {"contributes_most", "explains most"},
     {"plateau_error", "E_g on the plateau (target²)"},
     {"final_error", "final E_g (target²)"},
     {"least_error", "least E_g (target²)"},
     {"least_error_time", "time of the least E_g (τ)"},
     {"least_error_part", "time of the least E_g / of the last half-height"},
     {"first_minimum", "first minimum of E_g (target²)"},
     {"first_minimum_part", "time of the first minimum of E_g / of the last half-height"},
     {"excess_norm", "distance from the least norm / least norm"},
     {"superficial", "first learned is not what explains most"}});

template <std::size_t N>
std::string label_in(const std::array<label_of, N>& labels, const std::string& name,
                     const std::string& otherwise) {
    const auto found = std::find_if(labels.begin(), labels.end(),
                                    [&](const label_of& l) { return name == l.name; });
    return found == labels.end() ? otherwise : found->text;
}

// Loss and |W_m| over time, a panel per point.
figure paths_figure(const experiment& e, const measurements& m) {
    figure fig;
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        panel one;
        one.title = e.points.axes().empty() ? e.title : e.points.describe(p);
        for (const std::size_t s : shown_series(e)) {
            const solver::trajectory& path = m.runs[p][s].front().path;
            const solver::method& how = solver::find_method(e.all[s].method);
            if (path.size() > 0) {
                one.curves.push_back({e.all[s].name,
                                      how.kind == solver::method_kind::network
                                          ? curve_style::markers
                                          : curve_style::dashed,
                                      path});
            }
        }
        fig.panels.push_back(std::move(one));
    }
    return fig;
}

std::string script_of(const experiment& e, const measurements& m, const std::string& format) {
    switch (e.figure->kind) {
        case picture_kind::lines: return lines_script(e, m, format);
        case picture_kind::map: return map_script(e, m, format);
        case picture_kind::portrait: return portrait_script(e, m, format);
        case picture_kind::errors: return errors_script(e, m, format);
        case picture_kind::paths: return gnuplot_script(paths_figure(e, m), "figure." + format);
    }
    return "";
}

}  // namespace

std::string axis_label(const std::string& option) { return label_in(axis_labels, option, option); }

std::string quantity_label(const std::string& quantity) {
    for (const std::string prefix : {"time_", "norm_", "misattribution_"}) {
        if (quantity.starts_with(prefix) && quantity != "time_ratio") {
            const std::string name = quantity.substr(prefix.size());
            return prefix == "time_"   ? fmt::format("t_{} (τ)", name)
                   : prefix == "norm_" ? fmt::format("final |W_{}| (target / input)", name)
                                       : fmt::format("misattribution to {} (target / input)", name);
        }
    }
    return label_in(quantity_labels, quantity, quantity);
}

chart_layout chart_layout::of(std::size_t panels, std::size_t lines) {
    chart_layout where;
    where.columns = columns_of(panels);
    const int rows = (static_cast<int>(panels) + where.columns - 1) / where.columns;
    where.width = where.columns == 1 ? wide_panel : where.columns * panel_width;
    where.height = rows * panel_height + static_cast<int>(lines) * legend_height + 8;
    return where;
}

plot_frame chart_layout::frame(std::size_t panel) const {
    const int row = static_cast<int>(panel) / columns;
    const double across = static_cast<int>(panel) % columns;
    const double below = row * panel_height;
    const double one = width / static_cast<double>(columns);
    // gnuplot leaves out the text of a y axis that has less room.
    return {.left = (across * one + 84) / width,
            .right = (across * one + one - 14) / width,
            .top = 1 - (below + 28) / height,
            .bottom = 1 - (below + panel_height - 58) / height};
}

std::string chart_layout::y_label(std::size_t panel, const std::string& text) const {
    return fmt::format("set ylabel {}\n",
                       static_cast<int>(panel) % columns == 0 ? gnuplot_word(text) : "''");
}

std::string chart_layout::legend(const std::vector<std::vector<std::string>>& lines) const {
    std::string script = begin_legend();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double up = (static_cast<double>(lines.size() - i) - 0.5) * legend_height + 4;
        script += legend_line(lines[i], up / height);
    }
    return script;
}

std::string series_style(const series& s, std::size_t nth, const std::string& colour) {
    constexpr std::array<int, 3> line_dashes = {1, 4, 5};
    switch (solver::find_method(s.method).kind) {
        case solver::method_kind::formula:
            return fmt::format("with lines lw 1.6 dt {} lc rgb '{}'",
                               line_dashes[nth % line_dashes.size()], colour);
        case solver::method_kind::flow:
            return fmt::format("with lines lw 1.6 dt {} lc rgb '{}'", nth % 2 == 0 ? 2 : 3, colour);
        case solver::method_kind::network: break;
    }
    return fmt::format("with points pt {} ps {} lw 1.3 lc rgb '{}'", open_marker(nth),
                       nth % 2 == 0 ? 0.9 : 0.6, colour);
}

std::vector<std::size_t> shown_series(const experiment& e) {
    std::vector<std::size_t> all;
    for (std::size_t s = 0; s < e.all.size(); ++s) {
        if (e.shows(e.all[s])) {
            all.push_back(s);
        }
    }
    return all;
}

std::string draw_chart(const experiment& e, const measurements& m, const std::string& format) {
    if (!e.figure) {
        return "";
    }
    std::string picture = run_gnuplot(script_of(e, m, format), format);
    if (format == "svg") {
        describe_svg(picture, e.title, e.claim);
    }
    return picture;
}

}  // namespace fusionflow::validation
