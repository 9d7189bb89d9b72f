#pragma once

#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/steps/step_method.hpp"

namespace fusionflow::solver {

/// States at places inside an accepted step, on the clock that starts with it.
class step_interior {
public:
    /// \param evaluations  Counts derivatives.
    step_interior(flow& system, step_method& method, long& evaluations);

    /// Called when a step of this length from x has been accepted: places are now inside that one.
    ///
    /// \param x      Must stay as it is until the next step.
    /// \param gauge  As in the attempt; must stay too.
    void begin(const state& x, double length, const error_gauge& gauge);

    /// The state at a place by the method's interpolation.
    [[nodiscard]] const state& interpolated(double place);
    /// The state at a place, as accurate as the end of the step.
    [[nodiscard]] const state& accurate(double place);

private:
    bool move_by(double aside);

    flow& system_;
    step_method& method_;
    long& evaluations_;
    const state* start_ = nullptr;
    const error_gauge* gauge_ = nullptr;
    double length_ = 0;
    state interpolated_;
    state accurate_;
    double place_ = 0;  // of accurate_; 0: nowhere
    state stage_;
    state speed_;
    state bend_;
};

}  // namespace fusionflow::solver
