#pragma once

#include <string>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

// The figures of a diagnosis: SVG that gnuplot draws, empty where there is nothing to show. Times
// are epochs where there is a learning rate.
namespace fusionflow::validation {

/// Times of all modalities for each way to fuse, a panel per depth: what formula and flow predict,
/// and the 5 - 95 % range of the networks with its median, over a logarithmic axis.
///
/// \throws data::input_error naming plot, as run_gnuplot().
/// \see tests/validation/diagnosis_report_test.cpp
[[nodiscard]] std::string draw_times(const diagnosis_request& request, const diagnosis& d);

/// Loss and |W_m| over time of the first network of the deepest depth, fused at the first layer and
/// at the last.
///
/// \throws data::input_error naming plot, as run_gnuplot().
[[nodiscard]] std::string draw_paths(const diagnosis_request& request, const diagnosis& d);

/// Held-out loss over time of the first networks, a panel per depth and a curve per fusion; the
/// least loss is marked.
///
/// \throws data::input_error naming plot, as run_gnuplot().
[[nodiscard]] std::string draw_held_out(const diagnosis_request& request, const diagnosis& d);

}  // namespace fusionflow::validation
