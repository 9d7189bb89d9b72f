#pragma once

#include <cstddef>
#include <vector>

#include "fusionflow/validation/figures/plot.hpp"

namespace fusionflow::validation {

/// A rectangle as fractions of the picture, from its lower left corner.
struct plot_frame {
    double left = 0;
    double right = 0;
    double top = 0;
    double bottom = 0;
};

/// Where the panels of a figure stand. Lengths are pixels, 96 to the inch.
struct plot_layout {
    static constexpr int legend_height = 74;  ///< at the foot: a line of modalities, two of curves

    int columns = 1;
    int rows = 1;
    int panel_width = 0;
    int width = 0;
    int height = 0;
    int foot = 0;  ///< below the legend

    [[nodiscard]] int column(std::size_t panel) const;
    /// \param loss  The upper half of the panel, else the one of |W_m|.
    [[nodiscard]] plot_frame frame(std::size_t panel, bool loss) const;
};

/// Upper ends of the axes; all start at 0. The panels share those of loss and |W_m|.
struct plot_ranges {
    double loss = 1;
    double weight = 1;
    std::vector<double> time;  ///< per panel
};

/// \param foot  Space to leave below the legend.
[[nodiscard]] plot_layout arrange(const figure& fig, int foot);

/// Ends of the axes: after the largest finite value; in time also after the marks, if they are not
/// so far off that the curves would be squeezed.
[[nodiscard]] plot_ranges measure(const figure& fig);

/// Distance of the labels on an axis from 0 to `end`: 1, 2 or 5 times a power of ten, at most five.
[[nodiscard]] double tick(double end);

/// The instants of a curve that can be told apart in a picture: by 0.5 % of some axis for lines, by
/// 6 % for markers; always the first, and of lines the last.
///
/// \param end  Of the time axis.
[[nodiscard]] std::vector<std::size_t> visible_instants(const curve& c, double end,
                                                        const plot_ranges& ranges);

/// The panel with the most curves, which stands for all in the legend.
[[nodiscard]] const panel& richest(const figure& fig);

}  // namespace fusionflow::validation
