#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fusionflow/validation/experiments/experiment.hpp"
#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/figures/plot_style.hpp"

// What charts are made of: pieces of gnuplot scripts.
namespace fusionflow::validation {

/// Panels side by side, at most three in a row, four in two rows, above a legend.
struct chart_layout {
    int columns = 1;
    int width = 0;   ///< pixels, 96 to the inch
    int height = 0;  ///< likewise

    /// \param panels  1 or more.
    /// \param lines   Of the legend.
    [[nodiscard]] static chart_layout of(std::size_t panels, std::size_t lines);
    [[nodiscard]] plot_frame frame(std::size_t panel) const;
    /// Text of the y axis: of the first panel in each row only.
    [[nodiscard]] std::string y_label(std::size_t panel, const std::string& text) const;
    /// The legend, a list of entries a line.
    [[nodiscard]] std::string legend(const std::vector<std::vector<std::string>>& lines) const;
};

/// How a series is drawn: `with lines ...`, by the kind of its method. `nth` of its kind: both are
/// seen of markers that coincide.
[[nodiscard]] std::string series_style(const series& s, std::size_t nth, const std::string& colour);

/// Series that a figure shows, as indices.
[[nodiscard]] std::vector<std::size_t> shown_series(const experiment& e);

[[nodiscard]] std::string lines_script(const experiment& e, const measurements& m,
                                       const std::string& format);
[[nodiscard]] std::string map_script(const experiment& e, const measurements& m,
                                     const std::string& format);
[[nodiscard]] std::string portrait_script(const experiment& e, const measurements& m,
                                          const std::string& format);
[[nodiscard]] std::string errors_script(const experiment& e, const measurements& m,
                                        const std::string& format);

}  // namespace fusionflow::validation
