#include "fusionflow/validation/figures/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/figures/plot_style.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::validation {

namespace {

constexpr int small_print_height = 11;
constexpr std::size_t small_print_columns = 170;
constexpr const char* loss_colour = "#333333";
constexpr const char* mark_style = "lc rgb '#808080' dt 3 lw 1.5";

std::string format_of(const std::filesystem::path& file) {
    const std::string ending = file.extension().string();
    if (ending != ".svg" && ending != ".png" && ending != ".pdf") {
        throw data::input_error("plot", fmt::format("need a file ending in .svg, .png or .pdf, "
                                                    "got '{}'",
                                                    file.string()));
    }
    return ending.substr(1);
}

std::string data_name(std::size_t panel_index, std::size_t curve_index) {
    return fmt::format("$path_{}_{}", panel_index, curve_index);
}

/// A data block: t, loss, |W_1| ... |W_M|.
void add_data(const curve& c, const std::string& name, double end, const plot_ranges& all,
              std::string& script) {
    auto out = std::back_inserter(script);
    fmt::format_to(out, "{} << END\n", name);
    for (const std::size_t i : visible_instants(c, end, all)) {
        fmt::format_to(out, "{:.8g} {:.8g}", c.path.time[i], c.path.loss[i]);
        for (const double norm : c.path.norms[i]) {
            fmt::format_to(out, " {:.8g}", norm);
        }
        script += '\n';
    }
    script += "END\n";
}

/// How a curve is drawn: `network` counts the curves with markers before it.
std::string style(curve_style how, std::size_t network, std::size_t modality, const char* colour) {
    switch (how) {
        case curve_style::line: return fmt::format("with lines lw 2 lc rgb '{}'", colour);
        case curve_style::dashed:
            return fmt::format("with lines lw 2 dt (6,4) lc rgb '{}'", colour);
        case curve_style::markers: break;
    }
    const int shape = network == 0 ? open_marker(modality) : filled_marker(modality);
    return fmt::format("with points pt {} ps {} lw 1.2 lc rgb '{}'", shape,
                       network == 0 ? 0.7 : 0.45, colour);
}

void add_marks(const panel& p, double end, std::string& script) {
    script += "unset arrow\n";
    for (const double mark : p.marks) {
        if (mark <= end) {
            fmt::format_to(std::back_inserter(script),
                           "set arrow from first {0:.8g}, graph 0 to first {0:.8g}, graph 1 nohead "
                           "back {1}\n",
                           mark, mark_style);
        }
    }
}

/// The curves of one half of a panel: the loss, or |W_m| of every modality.
void add_plot(const panel& p, std::size_t index, bool loss, std::string& script) {
    std::vector<std::string> parts;
    std::size_t networks = 0;
    for (std::size_t c = 0; c < p.curves.size(); ++c) {
        const curve& one = p.curves[c];
        const std::size_t lines = loss ? 1 : one.path.names.size();
        for (std::size_t m = 0; m < lines; ++m) {
            parts.push_back(
                fmt::format("{} using 1:{} {}", data_name(index, c), loss ? 2 : 3 + m,
                            style(one.style, networks, m, loss ? loss_colour : plot_colour(m))));
        }
        networks += one.style == curve_style::markers ? 1 : 0;
    }
    fmt::format_to(std::back_inserter(script), "plot {}\n",
                   parts.empty() ? "NaN" : fmt::format("{}", fmt::join(parts, ", \\\n     ")));
}

void add_panel(const figure& fig, std::size_t index, const plot_layout& where,
               const plot_ranges& all, std::string& script) {
    const panel& p = fig.panels[index];
    const bool first = where.column(index) == 0;
    const double end = all.time[index];
    auto out = std::back_inserter(script);
    add_marks(p, end, script);
    fmt::format_to(out, "set xrange [0:{:.8g}]\nset xtics 0, {:.8g}\n", end, tick(end));

    script += set_frame(where.frame(index, true));
    fmt::format_to(out, "set title {} offset 0,-0.5\nset format x ''\nunset xlabel\n",
                   gnuplot_word(p.title));
    fmt::format_to(out, "set yrange [0:{:.8g}]\nset ytics 0, {:.8g}\n", all.loss, tick(all.loss));
    fmt::format_to(out, "set format y '{}'\nset ylabel '{}'\n", first ? "%g" : "",
                   first ? "loss (target²)" : "");
    add_plot(p, index, true, script);

    script += set_frame(where.frame(index, false));
    fmt::format_to(out, "unset title\nset format x '%g'\nset xlabel {}\n",
                   gnuplot_word(fig.time_label));
    fmt::format_to(out, "set yrange [0:{:.8g}]\nset ytics 0, {:.8g}\n", all.weight,
                   tick(all.weight));
    fmt::format_to(out, "set ylabel '{}'\n", first ? "|W_m| (target / input)" : "");
    add_plot(p, index, false, script);
}

/// What the legend says of the curves, in the grey of the loss.
std::vector<std::string> curve_entries(const figure& fig) {
    std::vector<std::string> entries;
    std::size_t networks = 0;
    for (const curve& c : richest(fig).curves) {
        entries.push_back(fmt::format("NaN {} title {}", style(c.style, networks, 0, loss_colour),
                                      gnuplot_word(c.label)));
        networks += c.style == curve_style::markers ? 1 : 0;
    }
    if (std::any_of(fig.panels.begin(), fig.panels.end(),
                    [](const panel& p) { return !p.marks.empty(); })) {
        entries.push_back(fmt::format("NaN with lines {} title 'formula'", mark_style));
    }
    return entries;
}

/// What the legend says of the modalities: their colours and markers.
std::vector<std::string> modality_entries(const figure& fig) {
    std::vector<std::string> entries;
    const std::vector<curve>& curves = richest(fig).curves;
    if (curves.empty()) {
        return entries;
    }
    const bool markers = std::any_of(curves.begin(), curves.end(), [](const curve& c) {
        return c.style == curve_style::markers;
    });
    const std::vector<std::string>& names = curves.front().path.names;
    for (std::size_t m = 0; m < names.size(); ++m) {
        const std::string marker =
            markers ? fmt::format("points pt {} ps 0.8", open_marker(m)) : "";
        entries.push_back(fmt::format("NaN with lines{} lw 2 lc rgb '{}' title {}", marker,
                                      plot_colour(m), gnuplot_word(names[m])));
    }
    return entries;
}

void add_legends(const figure& fig, const plot_layout& where, std::string& script) {
    const double height = where.height;
    script += begin_legend();
    script += legend_line(modality_entries(fig), (where.foot + 53) / height);
    script += legend_line(curve_entries(fig), (where.foot + 24) / height);
}

/// Small print at the foot, for formats that cannot keep it out of sight.
void add_small_print(const std::vector<std::string>& lines, const plot_layout& where,
                     std::string& script) {
    const double height = where.height;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double up = where.foot - (static_cast<double>(i) + 0.5) * small_print_height;
        fmt::format_to(std::back_inserter(script),
                       "set label {} at screen 0.005,{:.5f} font ',5' tc rgb '#707070'\n",
                       gnuplot_word(lines[i]), up / height);
    }
}

}  // namespace

