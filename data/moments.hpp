#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "data/modality_set.hpp"

namespace fusionflow::data {

/// Second moments of M modalities x_m in R^{D_m} and a scalar target y: all that a linear network
/// sees of its data.
///
///     Sigma_mn = <x_m x_n^T>,   s_m = <y x_m^T>,   <y^2>        (not centred)
///
/// Immutable; every object satisfies the rules below. \see docs/theory.md#problem
class moments {
public:
    /// \param names         One per modality, unique, not empty.
    /// \param dims          D_m >= 1, one per modality; their sum is D.
    /// \param covariance    Sigma, D x D, symmetric and positive semi-definite (singular is legal).
    /// \param correlation   s, D numbers, in the range of Sigma (all real data are).
    /// \param target_power  <y^2> >= s Sigma^+ s^T; unit: target squared.
    /// \throws input_error  naming names, dims, covariance, correlation or target_power.
    moments(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd covariance,
            Eigen::VectorXd correlation, double target_power);

    /// Number of modalities M.
    [[nodiscard]] int count() const noexcept { return static_cast<int>(dims_.size()); }
    /// Total input dimension D.
    [[nodiscard]] int dimension() const noexcept { return offsets_.back(); }
    [[nodiscard]] int dim(int m) const { return dims_[static_cast<std::size_t>(m)]; }
    /// First row of modality m in the stacked vectors; offset(M) = D.
    [[nodiscard]] int offset(int m) const { return offsets_[static_cast<std::size_t>(m)]; }
    [[nodiscard]] const std::string& name(int m) const {
        return names_[static_cast<std::size_t>(m)];
    }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<int>& dims() const noexcept { return dims_; }

    [[nodiscard]] const Eigen::MatrixXd& covariance() const noexcept { return covariance_; }
    [[nodiscard]] const Eigen::VectorXd& correlation() const noexcept { return correlation_; }
    [[nodiscard]] double target_power() const noexcept { return target_power_; }

    /// The rows of modality m in a stacked vector of D numbers.
    template <typename Vector>
    [[nodiscard]] auto part(Vector&& stacked, int m) const {
        return stacked.segment(offset(m), dim(m));
    }

    /// Names of a set of modalities, in its order.
    [[nodiscard]] std::vector<std::string> names_of(const modality_set& set) const;

private:
    std::vector<std::string> names_;
    std::vector<int> dims_;
    std::vector<int> offsets_;
    Eigen::MatrixXd covariance_;
    Eigen::VectorXd correlation_;
    double target_power_;
};

}  // namespace fusionflow::data
