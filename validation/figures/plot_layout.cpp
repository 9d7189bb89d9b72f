#include "fusionflow/validation/figures/plot_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fusionflow::validation {

namespace {

constexpr int panel_height = 190;  // of the loss, and of |W_m|
constexpr int left_margin = 75;
constexpr int right_margin = 25;
constexpr int gap = 22;           // between panels side by side, and between loss and |W_m|
constexpr int title_height = 32;  // above a row of panels
constexpr int axis_height = 52;   // time axis below a row of panels
constexpr int row_height = title_height + 2 * panel_height + gap + axis_height;
constexpr std::size_t most_columns = 4;
constexpr std::array<int, most_columns> panel_widths = {600, 340, 235, 235};

constexpr double line_spacing = 0.005;
constexpr double marker_spacing = 0.06;

/// The largest number that a function of a path's instants takes; not-finite ones are left out.
template <class Value>
double largest(const solver::trajectory& path, double start, Value value) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const double v = value(i);
        if (std::isfinite(v)) {
            start = std::max(start, v);
        }
    }
    return start;
}

double end_of_time(const panel& p) {
    double end = 0;
    for (const curve& c : p.curves) {
        end = largest(c.path, end, [&](std::size_t i) { return c.path.time[i]; });
    }
    const double limit = end > 0 ? 1.5 * end : INFINITY;
    for (const double mark : p.marks) {
        if (1.05 * mark < limit) {
            end = std::max(end, 1.05 * mark);
        }
    }
    return end > 0 ? end : 1;
}

/// How far two instants are apart, as a part of the axis on which they are furthest apart.
double distance(const solver::trajectory& path, std::size_t a, std::size_t b, double end,
                const plot_ranges& ranges) {
    const double in_time = std::abs(path.time[a] - path.time[b]) / end;
    const double in_loss = std::abs(path.loss[a] - path.loss[b]) / ranges.loss;
    const double in_weight =
        (path.norms[a] - path.norms[b]).lpNorm<Eigen::Infinity>() / ranges.weight;
    return std::max({in_time, in_loss, in_weight});
}

}  // namespace

int plot_layout::column(std::size_t panel) const { return static_cast<int>(panel) % columns; }

plot_frame plot_layout::frame(std::size_t panel, bool loss) const {
    const int row = static_cast<int>(panel) / columns;
    const double left = left_margin + column(panel) * (panel_width + gap);
    const double top = row * row_height + title_height + (loss ? 0 : panel_height + gap);
    return {left / width, (left + panel_width) / width, 1 - top / height,
            1 - (top + panel_height) / height};
}

plot_layout arrange(const figure& fig, int foot) {
    const std::size_t panels = std::max<std::size_t>(1, fig.panels.size());
    const std::size_t columns = std::min(panels, most_columns);
    plot_layout where;
    where.columns = static_cast<int>(columns);
    where.rows = static_cast<int>((panels + columns - 1) / columns);
    where.panel_width = panel_widths[columns - 1];
    where.width = left_margin + right_margin + where.columns * (where.panel_width + gap) - gap;
    where.height = where.rows * row_height + plot_layout::legend_height + foot;
    where.foot = foot;
    return where;
}

plot_ranges measure(const figure& fig) {
    plot_ranges all{0, 0, {}};
    for (const panel& p : fig.panels) {
        for (const curve& c : p.curves) {
            const solver::trajectory& path = c.path;
            all.loss = largest(path, all.loss, [&](std::size_t i) { return path.loss[i]; });
            all.weight =
                largest(path, all.weight, [&](std::size_t i) { return path.norms[i].maxCoeff(); });
        }
        all.time.push_back(end_of_time(p));
    }
    all.loss = all.loss > 0 ? 1.05 * all.loss : 1;
    all.weight = all.weight > 0 ? 1.1 * all.weight : 1;
    return all;
}

double tick(double end) {
    const double rough = end / 5;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) {
            return factor * power;
        }
    }
    return 10 * power;
}

std::vector<std::size_t> visible_instants(const curve& c, double end, const plot_ranges& ranges) {
    const double spacing = c.style == curve_style::markers ? marker_spacing : line_spacing;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < c.path.size(); ++i) {
        const bool last = i + 1 == c.path.size() && c.style != curve_style::markers;
        if (kept.empty() || last || distance(c.path, kept.back(), i, end, ranges) >= spacing) {
            kept.push_back(i);
        }
    }
    return kept;
}

const panel& richest(const figure& fig) {
    return *std::max_element(
        fig.panels.begin(), fig.panels.end(),
        [](const panel& a, const panel& b) { return a.curves.size() < b.curves.size(); });
}

}  // namespace fusionflow::validation