void check_plot_file(const std::filesystem::path& file) {
    const std::string format = format_of(file);
    check_writable("plot", file.string());
    check_gnuplot(format);
}

std::string gnuplot_script(const figure& fig, const std::filesystem::path& file) {
    const std::string format = format_of(file);
    const std::vector<std::string> small_print =
        format == "svg" ? std::vector<std::string>{} : wrapped(fig.provenance, small_print_columns);
    const plot_layout where =
        arrange(fig, small_print_height * static_cast<int>(small_print.size()));
    const plot_ranges all = measure(fig);
    std::string script = "set encoding utf8\n";
    for (std::size_t p = 0; p < fig.panels.size(); ++p) {
        for (std::size_t c = 0; c < fig.panels[p].curves.size(); ++c) {
            add_data(fig.panels[p].curves[c], data_name(p, c), all.time[p], all, script);
        }
    }
    script += plot_terminal(where.width, where.height, format);
    script += begin_plots();
    for (std::size_t p = 0; p < fig.panels.size(); ++p) {
        add_panel(fig, p, where, all, script);
    }
    add_small_print(small_print, where, script);
    add_legends(fig, where, script);
    return script + "unset multiplot\n";
}

void draw(const figure& fig, const std::filesystem::path& file) {
    const std::string format = format_of(file);
    std::string picture = run_gnuplot(gnuplot_script(fig, file), format);
    if (format == "svg") {
        describe_svg(picture, "Loss and |W_m| over time", fig.provenance);
    }
    write_file("plot", file.string(), picture);
}

}  // namespace fusionflow::validation
