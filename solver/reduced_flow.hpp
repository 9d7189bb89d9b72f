#pragma once

#include <vector>

#include "data/moments.hpp"
#include "solver/flow.hpp"
#include "theory/architecture.hpp"
#include "theory/initialisation.hpp"

namespace fusionflow::solver {

/// The flow of balanced, aligned networks in log-polar form (docs/theory.md#reduced-flow).
///
///     w_m = e^{v_m} d_m,   dv_m/dt = u_m^{n-2} u_f^p (E_m d_m),
///     dd_m/dt = u_m^{n-2} u_f^p (I - d_m d_m^T) E_m^T,   u_f^2 = sum_m u_m^2 + c
///
/// State: v_m then d_m (d_m only where D_m > 1; a scalar keeps its sign). Branches of one layer can
/// pass through zero and are kept as w_m itself.
class reduced_flow final : public flow {
public:
    /// \throws data::input_error if sizes differ or a rule of `init` is broken.
    reduced_flow(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init);

    [[nodiscard]] state initial() const override { return initial_; }
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return true; }

private:
    struct part {
        int branch = 0;      // n_m
        int dim = 0;         // D_m
        std::size_t at = 0;  // first number of the modality in the state
        bool polar = true;   // log-polar rather than w itself
        double sign = 1;     // of a scalar in log-polar form
    };
    // ln u_m of all modalities and ln u_f.
    void log_norms(const state& x);
    void direction(const state& x, int m, Eigen::VectorXd& d) const;

    const data::moments* moments_;
    std::vector<part> parts_;
    int shared_;
    double trunk_excess_;
    state initial_;
    std::vector<double> log_norm_;
    double log_trunk_ = 0;
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
    Eigen::VectorXd direction_;
};

}  // namespace fusionflow::solver
