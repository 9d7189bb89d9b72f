#include "fusionflow/validation/figures/render.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/figures/axis_scale.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::validation {

namespace {

// Distances in pixels. With less room for a y axis gnuplot would leave out its text.
constexpr int left_margin = 84;
constexpr int right_margin = 20;
constexpr int title_height = 30;
constexpr int x_axis_height = 56;
constexpr int gap = 22;                 // between plots without text between them
constexpr int y_axis_width = 98;        // between plots with numbers of their own
constexpr int colour_scale_width = 76;  // to the right of a heat map, at its expense
constexpr int legend_line_height = 24;
constexpr int legend_margin = 10;  // above the legend and below it
constexpr int small_print_height = 11;
constexpr int number_width = 40;  // along an x axis, from one number to the next, at least
constexpr int number_height = 30;
constexpr std::size_t small_print_columns = 170;

// gnuplot makes all entries of a line of the legend as wide as the widest of them.
constexpr std::size_t letter_width = 7;
constexpr std::size_t key_width = 58;

// Least distances between the points of dense curves, as parts of an axis.
constexpr double line_spacing = 0.005;
constexpr double marker_spacing = 0.05;

constexpr const char* heat_colours =
    "set palette defined (0 '#30123b', 1 '#4662d7', 2 '#36aaf9', 3 '#1ae4b6', 4 '#72fe5e', "
    "5 '#c7ef34', 6 '#faba39', 7 '#f66b19', 8 '#ca2a04')\n";

// gnuplot's numbers for each stroke and for each marker.
constexpr std::array<const char*, 6> dash_types = {"", "", " dt (10,6)", " dt 3", " dt 4", " dt 5"};
constexpr std::array<int, 7> point_types = {0, 6, 4, 8, 12, 10, 14};  // outlines; filled: 1 more

std::string format_of(const std::filesystem::path& file) {
    const std::string ending = file.extension().string();
    data::need(ending == ".svg" || ending == ".png" || ending == ".pdf", "plot",
               "need a file ending in .svg, .png or .pdf, got '{}'", file.string());
    return ending.substr(1);
}

using legend_line = std::vector<legend_entry>;

std::vector<legend_line> legend_lines(const figure& fig, int width) {
    std::vector<legend_line> lines;
    for (const legend_line& group : fig.legend) {
        std::size_t widest = 0;
        for (const legend_entry& entry : group) {
            const std::size_t own = key_width + letter_width * entry.name.size();
            widest = std::max(widest, own);
            if (&entry == &group.front() ||
                (lines.back().size() + 1) * widest > static_cast<std::size_t>(width)) {
                lines.emplace_back();
                widest = own;
            }
            lines.back().push_back(entry);
        }
    }
    return lines;
}

// Where everything stands, from the top: rows of panels, the legend, small print.
struct layout {
    int columns = 1;
    int plot_width = 0;
    int across = 0;  // from one panel to the next
    int down = 0;    // from one row of panels to the next
    int width = 0;
    int height = 0;
    std::vector<legend_line> legend;
    std::vector<std::string> small_print;

    layout(const figure& fig, const std::string& format) {
        const int panels = std::max(1, static_cast<int>(fig.panels.size()));
        const int most = static_cast<int>(fig.plot_widths.size());
        const int plots = fig.panels.empty() ? 1 : static_cast<int>(fig.panels[0].plots.size());
        const int rows = (panels + most - 1) / most;
        columns = (panels + rows - 1) / rows;
        plot_width = fig.plot_widths[static_cast<std::size_t>(columns - 1)];
        across = plot_width + (fig.shared_y ? gap : y_axis_width);
        down = title_height + plots * (fig.plot_height + gap) - gap + x_axis_height;
        width = left_margin + (columns - 1) * across + plot_width + right_margin;
        legend = legend_lines(fig, width);
        if (format != "svg") {
            small_print = wrapped(fig.small_print, small_print_columns);
        }
        height = rows * down + static_cast<int>(legend.size()) * legend_line_height +
                 2 * legend_margin + static_cast<int>(small_print.size()) * small_print_height;
    }

