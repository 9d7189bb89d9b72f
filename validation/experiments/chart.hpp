#pragma once

#include <string>

#include "fusionflow/validation/experiments/experiment.hpp"
#include "fusionflow/validation/experiments/measure.hpp"

namespace fusionflow::validation {

/// The figure of an experiment, drawn by gnuplot: formulas as lines, flows dashed, networks as
/// markers with error bars of one standard error of the mean; axes with units.
///
/// \param format  svg, png or pdf.
/// \return        The picture, as bytes. Empty where the experiment has no figure.
/// \throws data::input_error naming plot: no gnuplot, or gnuplot failed.
/// \see tests/validation/report_test.cpp
[[nodiscard]] std::string draw_chart(const experiment& e, const measurements& m,
                                     const std::string& format);

/// Text of an axis: "correlation rho", or the option's name.
[[nodiscard]] std::string axis_label(const std::string& option);
/// Text of a quantity with its unit.
[[nodiscard]] std::string quantity_label(const std::string& quantity);

}  // namespace fusionflow::validation
