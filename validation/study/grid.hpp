#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

/// One axis of a grid: an option and its values, as text.
struct grid_axis {
    std::string option;
    std::vector<std::string> values;
};

/// All combinations of the values of some numeric options; the last axis runs fastest.
class grid {
public:
    /// No axes: one point.
    grid() = default;
    /// \throws data::input_error with field "grid": an axis is unknown, not numeric, given twice or
    ///         empty, or there are more than 1e6 points.
    explicit grid(std::vector<grid_axis> axes);

    /// Parses "fusion=1:4; rho=-0.5,0,0.5": ';' separates axes, ',' separates values; first:last
    /// counts in ones, first:last:step in steps.
    [[nodiscard]] static grid parse(const std::string& text);

    [[nodiscard]] const std::vector<grid_axis>& axes() const noexcept { return axes_; }
    /// Number of points.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// A text that parse() takes: the one that was parsed, if any; empty: no axes.
    [[nodiscard]] std::string text() const;
    /// The values of the axes at a point.
    [[nodiscard]] std::vector<std::string> point(std::size_t index) const;
    /// `base` with the options of a point set. \throws data::input_error as set_option.
    [[nodiscard]] settings at(const settings& base, std::size_t index) const;
    /// For people: "depth = 4, fusion = 2".
    [[nodiscard]] std::string describe(std::size_t index) const;

private:
    std::vector<grid_axis> axes_;
    std::string given_;  // what was parsed
    std::size_t size_ = 1;
};

}  // namespace fusionflow::validation
