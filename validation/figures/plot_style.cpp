#include "fusionflow/validation/figures/plot_style.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace fusionflow::validation {

const char* plot_colour(std::size_t index) {
    constexpr std::array<const char*, 7> colours = {"#0072b2", "#e69f00", "#009e73", "#d55e00",
                                                    "#cc79a7", "#56b4e9", "#000000"};
    return colours[index % colours.size()];
}

int open_marker(std::size_t index) {
    constexpr std::array<int, 6> markers = {6, 4, 8, 12, 10, 14};
    return markers[index % markers.size()];
}

int filled_marker(std::size_t index) { return open_marker(index) + 1; }

std::string plot_terminal(int width, int height, const std::string& format) {
    if (format == "svg") {
        return fmt::format("set terminal svg size {},{} noenhanced font 'sans-serif,12' background "
                           "'#ffffff'\n",
                           width, height);
    }
    if (format == "png") {
        return fmt::format("set terminal pngcairo size {},{} noenhanced font 'Sans,9' fontscale 2 "
                           "linewidth 2 pointscale 2\n",
                           2 * width, 2 * height);
    }
    return fmt::format("set terminal pdfcairo size {}in,{}in noenhanced font 'Sans,9'\n",
                       width / 96.0, height / 96.0);
}

std::string begin_plots() {
    return "unset key\nset multiplot\nset border 3 lc rgb '#606060'\n"
           "set tics nomirror out textcolor rgb '#303030'\n";
}

std::string set_frame(const plot_frame& frame) {
    return fmt::format("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n"
                       "set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
                       frame.left, frame.right, frame.top, frame.bottom);
}

std::string begin_legend() {
    return "unset arrow\nunset border\nunset tics\nunset xlabel\nunset ylabel\nunset title\n"
           "unset logscale\n"
           "set lmargin at screen 0.01\nset rmargin at screen 0.99\n"
           "set bmargin at screen 0\nset tmargin at screen 0.1\n"
           "set xrange [0:1]\nset yrange [0:1]\n";
}

std::string legend_line(const std::vector<std::string>& entries, double height) {
    return entries.empty()
               ? ""
               : fmt::format("set key at screen 0.5,{:.5f} center center horizontal Left reverse "
                             "samplen 3\nplot {}\n",
                             height, fmt::join(entries, ", \\\n     "));
}

}  // namespace fusionflow::validation
