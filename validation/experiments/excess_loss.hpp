#pragma once

#include <Eigen/Core>
#include <optional>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/model.hpp"

namespace fusionflow::validation {

/// The loss of a model on its population above the least loss of any linear map: the
/// generalisation error without the noise floor,
///
///     E_g(W) = tr (W - W*) Sigma (W - W*)^T / 2,   unit: target squared.
///
/// \see docs/theory.md#data; tests/validation/quantities_test.cpp
class excess_loss {
public:
    /// \param about  Where its population is not known (no --draws), of() is always NaN.
    explicit excess_loss(const solver::model& about);

    /// E_g; NaN where the population is unknown or there are no weights.
    ///
    /// \param weights  W, stacked.
    [[nodiscard]] double of(const Eigen::VectorXd& weights) const;

private:
    std::optional<data::moments> population_;
    double least_ = 0;
};

}  // namespace fusionflow::validation
