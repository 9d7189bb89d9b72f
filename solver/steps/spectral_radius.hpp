#pragma once

#include "fusionflow/solver/flows/ode.hpp"

namespace fusionflow::solver {

/// The largest |lambda| of the Jacobian of a system, by a power iteration whose products are
/// differences of speeds, (f(x + d v) - f(x)) / d. It begins where the last one ended.
///
/// For a symmetric Jacobian, as gradient flows have, the estimate is at most the true value and
/// rises with every product: use it with a margin.
///
/// \see tests/solver/chebyshev_test.cpp
class spectral_radius {
public:
    /// \param evaluations  Counts derivatives.
    spectral_radius(ode& system, long& evaluations);

    /// \param dxdt  f(x)
    /// \return  >= 0, or not finite where speeds next to x are not.
    [[nodiscard]] double operator()(const state& x, const state& dxdt);

private:
    void look_along(const state& dxdt);
    [[nodiscard]] double distance(const state& x) const;
    double product(const state& x, const state& dxdt);

    ode& system_;
    long& evaluations_;
    state along_;  // the direction that was found last; zero at first
    state aside_;
};

}  // namespace fusionflow::solver
