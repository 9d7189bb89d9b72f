// Charts of a quantity over an axis.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "validation/chart.hpp"
#include "validation/chart_parts.hpp"
#include "validation/gnuplot.hpp"
#include "validation/methods.hpp"
#include "validation/numbers.hpp"

namespace fusionflow::validation {

namespace {

std::size_t axis_index(const experiment& e, const std::string& option) {
    const auto& axes = e.points.axes();
    const auto found = std::find_if(axes.begin(), axes.end(),
                                    [&](const grid_axis& a) { return a.option == option; });
    return static_cast<std::size_t>(found - axes.begin());
}

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
    std::map<method_kind, std::size_t> seen;
    std::vector<std::size_t> result;
    for (const series& s : e.all) {
        result.push_back(seen[find_method(s.method).kind]++);
    }
    return result;
}

struct curve_data {
    std::size_t panel;
    std::size_t colour;
    std::size_t series;
    std::string rows;  // x y error
};

std::string data_row(double x, const mean_value& y) {
    const double error = std::isfinite(y.standard_error) ? y.standard_error : 0;
    return fmt::format("{:.8g} {:.8g} {:.8g}\n", x, y.mean, error);
}

}  // namespace

std::string lines_script(const experiment& e, const measurements& m, const std::string& format) {
    numbering panels;
    numbering colours;
    std::map<std::tuple<std::size_t, std::size_t, std::size_t>, std::string> data;
    const bool by_series = e.points.axes().size() == (e.figure->panels.empty() ? 1U : 2U);
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        const place where = place_of(e, p);
        const std::size_t panel = panels[where.panel];
        for (const std::size_t s : shown_series(e)) {
            const std::size_t colour = by_series ? s : colours[where.colour];
            const mean_value y = m.mean(p, s, e.figure->quantity);
            std::string& rows = data[{panel, colour, s}];
            if (std::isfinite(y.mean)) {
                rows += data_row(where.x, y);
            }
        }
    }
    const std::vector<std::size_t> nth = counts_within_kind(e);
    const auto where = chart_layout::of(panels.texts().size(), by_series ? 1 : 2);
    std::string script = "set encoding utf8\n" + chart_terminal(where, format);
    std::map<std::size_t, std::vector<std::string>> plots;
    for (const auto& [key, rows] : data) {
        const auto [panel, colour, s] = key;
        if (rows.empty()) {
            continue;
        }
        const std::string name = fmt::format("$data_{}_{}_{}", panel, colour, s);
        script += fmt::format("{} << END\n{}END\n", name, rows);
        const bool bars = e.all[s].repeats > 1;
        plots[panel].push_back(
            fmt::format("{} using 1:2{} {}", name, bars ? ":3" : "",
                        series_style(e.all[s], nth[s], chart_colour(colour), bars)));
    }
    script += "unset key\nset multiplot\nset border 3 lc rgb '#606060'\n"
              "set tics nomirror out textcolor rgb '#303030'\n";
    script += fmt::format("set xlabel {}\n", gnuplot_word(axis_label(e.figure->x)));
    script += e.figure->log_x ? "set logscale x\nset format x '%.0e'\n" : "";
    script += e.figure->log_y ? "set logscale y\n" : "";
    for (std::size_t p = 0; p < panels.texts().size(); ++p) {
        script += where.frame(p);
        script += fmt::format("set title {} offset 0,-0.5\nset ylabel {}\n",
                              gnuplot_word(panels.texts()[p]),
                              p % static_cast<std::size_t>(where.columns) == 0
                                  ? gnuplot_word(quantity_label(e.figure->quantity))
                                  : "''");
        script += fmt::format(
            "plot {}\n", plots[p].empty() ? "NaN notitle"
                                          : fmt::format("{}", fmt::join(plots[p], ", \\\n     ")));
    }
    std::vector<std::vector<std::string>> legend(by_series ? 1 : 2);
    for (std::size_t c = 0; c < colours.texts().size() && !by_series; ++c) {
        legend[0].push_back(fmt::format("NaN with lines lw 3 lc rgb '{}' title {}", chart_colour(c),
                                        gnuplot_word(colours.texts()[c])));
    }
    for (const std::size_t s : shown_series(e)) {
        legend.back().push_back(fmt::format(
            "NaN {} title {}",
            series_style(e.all[s], nth[s], by_series ? chart_colour(s) : "#333333", false),
            gnuplot_word(e.all[s].name)));
    }
    return script + chart_legend(where, legend) + "unset multiplot\n";
}

