#pragma once

#include <algorithm>
#include <cmath>

#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

/// How long the next step should be, from the errors of the last ones: the PI rule of Hairer,
/// Norsett, Wanner, Solving Ordinary Differential Equations I, II.4.
class step_control {
public:
    /// \param unseen  Errors up to this part of the tolerance are taken for the rounding of a flow
    ///                that stands still: the next step is as long as it may become. 0: none are.
    explicit step_control(double unseen = 0) : unseen_(unseen) {}

    /// The factor for the length of the next step after one that was accepted.
    [[nodiscard]] double after_success(const step_method& method) {
        const double error = std::log(std::max(method.error(), 1e-20));
        const double exponent = pi_part * previous_error_ - (1 - 0.75 * pi_part) * error;
        previous_error_ = std::max(error, least_error);
        if (unseen_ > 0 && method.error() <= unseen_) {
            return most_factor;
        }
        return std::clamp(safety * std::exp(exponent / method.error_power()), least_factor,
                          most_factor);
    }

    /// The factor, less than 1, for the length of a step that was rejected.
    ///
    /// \param solved      step_method::attempt() had a finite answer.
    /// \param rejections  In a row, before this one. The more there are, the faster steps shrink,
    ///                    since a transition of 1 may follow a plateau of 1e200.
    [[nodiscard]] static double after_rejection(const step_method& method, bool solved,
                                                int rejections) {
        const double haste = std::pow(0.5, rejections * rejections / 16.0);
        const double exponent = (1 - 0.75 * pi_part) / method.error_power();
        // An exponential that overflows makes errors like 1e248, which say nothing of the step.
        const double factor =
            solved ? std::max(least_cut, safety * std::pow(method.error(), -exponent)) : unsolved;
        // NaN fails the comparison.
        return haste * factor > 0 ? std::min(haste * factor, 1.0) : unsolved;
    }

private:
    static constexpr double safety = 0.9;
    static constexpr double pi_part = 0.2;  // of the exponent
    static constexpr double least_factor = 0.2;
    static constexpr double most_factor = 1000;  // steps soon reach the length of a plateau
    static constexpr double least_cut = 0.01;
    static constexpr double unsolved = 0.4;
    static constexpr double least_error = -9.2;  // ln 1e-4

    double unseen_;
    double previous_error_ = least_error;  // its logarithm
};

}  // namespace fusionflow::solver
