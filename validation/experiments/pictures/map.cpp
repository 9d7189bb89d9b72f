// A quantity over the two axes of the grid, as colours; a panel for each series.

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

// An axis of the grid.
struct map_axis {
    std::size_t index = 0;
    std::vector<double> values;  // in ascending order
    std::vector<double> edges;   // of the cells of these values, in ascending order

    map_axis(const experiment& e, const std::string& option) {
        const std::vector<grid_axis>& axes = e.points.axes();
        const auto own = std::ranges::find(axes, option, &grid_axis::option);
        index = static_cast<std::size_t>(own - axes.begin());
        for (const std::string& text : own->values) {
            values.push_back(parse_number("grid", text));
        }
        std::ranges::sort(values);
        for (std::size_t i = 1; i < values.size(); ++i) {
            edges.push_back((values[i - 1] + values[i]) / 2);
        }
        const bool one = edges.empty();
        const double first = one ? values.front() - 0.5 : 2 * values.front() - edges.front();
        const double last = one ? values.front() + 0.5 : 2 * values.back() - edges.back();
        edges.insert(edges.begin(), first);
        edges.push_back(last);
    }

    // Index of the cell along this axis in which a point of the grid lies.
    [[nodiscard]] std::size_t cell(const std::vector<std::string>& point) const {
        return static_cast<std::size_t>(
            std::ranges::find(values, parse_number("grid", point[index])) - values.begin());
    }
};

figure draw_map(const experiment& e, const measurements& m) {
    const map_axis x(e, e.figure->x);
    const map_axis y(e, e.figure->y);
    const axis across{
        .label = axis_label(e.figure->x), .low = x.edges.front(), .high = x.edges.back()};
    const axis up{.label = axis_label(e.figure->y), .low = y.edges.front(), .high = y.edges.back()};
    figure fig;
    double least = INFINITY;
    double most = -INFINITY;
    for (const std::size_t s : shown_series(e)) {
        heat_map map;
        for (std::size_t p = 0; p < e.points.size(); ++p) {
            const double value = m.mean(p, s, e.figure->quantity).mean;
            if (std::isfinite(value)) {
                const std::size_t i = x.cell(e.points.point(p));
                const std::size_t j = y.cell(e.points.point(p));
                map.cells.push_back(
                    {x.edges[i], x.edges[i + 1], y.edges[j], y.edges[j + 1], value});
                least = std::min(least, value);
                most = std::max(most, value);
            }
        }
        fig.panels.push_back({e.all[s].name, across, {plot{up, {map}}}});
    }
    fig.colours = {.label = quantity_label(e.figure->quantity), .log = e.figure->log_y};
    if (least <= most) {
        fig.colours.low = least;
        fig.colours.high = most;
    }
    return fig;
}

}  // namespace

const picture_kind map_picture{.name = "map", .axes = 2, .draw = draw_map};

}  // namespace fusionflow::validation
