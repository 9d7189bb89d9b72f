#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The model of a figure: it says what is seen, but neither what this means nor which program draws
// it. Lengths are pixels, 96 to the inch.
namespace fusionflow::validation {

inline constexpr const char* grey = "#333333";

/// Okabe and Ito's colours for series, the darkest and the lightest first, so that two series can
/// be told apart in greyscale as well; black is the last.
[[nodiscard]] constexpr const char* colour_of(std::size_t index) {
    constexpr std::array<const char*, 7> colours = {"#0072b2", "#e69f00", "#009e73", "#d55e00",
                                                    "#cc79a7", "#56b4e9", "#000000"};
    return colours[index % colours.size()];
}

enum class stroke { none, solid, dashed, dotted, dash_dot, dash_dot_dot };

enum class marker { none, circle, square, triangle, diamond, wedge, pentagon };

/// Shapes for series, which can be told apart as outlines and filled.
[[nodiscard]] constexpr marker marker_of(std::size_t index) {
    constexpr std::array<marker, 6> shapes = {marker::circle,  marker::square, marker::triangle,
                                              marker::diamond, marker::wedge,  marker::pentagon};
    return shapes[index % shapes.size()];
}

/// How a curve or a set of bars is drawn: as a line, as markers, or as both.
struct look {
    const char* colour = grey;  ///< "#rrggbb"
    double width = 2;           ///< of the line, and of the outlines of markers
    stroke line = stroke::solid;
    marker shape = marker::none;
    bool filled = false;
    double size = 1;  ///< of the markers; 1 is the size of a letter
};

struct point {
    double x = 0;
    double y = 0;
};

/// Points that are joined by a line or marked. A point that is not finite interrupts the line.
struct curve {
    look how{};
    std::vector<point> points{};
    bool dense = false;  ///< the points sample a path: those that no eye can tell apart from a
                         ///< neighbour are left out of the picture
};

/// A vertical line. An infinite end is the end of the plot.
struct bar {
    double x = 0;
    double low = 0;
    double high = 0;
};

struct bars {
    look how{};
    std::vector<bar> all{};
};

/// A rectangle in the colour of a value.
struct heat_cell {
    double left = 0;
    double right = 0;
    double bottom = 0;
    double top = 0;
    double value = 0;
};

struct heat_map {
    std::vector<heat_cell> cells{};
};

/// A word that hangs down from the upper end of a plot.
struct hanging_word {
    double x = 0;
    std::string text{};
    const char* colour = grey;
};

/// What a plot consists of; later layers cover earlier ones.
using layer = std::variant<bars, curve, heat_map, hanging_word>;

struct axis {
    std::string label{};
    bool log = false;
    std::optional<double> low{};   ///< where the axis begins; none: a little before what it shows
    std::optional<double> high{};  ///< where it ends; none: a little after what it shows
    double step = 0;               ///< from one number on the axis to the next; 0: as it fits
};

struct plot {
    axis y{};
    std::vector<layer> layers{};
};

/// Plots above each other that share their x axis.
struct panel {
    std::string title{};
    axis x{};
    std::vector<plot> plots{};  ///< from top to bottom; all panels of a figure have as many
};

struct legend_entry {
    look how{};
    std::string name{};
};

/// Panels in rows, with a legend below them.
struct figure {
    std::string title{};        ///< for readers who cannot see the picture
    std::string description{};  ///< for the same readers, a sentence or more
    std::string small_print{};  ///< stands at the foot where the format cannot hold a description
    std::vector<panel> panels{};
    std::vector<std::vector<legend_entry>> legend{};  ///< every group begins a line of its own
    axis colours{};                                   ///< the scale of the heat maps

    bool shared_x = false;  ///< all panels have the same ends of the x axis
    bool shared_y = false;  ///< all panels have the same y axes; only the first column labels them
    int plot_height = 214;
    /// Widths of plots in a figure of one column, of two, and so on. The number of widths is the
    /// largest number of columns.
    std::vector<int> plot_widths = {442, 202, 202};
};

}  // namespace fusionflow::validation
