#pragma once

#include "fusionflow/theory/dual.hpp"

namespace fusionflow::theory {

/// How a small weight of a branch of n >= 3 layers turns into the direction of a constant residual
/// E (docs/theory.md#turning).
///
/// With w = u d and theta the angle between d and E, the balanced flow on the fusion clock is
/// dw/ds = u^(n-1) E: the part of w across E stays, the part x along E obeys, in units of u(0),
///
///     dx/ds = |E| (x^2 + z)^((n-1)/2),   x(0) = cos theta,   z = sin^2 theta
///
/// The weight reaches infinity when its potential u^(2-n)/(n-2), *times the turning factor*
///
///     F_n(theta) = (n-2) int_(cos theta)^infinity (x^2 + z)^(-(n-1)/2) dx
///                = (n-2) sin^(2-n)(theta) int_0^theta sin^(n-3),
///
/// has fallen to zero at the rate |E|: F_3 = theta/sin theta, F_4 = 2/(1 + cos theta).
///
/// \tparam Number      double or dual.
/// \param n            Layers of the branch, >= 3.
/// \param cosine       cos theta, -1 ... 1.
/// \param sine_square  sin^2 theta; given apart: near 0 and pi the cosine does not resolve it.
/// \return  F_n >= 1; 1 where theta = 0, infinity where theta = pi.
/// \see tests/theory/turning_test.cpp
template <typename Number>
[[nodiscard]] Number turning_factor(int n, const Number& cosine, const Number& sine_square);
template <>
double turning_factor(int n, const double& cosine, const double& sine_square);
template <>
dual turning_factor(int n, const dual& cosine, const dual& sine_square);

/// Where the weight has turned to: x / u(0), its part along E, once only the part `left` of the
/// potential (with its turning factor) is left to fall.
///
/// \param left  0 < left <= 1. \return  cos theta for left = 1, infinity for 0; relative 1e-14.
template <typename Number>
[[nodiscard]] Number turned_part(int n, const Number& cosine, const Number& sine_square,
                                 const Number& left);
template <>
double turned_part(int n, const double& cosine, const double& sine_square, const double& left);
template <>
dual turned_part(int n, const dual& cosine, const dual& sine_square, const dual& left);

}  // namespace fusionflow::theory
