#pragma once

#include <Eigen/Core>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::solver {

/// The eigenvectors of the covariance of all inputs, Sigma = V diag(variances) V^T.
///
/// In them a residual is (W* - W) V diag(variances) V^T, with W* the least-squares solution.
/// Nothing cancels in that, however unequal the variances are. In s - W Sigma the part along the
/// least variance has a relative error of epsilon times the largest variance over the least.
struct input_modes {
    Eigen::MatrixXd vectors;    ///< V, D x D, orthonormal columns
    Eigen::VectorXd variances;  ///< ascending, >= 0; zero beyond the rank of Sigma
    Eigen::VectorXd solution;   ///< W* V, of one target
};

/// \return Variances with relative errors of about 1e-10, by a decomposition in quadruple
///         precision where double precision would not be enough (variances 1e6 apart and more).
/// \see tests/solver/early_reduced_flow_test.cpp
[[nodiscard]] input_modes modes_of(const data::moments& moments);

}  // namespace fusionflow::solver
