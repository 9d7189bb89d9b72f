// Loss and |W_m| over time, of the first repeat of each series.

#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/figures/path_figure.hpp"

namespace fusionflow::validation {

namespace {

figure draw_paths(const experiment& e, const measurements& m) {
    std::vector<path_panel> panels;
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        path_panel one{.title = e.points.axes().empty() ? e.title : point_title(e, p)};
        for (const std::size_t s : shown_series(e)) {
            const solver::trajectory& path = m.runs[p][s].front().path;
            if (path.size() > 0) {
                one.paths.push_back(
                    {e.all[s].name, is_network(e.all[s]) ? path_style::markers : path_style::dashed,
                     path});
            }
        }
        panels.push_back(std::move(one));
    }
    return path_figure(panels);
}

}  // namespace

const picture_kind paths_picture{.name = "paths", .keeps = kept_paths::first, .draw = draw_paths};

}  // namespace fusionflow::validation
