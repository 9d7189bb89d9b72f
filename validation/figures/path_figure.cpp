#include "fusionflow/validation/figures/path_figure.hpp"

#include <algorithm>
#include <cmath>

namespace fusionflow::validation {

namespace {

const look mark_look{.colour = "#808080", .width = 1.5, .line = stroke::dotted};

const axis loss_axis{.label = "loss (target²)", .low = 0};
const axis norm_axis{.label = "|W_m| (target / input)", .low = 0};

/// \param network  How many paths with markers stand before this one.
look look_of(path_style style, std::size_t network, std::size_t modality, const char* colour) {
    if (style != path_style::markers) {
        return {.colour = colour,
                .line = style == path_style::line ? stroke::solid : stroke::dashed};
    }
    return {.colour = colour,
            .width = 1.2,
            .line = stroke::none,
            .shape = marker_of(modality),
            .filled = network > 0,
            .size = network > 0 ? 0.45 : 0.7};
}

double end_of_time(const path_panel& p) {
    double end = 0;
    for (const drawn_path& one : p.paths) {
        for (const double time : one.path.time) {
            end = std::isfinite(time) ? std::max(end, time) : end;
        }
    }
    const double limit = end > 0 ? 1.5 * end : INFINITY;
    for (const double mark : p.marks) {
        end = 1.05 * mark < limit ? std::max(end, 1.05 * mark) : end;
    }
    return end;
}

template <class Value>
curve curve_of(const solver::trajectory& path, const look& how, Value value) {
    curve c{.how = how, .dense = true};
    for (std::size_t i = 0; i < path.size(); ++i) {
        c.points.push_back({path.time[i], value(i)});
    }
    return c;
}

panel panel_of(const path_panel& p, const std::string& time_label) {
    bars marks{.how = mark_look};
    for (const double mark : p.marks) {
        marks.all.push_back({mark, -INFINITY, INFINITY});
    }
    plot loss{loss_axis, {marks}};
    plot norms{norm_axis, {marks}};
    std::size_t networks = 0;
    for (const drawn_path& one : p.paths) {
        const solver::trajectory& path = one.path;
        loss.layers.emplace_back(curve_of(path, look_of(one.style, networks, 0, grey),
                                          [&](std::size_t i) { return path.loss[i]; }));
        for (std::size_t m = 0; m < path.names.size(); ++m) {
            norms.layers.emplace_back(
                curve_of(path, look_of(one.style, networks, m, colour_of(m)), [&](std::size_t i) {
                    return path.norms[i](static_cast<Eigen::Index>(m));
                }));
        }
        networks += one.style == path_style::markers ? 1 : 0;
    }
    const axis time{.label = time_label, .low = 0, .high = end_of_time(p)};
    return {p.title, time, {loss, norms}};
}

/// A legend of the modalities by their colours and of the paths in the grey of the loss. It lists
/// the paths of the panel that has most of them.
std::vector<std::vector<legend_entry>> legend_of(const std::vector<path_panel>& panels) {
    const path_panel& most =
        *std::ranges::max_element(panels, {}, [](const path_panel& p) { return p.paths.size(); });
    std::vector<std::vector<legend_entry>> groups(2);
    std::size_t networks = 0;
    for (const drawn_path& one : most.paths) {
        groups[1].push_back({look_of(one.style, networks, 0, grey), one.label});
        networks += one.style == path_style::markers ? 1 : 0;
    }
    if (std::ranges::any_of(panels, [](const path_panel& p) {
            return std::ranges::any_of(p.marks, [](double time) { return std::isfinite(time); });
        })) {
        groups[1].push_back({mark_look, "formula"});
    }
    for (std::size_t m = 0; !most.paths.empty() && m < most.paths[0].path.names.size(); ++m) {
        groups[0].push_back({{.colour = colour_of(m),
                              .shape = networks > 0 ? marker_of(m) : marker::none,
                              .size = 0.8},
                             most.paths[0].path.names[m]});
    }
    return groups;
}

}  // namespace

figure path_figure(const std::vector<path_panel>& panels, const std::string& time_label) {
    figure fig{.title = "Loss and |W_m| over time",
               .legend = legend_of(panels),
               .shared_y = true,
               .plot_height = 190,
               .plot_widths = {600, 340, 235, 235}};
    for (const path_panel& p : panels) {
        fig.panels.push_back(panel_of(p, time_label));
    }
    return fig;
}

}  // namespace fusionflow::validation
