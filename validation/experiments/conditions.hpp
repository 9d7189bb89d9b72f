#pragma once

#include <cstdint>
#include <string>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

/// Conditions from outside of a suite that hold for all of its runs.
struct conditions {
    std::uint64_t seed = 0;   ///< not 0: weights and data are drawn from other seeds
    std::string perturbed{};  ///< method whose times are spoiled, to see that the suite notices it
    double factor = 1;        ///< multiplies the perturbed times; that of the last modality twice,
                              ///< so that ratios move too

    /// Settings with their seeds moved, by an amount that depends on `seed`.
    [[nodiscard]] settings seeded(settings s) const;

    /// Runs a method, and spoils the times of its answer if it is the perturbed one.
    ///
    /// \param about  Built from seeded() settings.
    /// \throws data::input_error as solver::run().
    [[nodiscard]] solver::answer run(const solver::method& how, const solver::model& about,
                                     const solver::run_options& options) const;
};

}  // namespace fusionflow::validation
