#pragma once

#include <Eigen/Core>

#include "fusionflow/solver/flows/gram_flow.hpp"

namespace fusionflow::solver {

/// Two-layer late fusion of two modalities, where the first to be learned, A, does not feel the
/// other, B: A is learned as if it were alone, B from what A leaves of its correlation, and A gives
/// way to B at once instead of by its own slow dynamics.
///
///     W_A = V_A - W_B Sigma_BA Sigma_A^+
///     E_A = s_A - V_A Sigma_A                                (of A alone)
///     E_B = s_B - V_A Sigma_AB - W_B (Sigma_B - Sigma_BA Sigma_A^+ Sigma_AB)
///
/// V_A and W_B are the products of layers of the two blocks of gram_flow. E is the residual of the
/// network with these W. The flow ends at the full solution, as the network does.
///
/// docs/theory.md#one-way; tests/solver/one_way_flow_test.cpp
class one_way_flow final : public gram_flow {
public:
    /// \param first  The modality that is learned first, 0 or 1.
    /// \param start  A start of late fusion of the two modalities of `moments`.
    /// \throws data::input_error as gram_flow, and naming one-way for other networks.
    one_way_flow(const data::moments& moments, const two_layer_start& start, int first);

    void total_weights(const state& x, Eigen::VectorXd& weights) override;

protected:
    [[nodiscard]] const Eigen::MatrixXd& response() const override { return response_; }

private:
    const data::moments* moments_;
    int first_;
    Eigen::MatrixXd yields_;  // Sigma_A^+ Sigma_AB: W_A gives way by yields_ W_B^T
    Eigen::MatrixXd response_;
};

}  // namespace fusionflow::solver
