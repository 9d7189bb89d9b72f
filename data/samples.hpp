#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::data {

/// P samples of M modalities x_m in R^{D_m} and K targets y: what nonlinear networks train on.
///
/// Classes are targets of zeros with a single 1 in each row, K >= 2; labels are one target of +1
/// and -1.
///
/// How far a modality is learned is measured on its *features*: functions phi_m of x_m that the
/// target contains. They are the inputs themselves unless others are given (for XOR data: the
/// exclusive or of the two inputs, which no linear function of them shows).
///
/// Immutable. \see docs/theory.md#beyond-linear
class samples {
public:
    /// \param names   One per modality.
    /// \param dims    D_m >= 1, one per modality; their sum is D.
    /// \param inputs  P x D, a row per sample, P >= 1; finite.
    /// \param targets P x K, K >= 1, finite; a vector of P numbers is one target.
    /// \throws input_error naming names, dims, inputs or targets.
    samples(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd inputs,
            Eigen::MatrixXd targets);

    /// Samples with features other than the inputs.
    ///
    /// \param feature_dims  Number of features of each modality, >= 1.
    /// \param features      P x (their sum), finite.
    /// \throws input_error naming names, dims, inputs, targets or features.
    samples(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd inputs,
            Eigen::MatrixXd targets, std::vector<int> feature_dims, Eigen::MatrixXd features);

    /// P
    [[nodiscard]] Eigen::Index count() const noexcept { return inputs_.rows(); }
    [[nodiscard]] const std::vector<int>& dims() const noexcept { return input_moments_.dims(); }
    [[nodiscard]] const Eigen::MatrixXd& inputs() const noexcept { return inputs_; }
    /// P x K
    [[nodiscard]] const Eigen::MatrixXd& targets() const noexcept { return targets_; }
    /// K
    [[nodiscard]] Eigen::Index outputs() const noexcept { return targets_.cols(); }
    /// True where the targets are classes: K >= 2, and every row is zeros and a single 1. A class
    /// may be without samples.
    [[nodiscard]] bool are_classes() const noexcept { return are_classes_; }
    /// True where the targets are labels: K = 1, and all are +1 or -1.
    [[nodiscard]] bool are_labels() const noexcept { return are_labels_; }
    /// The features; where none were given, the inputs.
    [[nodiscard]] const Eigen::MatrixXd& features() const noexcept {
        return has_features_ ? features_ : inputs_;
    }
    [[nodiscard]] bool has_features() const noexcept { return has_features_; }

    /// Sample moments of the inputs: Sigma = X^T X / P, s = Y^T X / P, <|y|^2> = tr Y^T Y / P.
    [[nodiscard]] const moments& input_moments() const noexcept { return input_moments_; }
    /// Sample moments of the features, by which half-heights are measured.
    [[nodiscard]] const moments& feature_moments() const noexcept { return feature_moments_; }

    /// The samples with labels: sign(y) are the targets (+1 where y = 0), the rest is the same.
    [[nodiscard]] samples labelled() const;

private:
    Eigen::MatrixXd inputs_;
    Eigen::MatrixXd targets_;
    bool are_classes_;
    bool are_labels_;
    bool has_features_;
    Eigen::MatrixXd features_;
    moments input_moments_;
    moments feature_moments_;
};

/// How far each modality's data are from the symmetry (x, y) -> (-x, -y), as a rectifier sees it:
///
///     |<y |d_m x_m|>| / |s_m|,   d_m = s_m/|s_m|
///
/// 0 for symmetric data. In the early phase of a two-layer network with rectifiers of slope alpha a
/// unit along +d_m or -d_m grows at the rate (1+alpha)/2 |s_m| (1 +- (1-alpha)/(1+alpha) a_m), a_m
/// being this number, so it bounds how much faster than the linear law a modality is learned.
///
/// \return One number >= 0 per modality; NaN where s_m = 0 (to rounding), and for all of them where
///         there are several targets.
/// \see docs/theory.md#beyond-linear; tests/data/samples_test.cpp
[[nodiscard]] std::vector<double> asymmetry(const samples& data);

}  // namespace fusionflow::data
