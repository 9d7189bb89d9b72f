#pragma once

#include <cstdint>
#include <string>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

/// What holds for every run of a suite besides what the suite says.
struct conditions {
    std::uint64_t seed = 0;   ///< not 0: other draws of weights and data
    std::string perturbed{};  ///< method whose times are spoiled, to see that it is noticed
    double factor = 1;        ///< by which they are multiplied; the last modality's by its square,
                              ///< so that ratios move too

    /// Settings with their seeds moved.
    [[nodiscard]] settings seeded(settings s) const;

    /// Runs a method, and spoils what it answers if it is the perturbed one.
    ///
    /// \param about  Built of seeded() settings.
    /// \throws data::input_error as solver::run().
    [[nodiscard]] solver::answer run(const solver::method& how, const solver::model& about,
                                     const solver::run_options& options) const;
};

}  // namespace fusionflow::validation
