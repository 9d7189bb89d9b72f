// Loss and |W_m| over time of the first network of the deepest depth, fused at the first layer and
// at the last.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"
#include "fusionflow/validation/figures/path_figure.hpp"

namespace fusionflow::validation {

namespace {

// The path up to twice the time of the last half-height.
path_panel panel_of_network(const fusion_facts& f, double scale) {
    double end = 0;
    for (const double time : f.networks.runs.front().times) {
        end = std::isfinite(time) ? std::max(end, 2 * time) : end;
    }
    drawn_path one{"network", path_style::line, {}};
    one.path.names = f.path.names;
    for (std::size_t i = 0; i < f.path.size() && (end == 0 || f.path.time[i] <= end); ++i) {
        one.path.time.push_back(f.path.time[i] * scale);
        one.path.loss.push_back(f.path.loss[i]);
        one.path.norms.push_back(f.path.norms[i]);
    }
    path_panel panel{fmt::format("{} layers, fused at {}{}", f.depth, f.fusion,
                                 f.path.partial ? " (cut short)" : ""),
                     {one},
                     {}};
    if (const theory::learning* formula = find_prediction(f, "formula")) {
        for (const double time : formula->times) {
            panel.marks.push_back(time * scale);
        }
    }
    return panel;
}

std::optional<figure> draw_networks(const diagnosis_request& r, const diagnosis& d) {
    int depth = 0;
    for (const fusion_facts& f : d.fusions) {
        depth = std::max(depth, f.depth);
    }
    std::vector<path_panel> panels;
    for (const fusion_facts& f : d.fusions) {
        if (f.depth == depth && (f.fusion == 1 || f.fusion == depth) && f.path.size() > 0) {
            panels.push_back(panel_of_network(f, time_scale(r)));
        }
    }
    if (panels.empty()) {
        return std::nullopt;
    }
    figure fig = path_figure(panels, time_label(r));
    fig.title = "Loss and |W_m| of one network over time";
    fig.description = "Fused early and late";
    return fig;
}

}  // namespace

const diagnosis_picture paths_of_networks{"paths", "One network, fused early and late",
                                          "The first network of the deepest depth.", draw_networks};

}  // namespace fusionflow::validation
