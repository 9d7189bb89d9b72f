#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/figures/log_axis.hpp"

// What the figures of a diagnosis are made of: pieces of gnuplot scripts.
namespace fusionflow::validation {

using entries = std::vector<std::string>;
/// Ways to fuse the networks of one depth, in the order of the layer.
using depth_panel = std::vector<const fusion_facts*>;

inline constexpr int disc = 7;  ///< a point type of gnuplot's

/// `epochs`, or the time with its unit.
[[nodiscard]] std::string axis_text(const diagnosis_request& r);

/// A panel for each depth.
[[nodiscard]] std::vector<depth_panel> by_depth(const diagnosis& d);

/// `plot ...` of some parts; an empty frame without any.
[[nodiscard]] std::string plot_of(const entries& parts);

/// `set title`: how many layers there are.
[[nodiscard]] std::string panel_title(const depth_panel& panel);

/// What a legend says of a kind of mark.
struct legend_entry {
    std::string style;  ///< `with points ...`
    std::string name;
};

/// Names in the colours of their places.
[[nodiscard]] std::vector<legend_entry> colour_entries(const std::vector<std::string>& names);

/// As many lines of a legend as its names need.
///
/// \param width  Of the figure, in pixels.
[[nodiscard]] std::vector<entries> legend_lines(const std::vector<legend_entry>& all, int width);

/// Begins a figure with a logarithmic axis.
///
/// \param axis  x or y.
[[nodiscard]] std::string begin_figure(const chart_layout& where, char axis,
                                       const log_range& range);

/// Adds a named block of data, and how it is drawn; nothing of nothing.
///
/// \param drawn  `1:2 with lines ...` each.
void add_block(const std::string& name, const std::string& rows, const entries& drawn,
               std::string& data, entries& plots);

/// The SVG of a script with a title and a description.
///
/// \throws data::input_error naming plot, as run_gnuplot().
[[nodiscard]] std::string draw_svg(const std::string& script, const std::string& title,
                                   const std::string& about);

}  // namespace fusionflow::validation
