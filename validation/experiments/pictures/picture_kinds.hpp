#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/validation/experiments/experiment.hpp"
#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/figures/figure.hpp"

namespace fusionflow::validation {

/// The repeats of a series whose runs keep their paths for a picture.
enum class kept_paths { none, first, all };

/// A kind of picture of experiments. A new kind is a file in this folder and its name in the two
/// lines below.
struct picture_kind {
    std::string_view name;  ///< as suites call it
    int axes = 0;           ///< axes of the grid that it spans: x, or x and y; 0: it has a panel
                            ///< for each point of the grid
    kept_paths keeps = kept_paths::none;
    figure (*draw)(const experiment& e, const measurements& m) = nullptr;
    /// Why it cannot show a series with these moments; empty where it can. Null: it shows all.
    std::string (*refusal)(const data::moments& moments, const settings& s) = nullptr;
};

extern const picture_kind lines_picture, map_picture, paths_picture, portrait_picture,
    errors_picture;
inline constexpr std::array picture_kinds = {&lines_picture, &map_picture, &paths_picture,
                                             &portrait_picture, &errors_picture};

/// The picture of an experiment, as bytes: formulas as lines, flows dashed, networks as markers.
///
/// \param format  "svg", "png" or "pdf".
/// \return        Empty where the experiment has no picture.
/// \throws data::input_error naming plot, as render().
/// \see tests/validation/report_test.cpp
[[nodiscard]] std::string draw_picture(const experiment& e, const measurements& m,
                                       const std::string& format);

/// Numbers of the series that the picture shows.
[[nodiscard]] std::vector<std::size_t> shown_series(const experiment& e);

[[nodiscard]] bool is_network(const series& s);

/// How a series is drawn. Series of the same kind of method differ, so that both are seen where
/// they coincide.
[[nodiscard]] look series_look(const experiment& e, std::size_t s, const char* colour);

/// The values of the grid at a point; empty without a grid.
[[nodiscard]] std::string point_title(const experiment& e, std::size_t p);

/// An option as the text of an axis: "correlation ρ"; its name where no better text is known.
[[nodiscard]] std::string axis_label(const std::string& option);

}  // namespace fusionflow::validation
