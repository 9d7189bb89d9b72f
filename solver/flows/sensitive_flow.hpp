#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "fusionflow/theory/race/variation.hpp"

namespace fusionflow::solver {

/// The reduced flow together with its derivative by theta, the size of a change of the model: with
/// x the state of reduced_flow on its clock and S = dx/dtheta at a fixed value of the clock,
///
///     dS/dc = (df/dx) S + df/dtheta,   dT/dc = d(u_f^-p)/dtheta,
///
/// where T is the derivative of time.
///
/// State: x (without time), S, T, time since the start, time since the start of the step.
class sensitive_flow final : public flow {
public:
    /// \param change  Of data and initial weights; its other parts do not concern this flow.
    /// \throws data::input_error as reduced_flow.
    sensitive_flow(const data::moments& moments, const theory::architecture& arch,
                   const theory::initialisation& init, theory::variation change);

    [[nodiscard]] state initial() const override { return initial_; }
    void derivative(const state& x, state& dxdt) override;
    /// Errors of S are relative to one plus the size of S, both measured as changes of x.
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return true; }
    [[nodiscard]] bool keeps_time() const override { return true; }
    void settle(const state& x, state& dxdt) override;
    [[nodiscard]] double horizon(const state& x, const state& dxdt, double rtol) const override;
    [[nodiscard]] bool has_jacobian() const override { return true; }
    /// Finds second derivatives of the reduced flow by differences: only Newton's iterations use
    /// them.
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

    /// d t/d theta of the event |W_m| = level.
    ///
    /// \param x      A state at which |W_m| is at the level.
    /// \param level  The level and its derivative by theta.
    [[nodiscard]] double time_slope(const state& x, int m, const theory::dual& level);

private:
    struct part {
        int branch = 0;         // n_m
        Eigen::Index at = 0;    // first number of the modality in x: z or w
        Eigen::Index size = 0;  // numbers in x
        [[nodiscard]] bool polar() const { return branch >= 2; }
    };
    [[nodiscard]] const state& reduced(const state& x, Eigen::Index from, double time) const;
    void look_at(const state& x);
    void find_push(const state& x);
    [[nodiscard]] double log_norm_slope(const state& x, std::size_t m,
                                        const Eigen::Ref<const Eigen::VectorXd>& along) const;
    [[nodiscard]] double log_trunk_slope(const state& x,
                                         const Eigen::Ref<const Eigen::VectorXd>& along) const;
    [[nodiscard]] double log_weight_slope(const state& x, std::size_t m,
                                          const Eigen::Ref<const Eigen::VectorXd>& along) const;
    [[nodiscard]] double difference_step(const state& x, const part& p, Eigen::Index i) const;

    reduced_flow base_;
    const data::moments* moments_;
    theory::variation change_;
    int shared_;
    double trunk_excess_;
    std::vector<part> parts_;
    Eigen::Index active_ = 0;  // numbers in x
    state initial_;
    mutable state reduced_;
    // Values at the state that was looked at last.
    state speed_;               // of x and time
    Eigen::MatrixXd jacobian_;  // df/dx
    Eigen::VectorXd push_;      // df/dtheta at fixed x
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_push_;  // dE/dtheta at fixed x
    Eigen::VectorXd norms_;          // u_m
    Eigen::VectorXd shares_;         // u_m/u_f
    double trunk_push_ = 0;          // d ln u_f/dtheta at fixed x
};

}  // namespace fusionflow::solver
