#pragma once

#include <Eigen/Core>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::solver {

/// Tells a residual E = s - W Sigma from what rounding leaves of it, input by input. The terms of
/// E_i are s_i and what each modality takes away,
///
///     terms_i = |s_i| + sum_n |Sigma_in| |W_n|,
///
/// and |E_i| <= 4 D epsilon terms_i is rounding: a sum of D products errs by at most D epsilon of
/// its terms, and the weights themselves are only known to a few epsilon of their modality's norm.
/// No modality is compared with another one's numbers, so that units do not matter.
///
/// tests/solver/rest_test.cpp
class residual_rounding {
public:
    residual_rounding() = default;
    explicit residual_rounding(const data::moments& moments);

    /// terms_i, D numbers in the residual's units. Allocates nothing.
    void terms(const Eigen::VectorXd& weights, Eigen::VectorXd& out) const;
    /// The part of its terms up to which a residual is rounding, 4 D epsilon.
    [[nodiscard]] double part() const;
    /// True where all inputs of modality m have residuals that are rounding.
    [[nodiscard]] bool holds(int m, const Eigen::VectorXd& residual,
                             const Eigen::VectorXd& terms) const;

private:
    const data::moments* moments_ = nullptr;
    Eigen::VectorXd correlations_;  // |s_i|, over all targets
    Eigen::MatrixXd covariances_;   // |Sigma_in|, inputs by modalities
};

}  // namespace fusionflow::solver
