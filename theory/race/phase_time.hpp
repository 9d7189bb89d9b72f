#pragma once

#include <vector>

#include "fusionflow/theory/dual.hpp"

namespace fusionflow::theory {

/// One modality in the race for the first phase: everything the clock integral needs to know.
template <typename Number>
struct basic_racer {
    int branch = 2;   ///< n_m, >= 1
    Number norm = 0;  ///< u_m(0), 0 < norm < 1
    Number rate = 0;  ///< r_m = |s_m| >= 0; unit: target x input
};
using racer = basic_racer<double>;

/// Duration of the first phase, leading order in small initial norms.
///
///     t_1 = tau int ds / u_f^p,   u_f^2 = c + sum_m u_m(s)^2,
///
/// taken until the first racer has u = 1. For two modalities with n = L_f this is the paper's
/// tau u0^(2-L) / |s_A| I(L, L_f). By Gauss-Kronrod quadrature in ln u of the first racer, relative
/// error below 1e-12 for depths up to 20 and norms down to 1e-12.
///
/// \param racers        One per modality.
/// \param first         Index of the racer that ends first (potential / rate is least); its rate >
///                      0.
/// \param shared        p, trunk layers.
/// \param trunk_excess  c = u_f(0)^2 - sum u_m(0)^2 >= 0.
/// \tparam Number       double, wide for times beyond its range, or dual, whose slope is an
///                      integral of its own, with a relative tolerance of 1e-11.
/// \return  Units of tau (epochs = time / learning rate); NaN beyond the range of numbers.
/// \see docs/theory.md#first-phase; tests/theory/phase_time_test.cpp
template <typename Number = double>
[[nodiscard]] Number first_phase_time(const std::vector<basic_racer<model_number<Number>>>& racers,
                                      int first, int shared,
                                      const model_number<Number>& trunk_excess = 0);

/// The fusion clock s at a time within the first phase: the inverse of t(s) = tau int ds / u_f^p.
///
/// \param time  0 ... first_phase_time(); later ones count as that. Units of tau.
/// \return  To about 1e-12 relative. \see tests/theory/phase_time_test.cpp
[[nodiscard]] double first_phase_clock(const std::vector<racer>& racers, int first, int shared,
                                       double trunk_excess, double time);

/// Norm of the trunk layers while the modalities in the list are learned and the others are small:
/// the root of u_f^2 = sum_k u_k^2 with u_k^(n_k) u_f^p = |W_k|.
///
/// \param branches  n_k.
/// \param weights   |W_k| >= 0, at least one > 0.
/// \param shared    p.
/// \tparam Number   double, or dual, whose slope is found by implicit differentiation.
/// \see docs/theory.md#fusion-clock
template <typename Number = double>
[[nodiscard]] Number trunk_norm(const std::vector<int>& branches,
                                const std::vector<Number>& weights, int shared);
template <>
double trunk_norm(const std::vector<int>& branches, const std::vector<double>& weights, int shared);
template <>
dual trunk_norm(const std::vector<int>& branches, const std::vector<dual>& weights, int shared);

}  // namespace fusionflow::theory
