#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "validation/experiment.hpp"
#include "validation/measure.hpp"

// What charts are made of: pieces of gnuplot scripts.
namespace fusionflow::validation {

/// Panels side by side, above a legend. Lengths are pixels, 96 to the inch.
struct chart_layout {
    int columns = 1;
    int rows = 1;
    int width = 0;
    int height = 0;
    int legend = 0;  ///< height at the foot

    /// \param panels  1 or more, at most three in a row.
    /// \param lines   Of the legend.
    [[nodiscard]] static chart_layout of(std::size_t panels, int lines);
    /// `set lmargin ...` of a panel.
    [[nodiscard]] std::string frame(std::size_t panel) const;
};

/// A colour of the Okabe-Ito set.
[[nodiscard]] std::string chart_colour(std::size_t index);
/// `set terminal ...` for svg, png or pdf.
[[nodiscard]] std::string chart_terminal(const chart_layout& where, const std::string& format);
/// A legend at the foot: each entry is a plot of NaN with a title.
[[nodiscard]] std::string chart_legend(const chart_layout& where,
                                       const std::vector<std::vector<std::string>>& lines);
/// How a series is drawn: `with lines ...`, by the kind of its method. `nth` of its kind.
[[nodiscard]] std::string series_style(const series& s, std::size_t nth, const std::string& colour,
                                       bool error_bars);

/// Series that a figure shows, as indices.
[[nodiscard]] std::vector<std::size_t> shown_series(const experiment& e);

[[nodiscard]] std::string lines_script(const experiment& e, const measurements& m,
                                       const std::string& format);
[[nodiscard]] std::string map_script(const experiment& e, const measurements& m,
                                     const std::string& format);
[[nodiscard]] std::string portrait_script(const experiment& e, const measurements& m,
                                          const std::string& format);

}  // namespace fusionflow::validation
