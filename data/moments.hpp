#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/data/modality_set.hpp"

namespace fusionflow::data {

/// Index of the first input of each modality, and D after the last.
///
/// \param dims  D_m >= 1, at least one; their sum is at most 5000.
/// \throws input_error naming dims.
[[nodiscard]] std::vector<int> input_offsets(const std::vector<int>& dims);

/// Means of inputs and targets, <x> (D numbers) and <y> (K numbers), in their units.
struct moment_means {
    Eigen::VectorXd inputs;
    Eigen::VectorXd targets;
};

/// Second moments of M modalities x_m in R^{D_m} and targets y in R^K: all that a linear network
/// sees of its data.
///
///     Sigma_mn = <x_m x_n^T>,   s_m = <y x_m^T> (K x D_m),   <|y|^2>        (not centred)
///
/// Quantities with K numbers for every input (s, W, E) are *stacked*: a K x D matrix column by
/// column, so that a modality is one piece of it. With one target that is a row of D numbers.
///
/// Immutable; every object satisfies the rules below. \see docs/theory.md#problem
class moments {
public:
    /// Moments with one target.
    ///
    /// \param names         One per modality, unique, not empty.
    /// \param dims          D_m >= 1, one per modality; their sum is D.
    /// \param covariance    Sigma, D x D, symmetric and positive semi-definite (singular is legal);
    ///                      variances of 0 or 1e-101 to 1e101.
    /// \param correlation   s, D numbers, in the range of Sigma (all real data are).
    /// \param target_power  <y^2> >= s Sigma^+ s^T, 0 or 1e-202 to 1e202; unit: target squared.
    /// \throws input_error  naming names, dims, covariance, correlation or target_power.
    moments(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd covariance,
            const Eigen::VectorXd& correlation, double target_power);

    /// Moments with K targets.
    ///
    /// \param correlation   s, K x D, K >= 1, every row in the range of Sigma.
    /// \param target_power  <|y|^2> >= tr s Sigma^+ s^T.
    [[nodiscard]] static moments of_targets(std::vector<std::string> names, std::vector<int> dims,
                                            Eigen::MatrixXd covariance,
                                            const Eigen::MatrixXd& correlation,
                                            double target_power);

    /// Number of modalities M.
    [[nodiscard]] int count() const noexcept { return static_cast<int>(dims_.size()); }
    /// Total input dimension D.
    [[nodiscard]] int dimension() const noexcept { return offsets_.back(); }
    /// Number of targets K.
    [[nodiscard]] int outputs() const noexcept { return outputs_; }
    [[nodiscard]] int dim(int m) const { return dims_[static_cast<std::size_t>(m)]; }
    /// First input of modality m; offset(M) = D.
    [[nodiscard]] int offset(int m) const { return offsets_[static_cast<std::size_t>(m)]; }
    [[nodiscard]] const std::string& name(int m) const {
        return names_[static_cast<std::size_t>(m)];
    }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<int>& dims() const noexcept { return dims_; }

    [[nodiscard]] const Eigen::MatrixXd& covariance() const noexcept { return covariance_; }
    /// s, D numbers, where there is one target.
    ///
    /// \throws input_error  naming correlation where K > 1.
    [[nodiscard]] const Eigen::VectorXd& correlation() const;
    /// s, stacked.
    [[nodiscard]] const Eigen::VectorXd& correlations() const noexcept { return correlations_; }
    [[nodiscard]] double target_power() const noexcept { return target_power_; }

    /// The piece of K D stacked numbers that belongs to modality m.
    template <typename Vector>
    [[nodiscard]] auto part(Vector&& stacked, int m) const {
        return stacked.segment(Eigen::Index{outputs_} * offset(m), Eigen::Index{outputs_} * dim(m));
    }
    /// Stacked numbers as a matrix, K x D.
    [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> matrix(const Eigen::VectorXd& stacked) const {
        return {stacked.data(), outputs_, dimension()};
    }
    /// The part of modality m as a matrix, K x D_m.
    [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> matrix(const Eigen::VectorXd& stacked,
                                                           int m) const {
        return {stacked.data() + Eigen::Index{outputs_} * offset(m), outputs_, dim(m)};
    }
    /// Sigma_mm.
    [[nodiscard]] auto covariance_of(int m) const {
        return covariance_.block(offset(m), offset(m), dim(m), dim(m));
    }

    /// The means, where they are known. Only networks with biases see them: without biases all that
    /// is learned depends on second moments alone.
    [[nodiscard]] const std::optional<moment_means>& means() const noexcept { return means_; }
    /// These moments with their means.
    ///
    /// \throws input_error naming mean: other numbers than D and K, one not finite, or one whose
    ///         square is larger than the mean of the squares.
    [[nodiscard]] moments with_means(moment_means means) const;
    /// The same with means of zero.
    [[nodiscard]] moments with_zero_means() const;
    /// Moments about the means: Sigma - <x><x>^T, s - <y><x>^T, <|y|^2> - |<y>|^2, with means of
    /// zero. Moments whose means are zero come back as they are.
    ///
    /// \throws input_error naming mean where the means are not known, or where no data have them.
    [[nodiscard]] moments centered() const;

    /// Names of a set of modalities, in its order.
    [[nodiscard]] std::vector<std::string> names_of(const modality_set& set) const;

private:
    moments(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd covariance,
            const Eigen::MatrixXd& correlation, double target_power, int outputs);

    std::vector<std::string> names_;
    std::vector<int> dims_;
    std::vector<int> offsets_;
    Eigen::MatrixXd covariance_;
    int outputs_;
    Eigen::VectorXd correlations_;
    double target_power_;
    std::optional<moment_means> means_{};
};

}  // namespace fusionflow::data
