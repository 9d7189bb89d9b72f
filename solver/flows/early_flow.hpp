#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/input_modes.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"

namespace fusionflow::solver {

/// The exact flow of two-layer early fusion (gram_flow) in a form for inputs of very different
/// variance: on the clock dc = |o| dt / tau, o the output weights, and in the eigenvectors of the
/// inputs' covariance (input_modes). i counts eigenvectors, and E_i = lambda_i (W*_i - W_i).
///
/// Since g = sum_i |f_i|^2 - |o|^2 is conserved, the length of o is not part of the state. Its
/// direction d = o/|o| hardly turns once anything has been learned:
///
///     df_i/dc = E_i d,   dd/dc = (I - d d^T) sum_i E_i f_i / |o|^2,   dt/dc = 1/|o|,
///     |o|^2 = sum_i |f_i|^2 - g,   W_i = |o| d . f_i
///
/// So d, along which stiff inputs relax, stays the same while others are learned. In the variables
/// of gram_flow that direction turns, and an implicit step, which takes its Jacobian at one place,
/// loses what is conserved. State: f_1 ... f_D, d (r numbers each), time.
///
/// docs/theory.md#rotated-form; tests/solver/gram_flow_test.cpp
class early_flow final : public flow {
public:
    /// True for starts of early fusion with several modalities, one target and up to 150 numbers,
    /// whose output weights are not small and do not pass near zero first.
    [[nodiscard]] static bool serves(const data::moments& moments, const two_layer_start& start);

    /// \param start  A start for which serves() is true.
    early_flow(const data::moments& moments, const two_layer_start& start);

    [[nodiscard]] state initial() const override { return initial_; }
    [[nodiscard]] std::size_t size() const override { return initial_.size(); }
    void derivative(const state& x, state& dxdt) override;
    /// The largest error of a modality's inputs, relative to their norm, or of d.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return keeps_signs_; }
    [[nodiscard]] bool keeps_time() const override { return true; }
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> inputs(const state& x) const {
        return {x.data(), rank_, inputs_};
    }
    [[nodiscard]] Eigen::Map<const Eigen::VectorXd> direction(const state& x) const {
        return {x.data() + rank_ * inputs_, rank_};
    }
    void look_at(const state& x);

    const data::moments* moments_;
    Eigen::Index rank_;
    Eigen::Index inputs_;
    bool keeps_signs_;
    double imbalance_;  // g
    input_modes modes_;
    state initial_;
    // Values at the state that was looked at last.
    double length_ = 0;      // |o|
    Eigen::VectorXd along_;  // d . f_i
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
    Eigen::VectorXd push_;  // sum_i E_i f_i
    Eigen::MatrixXd weight_slopes_;
    Eigen::MatrixXd residual_slopes_;
    Eigen::MatrixXd push_slopes_;
};

}  // namespace fusionflow::solver
