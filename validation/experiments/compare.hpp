#pragma once

#include <vector>

#include "fusionflow/theory/learning.hpp"
#include "fusionflow/validation/experiments/conditions.hpp"

namespace fusionflow::validation {

/// Two methods on the same model.
struct comparison {
    std::vector<double> measured;  ///< times per modality, mean over repeats; then the time ratio
    std::vector<double> expected;
    std::vector<double> errors;  ///< relative_error() of each
    std::string trouble;         ///< what kept a method from answering; empty if nothing did
};

/// |measured - expected| / |expected|; 0 where both are never; NaN where either is unknown.
[[nodiscard]] double relative_error(double measured, double expected);

/// Runs both methods on the model of `s` and holds their answers against each other.
///
/// \param s        Of under.seeded().
/// \param repeats  Networks from random weights are averaged over so many draws, >= 1.
/// \throws data::input_error as build_model.
/// \see tests/validation/compare_test.cpp
[[nodiscard]] comparison compare(const settings& s, const solver::method& measured,
                                 const solver::method& expected, int repeats = 1,
                                 const conditions& under = {});

}  // namespace fusionflow::validation
