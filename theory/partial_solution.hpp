#pragma once

#include <Eigen/Core>
#include <vector>

#include "data/moments.hpp"

namespace fusionflow::theory {

/// The least-squares solution on a set K of modalities, and what it leaves.
///
///     W_K = s_K Sigma_K^+,   E = s - W Sigma,   loss = (<y^2> - s_K Sigma_K^+ s_K^T) / 2
struct partial_solution {
    data::modality_set learned;  ///< K
    Eigen::VectorXd weights;     ///< W, stacked, zero outside K
    Eigen::VectorXd residual;    ///< E, stacked, zero in K
    double loss = 0;             ///< target squared
    double explained = 0;        ///< tr s_K Sigma_K^+ s_K^T
    int rank = 0;                ///< of Sigma_K
};

/// \param moments  Any.
/// \param learned  K, possibly empty.
/// \return  Parts W_m and E_m below 1e-10 of the terms they are the sum of are set to exactly zero:
///          that is what rounding leaves of a cancellation.
[[nodiscard]] partial_solution solve_partial(const data::moments& moments,
                                             const data::modality_set& learned);

}  // namespace fusionflow::theory
