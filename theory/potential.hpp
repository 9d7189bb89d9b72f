#pragma once

namespace fusionflow::theory {

/// Potentials of the fusion clock: while the residual of a modality is constant, its potential
/// falls linearly, d phi / ds = -r with r = |E_m| and ds = u_f^p dt / tau.
///
///     phi(u) = ln(1/u) (n = 2),   u^(2-n) / (n-2) (n > 2),   -u (n = 1)
///
/// \param n  Layers of the branch, >= 1.
/// \param u  Norm of a branch layer, > 0.
/// \see docs/theory.md#fusion-clock; tests/theory/potential_test.cpp
[[nodiscard]] double potential(int n, double u);

/// The norm at which the potential is `phi`: the inverse of potential().
///
/// \param phi  For n > 2: >= 0 (infinity at 0); for n = 1: <= 0; for n = 2: any.
[[nodiscard]] double norm_at_potential(int n, double phi);

}  // namespace fusionflow::theory
