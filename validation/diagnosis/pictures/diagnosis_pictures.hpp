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
    const char* name;   ///< letters and dashes, unique among the pictures
    const char* title;  ///< heading on the page
    const char* shows;  ///< what is seen, in a sentence or two
    /// The figure; nothing where the diagnosis has nothing to show.
    std::optional<figure> (*draw)(const diagnosis_request& request, const diagnosis& d);
};

extern const diagnosis_picture times_of_fusions, paths_of_networks, held_out_losses;
inline constexpr std::array diagnosis_pictures = {&times_of_fusions, &paths_of_networks,
                                                  &held_out_losses};

/// The label of a time axis: `epochs`, or the time with its unit.
[[nodiscard]] std::string time_label(const diagnosis_request& request);

/// The ways to fuse networks of one depth, in the order of the layer of fusion.
using fusions_of_depth = std::vector<const fusion_facts*>;

[[nodiscard]] std::vector<fusions_of_depth> by_depth(const diagnosis& d);

/// A figure with an empty panel for each depth, titled "3 layers"; the panels share their axes.
///
/// \param x, y  Axes of the one plot of each panel.
[[nodiscard]] figure figure_by_depth(const diagnosis& d, const axis& x, const axis& y);

}  // namespace fusionflow::validation
