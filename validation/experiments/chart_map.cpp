// Charts of a quantity over two axes, as colours.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/validation/experiments/chart.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

constexpr const char* palette =
    "set palette defined (0 '#30123b', 1 '#4662d7', 2 '#36aaf9', 3 '#1ae4b6', 4 '#72fe5e', "
    "5 '#c7ef34', 6 '#faba39', 7 '#f66b19', 8 '#ca2a04')\n";

// An axis of the grid, its values in ascending order.
struct map_axis {
    std::size_t index = 0;
    std::vector<double> values{};

    [[nodiscard]] double at(const std::vector<std::string>& point) const {
        return parse_number("grid", point[index]);
    }
    [[nodiscard]] double span() const { return values.back() - values.front(); }
    // Half-way to the neighbours of a value: where its cell begins and ends.
    [[nodiscard]] std::string cell(double value) const {
        const auto i = static_cast<std::size_t>(
            std::lower_bound(values.begin(), values.end(), value) - values.begin());
        const double gap = values.size() > 1 ? values[1] - values[0] : 1;
        const double below = i > 0 ? (values[i] + values[i - 1]) / 2 : value - gap / 2;
        const double above =
            i + 1 < values.size() ? (values[i] + values[i + 1]) / 2 : value + gap / 2;
        return fmt::format("{:.8g} {:.8g}", below, above);
    }
};

map_axis axis_of(const experiment& e, const std::string& option) {
    const auto& axes = e.points.axes();
    const auto found = std::find_if(axes.begin(), axes.end(),
                                    [&](const grid_axis& a) { return a.option == option; });
    map_axis axis{.index = static_cast<std::size_t>(found - axes.begin())};
    for (const std::string& v : found->values) {
        axis.values.push_back(parse_number("grid", v));
    }
    std::sort(axis.values.begin(), axis.values.end());
    return axis;
}

// The colours' range.
struct value_range {
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();

    void add(double value) {
        least = std::min(least, value);
        most = std::max(most, value);
    }
    [[nodiscard]] std::string text() const {
        return least <= most
                   ? fmt::format("[{:.8g}:{:.8g}]", least, most > least ? most : least + 1)
                   : "[0:1]";
    }
};

// Rows of x, y, the cell and the value.
std::string cells(const experiment& e, const measurements& m, std::size_t series,
                  value_range& range) {
    const map_axis x = axis_of(e, e.figure->x);
    const map_axis y = axis_of(e, e.figure->y);
    std::string rows;
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        const double value = m.mean(p, series, e.figure->quantity).mean;
        if (std::isfinite(value)) {
            const auto at = e.points.point(p);
            rows += fmt::format("{:.8g} {:.8g} {} {} {:.8g}\n", x.at(at), y.at(at),
                                x.cell(x.at(at)), y.cell(y.at(at)), value);
            range.add(value);
        }
    }
    return rows;
}

}  // namespace

std::string map_script(const experiment& e, const measurements& m, const std::string& format) {
    const auto shown = shown_series(e);
    const auto where = chart_layout::of(shown.size(), 0);
    std::string script = "set encoding utf8\n" + plot_terminal(where.width, where.height, format);
    value_range range;
    for (const std::size_t s : shown) {
        script += fmt::format("$map_{} << END\n{}END\n", s, cells(e, m, s, range));
    }
    script += begin_plots() + palette + "set autoscale fix\n";
    script += fmt::format("set xlabel {}\nset cblabel {}\nset cbrange {}\n",
                          gnuplot_word(axis_label(e.figure->x)),
                          gnuplot_word(quantity_label(e.figure->quantity)), range.text());
    script +=
        fmt::format("set xtics {:.8g}\nset ytics {:.8g}\n", tick(axis_of(e, e.figure->x).span()),
                    tick(axis_of(e, e.figure->y).span()));
    script += e.figure->log_y ? "set logscale cb\n" : "";
    for (std::size_t i = 0; i < shown.size(); ++i) {
        plot_frame frame = where.frame(i);
        frame.right -= 0.2 / where.columns;  // room for the colour box
        script += set_frame(frame) + where.y_label(i, axis_label(e.figure->y));
        script +=
            fmt::format("set title {} offset 0,-0.5\n"
                        "plot $map_{} using 1:2:3:4:5:6:7 with boxxyerror fs solid 1 noborder "
                        "lc palette\n",
                        gnuplot_word(e.all[shown[i]].name), shown[i]);
    }
    return script + "unset multiplot\n";
}

}  // namespace fusionflow::validation
