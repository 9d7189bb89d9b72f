#pragma once

#include <cmath>
#include <type_traits>

#include "fusionflow/theory/dual.hpp"

namespace fusionflow::theory {

/// Potentials of the fusion clock: while the residual of a modality is constant, its potential
/// falls linearly, d phi / ds = -r with r = |E_m| and ds = u_f^p dt / tau.
///
///     phi(u) = ln(1/u) (n = 2),   u^(2-n) / (n-2) (n > 2),   -u (n = 1)
///
/// \tparam Number  double, wide where potentials may leave its range, or dual.
/// \param n  Layers of the branch, >= 1.
/// \param u  Norm of a branch layer, > 0.
/// \see docs/theory.md#fusion-clock; tests/theory/potential_test.cpp
template <typename Number>
[[nodiscard]] Number potential(int n, const Number& u) {
    using std::log;
    if (n == 1) {
        return -u;
    }
    if (n == 2) {
        return -log(u);
    }
    return power(u, 2 - n) / (n - 2);
}

/// The norm at which the potential is `phi`: the inverse of potential().
///
/// \param phi  For n > 2: >= 0 (infinity at 0); for n = 1: <= 0; for n = 2: any.
template <typename Number>
[[nodiscard]] Number norm_at_potential(int n, const Number& phi) {
    using std::exp;
    using exponent = std::conditional_t<is_dual<Number>, double, Number>;
    if (n == 1) {
        return -phi;
    }
    if (n == 2) {
        return exp(-phi);
    }
    return power(Number((n - 2) * phi), exponent(exponent(-1.0) / (n - 2)));
}

}  // namespace fusionflow::theory