std::string map_script(const experiment& e, const measurements& m, const std::string& format) {
    const std::size_t ax = axis_index(e, e.figure->x);
    const std::size_t ay = axis_index(e, e.figure->y);
    const auto numbers = [&](std::size_t a) {
        std::vector<double> values;
        for (const std::string& v : e.points.axes()[a].values) {
            values.push_back(parse_number("grid", v));
        }
        std::sort(values.begin(), values.end());
        return values;
    };
    const std::vector<double> xs = numbers(ax);
    const std::vector<double> ys = numbers(ay);
    // Half-way to the neighbours.
    const auto edges = [](const std::vector<double>& values, double at) {
        const auto i = static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), at) -
                                                values.begin());
        const double gap = values.size() > 1 ? values[1] - values[0] : 1;
        const double below = i > 0 ? (values[i] + values[i - 1]) / 2 : at - gap / 2;
        const double above = i + 1 < values.size() ? (values[i] + values[i + 1]) / 2 : at + gap / 2;
        return fmt::format("{:.8g} {:.8g}", below, above);
    };
    const auto shown = shown_series(e);
    const auto where = chart_layout::of(shown.size(), 0);
    std::string script = "set encoding utf8\n" + chart_terminal(where, format);
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (const std::size_t s : shown) {
        script += fmt::format("$map_{} << END\n", s);
        for (std::size_t p = 0; p < e.points.size(); ++p) {
            const double value = m.mean(p, s, e.figure->quantity).mean;
            if (std::isfinite(value)) {
                const auto at = e.points.point(p);
                const double x = parse_number("grid", at[ax]);
                const double y = parse_number("grid", at[ay]);
                script += fmt::format("{:.8g} {:.8g} {} {} {:.8g}\n", x, y, edges(xs, x),
                                      edges(ys, y), value);
                least = std::min(least, value);
                most = std::max(most, value);
            }
        }
        script += "END\n";
    }
    script +=
        "unset key\nset multiplot\nset border 3 lc rgb '#606060'\n"
        "set tics nomirror out textcolor rgb '#303030'\n"
        "set palette defined (0 '#30123b', 1 '#4662d7', 2 '#36aaf9', 3 '#1ae4b6', 4 '#72fe5e', "
        "5 '#c7ef34', 6 '#faba39', 7 '#f66b19', 8 '#ca2a04')\n";
    script += fmt::format(
        "set xlabel {}\nset ylabel {}\nset cblabel {}\n", gnuplot_word(axis_label(e.figure->x)),
        gnuplot_word(axis_label(e.figure->y)), gnuplot_word(quantity_label(e.figure->quantity)));
    script += fmt::format("set cbrange [{:.8g}:{:.8g}]\n", least, most > least ? most : least + 1);
    script += e.figure->log_y ? "set logscale cb\n" : "";
    for (std::size_t i = 0; i < shown.size(); ++i) {
        script += where.frame(i);
        // Room for the colour box at the right end of a row.
        script +=
            fmt::format("set rmargin at screen {:.5f}\n",
                        (static_cast<double>(i % 3) + 1) / where.columns - 0.22 / where.columns);
        script +=
            fmt::format("set title {} offset 0,-0.5\n"
                        "plot $map_{} using 1:2:3:4:5:6:7 with boxxyerror fs solid 1 noborder "
                        "lc palette\n",
                        gnuplot_word(e.all[shown[i]].name), shown[i]);
    }
    return script + "unset multiplot\n";
}

}  // namespace fusionflow::validation
