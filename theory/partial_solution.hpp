#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::theory {

/// The least-squares solution on a set K of modalities, and what it leaves.
///
///     W_K = s_K Sigma_K^+,   E = s - W Sigma,   loss = (<y^2> - s_K Sigma_K^+ s_K^T) / 2
///
/// W is the smallest solution in the units of the inputs; rank, E, loss and what is explained do
/// not depend on units.
struct partial_solution {
    data::modality_set learned;  ///< K
    Eigen::VectorXd weights;     ///< W, stacked, zero outside K
    Eigen::VectorXd residual;    ///< E, stacked, zero in K
    double loss = 0;             ///< target squared
    double explained = 0;        ///< tr s_K Sigma_K^+ s_K^T
    int rank = 0;                ///< of Sigma_K
};

/// Solves for the moments as they are stored. W is refined in long double, so that E is good to
/// about 1e-18 of its terms: an E of 1e-13 of them still has its leading digits.
///
/// \param moments  Any.
/// \param learned  K, possibly empty.
/// \return  Parts W_m and E_m that may be mere rounding of the moments are set to exactly zero:
///          docs/theory.md#rounding has the bound.
/// \see tests/theory/partial_solution_test.cpp
[[nodiscard]] partial_solution solve_partial(const data::moments& moments,
                                             const data::modality_set& learned);

/// True if nothing is left for modality m at the saddle: E_m is zero up to rounding of the moments.
/// Under permanent bias this holds for every modality that waits.
///
/// \param saddle  solve_partial() of the moments.
[[nodiscard]] bool nothing_left(const data::moments& moments, const partial_solution& saddle,
                                int m);

}  // namespace fusionflow::theory
