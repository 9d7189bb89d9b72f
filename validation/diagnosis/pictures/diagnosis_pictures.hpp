#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/figures/figure.hpp"

namespace fusionflow::validation {

/// A picture of a diagnosis. A new one is a file in this folder and its name in the two lines
/// below. Times are epochs where there is a learning rate.
///
/// \see tests/validation/diagnosis_report_test.cpp
struct diagnosis_picture {
    const char* name;   ///< of letters and dashes, another one for every picture
    const char* title;  ///< of its place on the page
    const char* shows;  ///< what is seen, in a sentence or two
    /// Nothing where there is nothing to show.
    std::optional<figure> (*draw)(const diagnosis_request& request, const diagnosis& d);
};

extern const diagnosis_picture times_of_fusions, paths_of_networks, held_out_losses;
inline constexpr std::array diagnosis_pictures = {&times_of_fusions, &paths_of_networks,
                                                  &held_out_losses};

/// `epochs`, or the time with its unit: the text of an axis.
[[nodiscard]] std::string time_label(const diagnosis_request& request);

/// Ways to fuse the networks of one depth, in the order of the layer.
using fusions_of_depth = std::vector<const fusion_facts*>;

[[nodiscard]] std::vector<fusions_of_depth> by_depth(const diagnosis& d);

/// An empty figure with a panel for each depth, "3 layers", that share their axes.
///
/// \param x, y  Axes of the one plot of each panel.
[[nodiscard]] figure figure_by_depth(const diagnosis& d, const axis& x, const axis& y);

}  // namespace fusionflow::validation