    [[nodiscard]] bool first_column(std::size_t at) const {
        return static_cast<int>(at) % columns == 0;
    }
};

// The points that each kind of layer shows along the axes.

std::vector<point> shown(const curve& c) { return c.points; }

std::vector<point> shown(const bars& b) {
    std::vector<point> all;
    for (const bar& one : b.all) {
        all.insert(all.end(), {{one.x, one.low}, {one.x, one.high}});
    }
    return all;
}

std::vector<point> shown(const heat_map& h) {
    std::vector<point> all;
    for (const heat_cell& c : h.cells) {
        all.insert(all.end(), {{c.left, c.bottom}, {c.right, c.top}});
    }
    return all;
}

std::vector<point> shown(const hanging_word& w) { return {{w.x, NAN}}; }

std::vector<point> shown(const plot& one) {
    std::vector<point> all;
    for (const layer& any : one.layers) {
        const auto more = std::visit([](const auto& what) { return shown(what); }, any);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

enum class direction { x, y };

// The scale of an axis of a plot, from what is shown along it. An x axis counts all plots of its
// panel, a y axis its own plot; an axis that the panels share counts these in all panels.
axis_scale scale_of(const figure& fig, std::size_t at, std::size_t row, direction along) {
    const bool x = along == direction::x;
    std::vector<double> values;
    for (std::size_t p = 0; p < fig.panels.size(); ++p) {
        const bool counts = p == at || (x ? fig.shared_x : fig.shared_y);
        for (std::size_t r = 0; r < fig.panels[p].plots.size() && counts; ++r) {
            if (x || r == row) {
                for (const point& one : shown(fig.panels[p].plots[r])) {
                    values.push_back(x ? one.x : one.y);
                }
            }
        }
    }
    return {x ? fig.panels[at].x : fig.panels[at].plots[row].y, values};
}

std::vector<point> visible(const curve& of, const axis_scale& x, const axis_scale& y) {
    const bool line = of.how.line != stroke::none;
    const double spacing = line ? line_spacing : marker_spacing;
    std::vector<point> kept;
    for (const point& now : of.points) {
        const bool last = line && &now == &of.points.back();
        if (!of.dense || kept.empty() || last ||
            !(std::abs(x.place(now.x) - x.place(kept.back().x)) < spacing &&
              std::abs(y.place(now.y) - y.place(kept.back().y)) < spacing)) {
            kept.push_back(now);
        }
    }
    return kept;
}

// The commands that set the ends of an axis and the numbers along it.
std::string axis_commands(const char* name, const axis& of, const axis_scale& scale, int most_steps,
                          bool numbers) {
    std::vector<std::string> labels;
    for (const double number : scale.numbers(most_steps)) {
        labels.push_back(
            fmt::format("'{}' {:.8g}", numbers ? axis_scale::label(number) : "", number));
    }
    return fmt::format("{0} logscale {1}\nset {1}range [{2:.8g}:{3:.8g}]\nset {1}tics ({4})\n",
                       of.log ? "set" : "unset", name, scale.low(), scale.high(),
                       fmt::join(labels, ", "));
}

std::string text_command(const char* what, const std::string& text) {
    return fmt::format("set {} {}\n", what, gnuplot_word(text));
}

std::string line_of(const look& how) {
    return fmt::format(" lw {}{} lc rgb '{}'", how.width,
                       dash_types[static_cast<std::size_t>(how.line)], how.colour);
}

std::string with(const look& how) {
    const int type = point_types[static_cast<std::size_t>(how.shape)] + (how.filled ? 1 : 0);
    const bool markers = how.shape != marker::none;
    return fmt::format("with {}{}{}{}", how.line == stroke::none ? "" : "lines",
                       markers ? "points" : "", line_of(how),
                       markers ? fmt::format(" pt {} ps {}", type, how.size) : "");
}

// A line of a data block. gnuplot leaves out points with a NaN.
template <class... Numbers>
std::string row_of(Numbers... numbers) {
    std::string row;
    ((row += std::isfinite(numbers) ? fmt::format("{:.8g} ", numbers) : "NaN "), ...);
    row.back() = '\n';
    return row;
}

// The commands that draw the layers of a plot.
class layer_commands {
public:
    layer_commands(const axis_scale& x, const axis_scale& y) : x_(x), y_(y) {}

    void add(const curve& c) {
        std::string rows;
        for (const point& p : visible(c, x_, y_)) {
            rows += row_of(p.x, p.y);
        }
        add(rows, "1:2 " + with(c.how));
    }

    // Bars are drawn as vectors: gnuplot's own error bars blank out what is behind them.
    void add(const bars& b) {
        std::string rows;
        for (const bar& one : b.all) {
            const double low = std::max(one.low, y_.low());
            if (one.x >= x_.low() && one.x <= x_.high()) {
                rows += row_of(one.x, low, std::min(one.high, y_.high()) - low);
            }
        }
        add(rows, "1:2:(0):3 with vectors nohead" + line_of(b.how));
    }

    void add(const heat_map& h) {
        std::string rows;
        for (const heat_cell& c : h.cells) {
            rows += row_of((c.left + c.right) / 2, (c.bottom + c.top) / 2, c.left, c.right,
                           c.bottom, c.top, c.value);
        }
        add(rows, "1:2:3:4:5:6:7 with boxxyerror fs solid 1 noborder lc palette");
    }

    void add(const hanging_word& w) {
        labels_ += fmt::format("set label {} at {:.8g}, graph 0.99 right rotate by 90 font ',10' "
                               "tc rgb '{}'\n",
                               gnuplot_word(w.text), w.x, w.colour);
    }

    [[nodiscard]] std::string text() const {
        return fmt::format("{}unset label\n{}plot {}\n", data_, labels_,
                           drawn_.empty() ? "NaN notitle"
                                          : fmt::format("{}", fmt::join(drawn_, ", \\\n     ")));
    }

private:
    void add(const std::string& rows, const std::string& how) {
        if (!rows.empty()) {
            const std::string name = fmt::format("$layer_{}", drawn_.size());
            data_ += fmt::format("{} << END\n{}END\n", name, rows);
            drawn_.push_back(fmt::format("{} using {}", name, how));
        }
    }

    const axis_scale& x_;
    const axis_scale& y_;
    std::string data_;
    std::string labels_;
    std::vector<std::string> drawn_;
};

std::string frame_commands(const figure& fig, const layout& where, std::size_t at,
                           std::size_t row) {
    const auto& layers = fig.panels[at].plots[row].layers;
    const bool coloured = std::ranges::any_of(
        layers, [](const layer& any) { return std::holds_alternative<heat_map>(any); });
    const int column = static_cast<int>(at) % where.columns;
    const int line = static_cast<int>(at) / where.columns;
    const double left = left_margin + column * where.across;
    const double right = left + where.plot_width - (coloured ? colour_scale_width : 0);
    const double top =
        title_height + line * where.down + static_cast<int>(row) * (fig.plot_height + gap);
    return fmt::format("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
                       "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
                       left / where.width, right / where.width, 1 - top / where.height,
                       1 - (top + fig.plot_height) / where.height);
}

std::string plot_script(const figure& fig, const layout& where, std::size_t at, std::size_t row) {
    const panel& column = fig.panels[at];
    const plot& one = column.plots[row];
    const bool bottom = row + 1 == column.plots.size();
    const bool first = where.first_column(at);
    const axis_scale x = scale_of(fig, at, row, direction::x);
    const axis_scale y = scale_of(fig, at, row, direction::y);
    layer_commands layers(x, y);
    for (const layer& any : one.layers) {
        std::visit([&](const auto& what) { layers.add(what); }, any);
    }
    return frame_commands(fig, where, at, row) +
           fmt::format("set title {} offset 0,-0.5\n", gnuplot_word(row == 0 ? column.title : "")) +
           axis_commands("x", column.x, x, where.plot_width / number_width, bottom) +
           text_command("xlabel", bottom ? column.x.label : "") +
           axis_commands("y", one.y, y, fig.plot_height / number_height, first || !fig.shared_y) +
           text_command("ylabel", first ? one.y.label : "") + layers.text();
}

// Writes the small print at the foot; there is none in SVG, which has an invisible description.
std::string small_print_script(const layout& where) {
    std::string script = "unset label\n";
    double up = static_cast<double>(where.small_print.size()) - 0.5;
    for (const std::string& line : where.small_print) {
        script += fmt::format("set label {} at screen 0.005,{:.5f} font ',5' tc rgb '#707070'\n",
                              gnuplot_word(line), up * small_print_height / where.height);
        --up;
    }
    return script;
}

// Draws the legend as the keys of plots that show nothing else.
std::string legend_script(const layout& where) {
    std::string script =
        "unset border\nunset tics\nunset xlabel\nunset ylabel\nunset title\nunset logscale\n"
        "set lmargin at screen 0.01\nset rmargin at screen 0.99\n"
        "set bmargin at screen 0\nset tmargin at screen 0.1\nset xrange [0:1]\nset yrange [0:1]\n";
    double up = legend_margin + static_cast<double>(where.small_print.size()) * small_print_height +
                (static_cast<double>(where.legend.size()) - 0.5) * legend_line_height;
    for (const legend_line& line : where.legend) {
        std::vector<std::string> entries;
        for (const legend_entry& entry : line) {
            entries.push_back(
                fmt::format("NaN {} title {}", with(entry.how), gnuplot_word(entry.name)));
        }
        script += fmt::format("set key at screen 0.5,{:.5f} center center horizontal Left reverse "
                              "samplen 3\nplot {}\nunset label\n",
                              up / where.height, fmt::join(entries, ", \\\n     "));
        up -= legend_line_height;
    }
    return script;
}

}  // namespace

std::string gnuplot_script(const figure& fig, const std::string& format) {
    const layout where(fig, format);
    std::string script =
        "set encoding utf8\n" + terminal(where.width, where.height, format) +
        "unset key\nset multiplot\nset border 3 lc rgb '#606060'\n"
        "set tics nomirror out textcolor rgb '#303030'\n" +
        heat_colours +
        axis_commands("cb", fig.colours, axis_scale(fig.colours, {}),
                      fig.plot_height / number_height, true) +
        fmt::format("set cblabel {} offset 1.5,0\n", gnuplot_word(fig.colours.label));
    for (std::size_t p = 0; p < fig.panels.size(); ++p) {
        for (std::size_t row = 0; row < fig.panels[p].plots.size(); ++row) {
            script += plot_script(fig, where, p, row);
        }
    }
    return script + small_print_script(where) + legend_script(where) + "unset multiplot\n";
}

std::string render(const figure& fig, const std::string& format) {
    std::string picture = run_gnuplot(gnuplot_script(fig, format), format);
    if (format == "svg") {
        describe_svg(picture, fig.title, fig.description);
    }
    return picture;
}

void check_plot_file(const std::filesystem::path& file) {
    const std::string format = format_of(file);
    check_writable("plot", file.string());
    check_gnuplot(format);
}

void draw(const figure& fig, const std::filesystem::path& file) {
    write_file("plot", file.string(), render(fig, format_of(file)));
}

}  // namespace fusionflow::validation
