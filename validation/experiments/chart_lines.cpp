// Charts of a quantity over an axis.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/chart.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

// A point of the grid as the chart sees it.
struct place {
    double x = 0;
    std::string panel;   // value of the panels' axis
    std::string colour;  // values of the other axes
};

place place_of(const experiment& e, std::size_t point) {
    place where;
    const std::vector<std::string> values = e.points.point(point);
    for (std::size_t a = 0; a < values.size(); ++a) {
        const std::string& option = e.points.axes()[a].option;
        if (option == e.figure->x) {
            where.x = parse_number(option, values[a]);
        } else if (option == e.figure->panels) {
            where.panel = fmt::format("{} = {}", option, values[a]);
        } else {
            where.colour +=
                fmt::format("{}{} = {}", where.colour.empty() ? "" : ", ", option, values[a]);
        }
    }
    return where;
}

// Numbers a text when it is first met.
class numbering {
public:
    std::size_t operator[](const std::string& text) {
        const auto [entry, added] = numbers_.try_emplace(text, texts_.size());
        if (added) {
            texts_.push_back(text);
        }
        return entry->second;
    }
    [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

private:
    std::map<std::string, std::size_t> numbers_;
    std::vector<std::string> texts_;
};

std::vector<std::size_t> counts_within_kind(const experiment& e) {
    std::map<solver::method_kind, std::size_t> seen;
    std::vector<std::size_t> result;
    for (const series& s : e.all) {
        result.push_back(seen[solver::find_method(s.method).kind]++);
    }
    return result;
}

std::string data_row(double x, const mean_value& y) {
    const double error = std::isfinite(y.standard_error) ? y.standard_error : 0;
    return fmt::format("{:.8g} {:.8g} {:.8g}\n", x, y.mean, error);
}

// One curve: rows of x, y and the standard error of y.
struct curve_key {
    std::size_t panel;
    std::size_t colour;
    std::size_t series;
    bool operator<(const curve_key& other) const {
        return std::tie(panel, colour, series) < std::tie(other.panel, other.colour, other.series);
    }
};

// What is drawn: curves by where and how they are.
struct line_chart {
    std::map<curve_key, std::string> curves;
    std::vector<std::string> panels;   // their titles
    std::vector<std::string> colours;  // what they stand for; none: for the series
};

line_chart collect(const experiment& e, const measurements& m) {
    line_chart chart;
    numbering panels;
    numbering colours;
    const bool by_series = e.points.axes().size() == (e.figure->panels.empty() ? 1U : 2U);
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        const place where = place_of(e, p);
        const std::size_t panel = panels[where.panel];
        for (const std::size_t s : shown_series(e)) {
            const std::size_t colour = by_series ? s : colours[where.colour];
            const mean_value y = m.mean(p, s, e.figure->quantity);
            if (std::isfinite(y.mean)) {
                chart.curves[{panel, colour, s}] += data_row(where.x, y);
            }
        }
    }
    chart.panels = panels.texts();
    chart.colours = colours.texts();
    return chart;
}

std::string plot_command(const std::vector<std::string>& plots) {
    return fmt::format("plot {}\n", plots.empty()
                                        ? "NaN notitle"
                                        : fmt::format("{}", fmt::join(plots, ", \\\n     ")));
}

// Colours in one line where they do not stand for series, series in the other.
std::vector<std::vector<std::string>> legend_of(const experiment& e, const line_chart& chart,
                                                const std::vector<std::size_t>& nth) {
    std::vector<std::vector<std::string>> lines(chart.colours.empty() ? 1 : 2);
    for (std::size_t c = 0; c < chart.colours.size(); ++c) {
        lines.front().push_back(fmt::format("NaN with lines lw 3 lc rgb '{}' title {}",
                                            plot_colour(c), gnuplot_word(chart.colours[c])));
    }
    for (const std::size_t s : shown_series(e)) {
        const char* colour = chart.colours.empty() ? plot_colour(s) : "#333333";
        lines.back().push_back(fmt::format("NaN {} title {}",
                                           series_style(e.all[s], nth[s], colour),
                                           gnuplot_word(e.all[s].name)));
    }
    return lines;
}

}  // namespace

std::string lines_script(const experiment& e, const measurements& m, const std::string& format) {
    const line_chart chart = collect(e, m);
    const std::vector<std::size_t> nth = counts_within_kind(e);
    const auto legend = legend_of(e, chart, nth);
    const auto where = chart_layout::of(chart.panels.size(), legend.size());
    std::string script = "set encoding utf8\n" + plot_terminal(where.width, where.height, format);
    std::vector<std::vector<std::string>> plots(chart.panels.size());
    for (const auto& [key, rows] : chart.curves) {
        const std::string name = fmt::format("$data_{}_{}_{}", key.panel, key.colour, key.series);
        script += fmt::format("{} << END\n{}END\n", name, rows);
        const series& one = e.all[key.series];
        const char* colour = plot_colour(key.colour);
        if (one.repeats > 1 &&
            solver::find_method(one.method).kind == solver::method_kind::network) {
            // gnuplot's own error bars blank out what is behind them.
            plots[key.panel].push_back(
                fmt::format("{} using 1:($2-$3):(0):(2*$3) with vectors nohead lw 1.3 lc rgb '{}'",
                            name, colour));
        }
        plots[key.panel].push_back(
            fmt::format("{} using 1:2 {}", name, series_style(one, nth[key.series], colour)));
    }
    script += begin_plots();
    script += fmt::format("set xlabel {}\n", gnuplot_word(axis_label(e.figure->x)));
    script += e.figure->log_x ? "set logscale x\nset format x '%.0e'\n" : "";
    script += e.figure->log_y ? "set logscale y\n" : "";
    for (std::size_t p = 0; p < chart.panels.size(); ++p) {
        script += set_frame(where.frame(p));
        script += fmt::format("set title {} offset 0,-0.5\n", gnuplot_word(chart.panels[p]));
        script += where.y_label(p, quantity_label(e.figure->quantity));
        script += plot_command(plots[p]);
    }
    return script + where.legend(legend) + "unset multiplot\n";
}

}  // namespace fusionflow::validation
