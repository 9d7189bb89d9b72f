#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::solver {

/// Directions of the inputs of each modality, those first in which errors lie while a linear model
/// learns.
///
/// A hidden layer is moved along W_1 E_m^T, E_m = s_m - (W Sigma)_m the correlations that are left
/// to modality m. At whatever time E_m has a large part in a few directions of the D_m inputs only.
/// They are found as the principal axes of E_m along the gradient flow of W, s exp(-Sigma t), and
/// along those of every other modality alone, at times from 1 / (largest rate) up by factors of
/// two. A direction that is missed costs accuracy and nothing else: compressed networks measure it.
///
/// \return Per modality an orthogonal D_m x D_m matrix.
/// \see docs/numerics.md#compressed-networks; tests/solver/leading_directions_test.cpp
[[nodiscard]] std::vector<Eigen::MatrixXd> leading_directions(const data::moments& moments);

}  // namespace fusionflow::solver
