#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/residual_rounding.hpp"
#include "fusionflow/solver/flows/scalar_weights.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::solver {

/// The flow of balanced, aligned networks in the fusion clock c, dc = u_f^p dt / tau
/// (docs/theory.md#fusion-clock), in which the potential of a waiting modality falls linearly:
///
///     dz_m/dc = E_m d_m,   dd_m/dc = u_m^(n-2) (I - d_m d_m^T) E_m^T,   dt/dc = u_f^(-p),
///     z = ln u (n = 2),  -u^(2-n)/(n-2) (n > 2),   u_f^2 = sum_m u_m^2 + c_0
///
/// State: z_m then d_m (d_m only where D_m > 1; a scalar keeps its sign), last the time. Branches
/// of one layer can pass through zero and are kept as w_m itself, dw_m/dc = E_m^T.
class reduced_flow final : public flow {
public:
    /// \throws data::input_error if sizes differ, a rule of `init` is broken, or potentials or
    ///         times would be beyond the range of numbers (naming init).
    reduced_flow(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init);

    [[nodiscard]] state initial() const override { return initial_; }
    [[nodiscard]] std::size_t size() const override { return initial_.size(); }
    void derivative(const state& x, state& dxdt) override;
    [[nodiscard]] double relative_error(const state& x, const state& error) const override;
    void total_weights(const state& x, Eigen::VectorXd& weights) override;
    void branch_norms(const state& x, Eigen::VectorXd& norms) const override;
    [[nodiscard]] bool keeps_signs() const override { return true; }
    [[nodiscard]] bool keeps_time() const override { return true; }
    void settle(const state& x, state& dxdt) override;
    /// So bounded, steps keep the potentials of branches of more than two layers above zero.
    [[nodiscard]] double horizon(const state& x, const state& dxdt, double rtol) const override;
    [[nodiscard]] bool waits() const override;
    [[nodiscard]] bool has_jacobian() const override { return true; }
    void jacobian(const state& x, Eigen::MatrixXd& j) override;

private:
    struct part {
        int branch = 0;           // n_m
        int dim = 0;              // D_m
        std::size_t at = 0;       // first number of the modality in the state
        Eigen::Index offset = 0;  // and among the D inputs
        bool polar = true;        // potential and direction rather than w itself
        int size = 0;             // numbers in the state
        double sign = 1;          // of a scalar in polar form
        [[nodiscard]] double norm(double z) const;
    };
    void find_norms(const state& x);
    void find_residual(const state& x);
    [[nodiscard]] bool is_slow(const state& dxdt) const;
    [[nodiscard]] double small_trunk() const;
    [[nodiscard]] double weight_size(std::size_t m) const;
    static void direction(const state& x, const part& p, Eigen::VectorXd& d);
    [[nodiscard]] double trunk_norm(const state& x) const;
    void add_residual_slopes(const state& x, int m);
    void add_trunk_slopes(const state& x);
    void set_rows(const state& x, int m, Eigen::MatrixXd& j) const;

    const data::moments* moments_;
    std::vector<part> parts_;
    int shared_;
    double trunk_excess_;
    state initial_;
    scalar_weights scalars_;
    // Values at the state that was looked at last.
    std::vector<double> norms_;  // u_m
    double trunk_ = 0;           // u_f
    double trunk_power_ = 1;     // u_f^p
    Eigen::VectorXd weights_;
    Eigen::VectorXd residual_;
    residual_rounding rounding_;
    Eigen::VectorXd terms_;             // terms of the residual, as settle() last found them
    Eigen::VectorXd found_;             // room for settle()
    Eigen::VectorXd left_over_;         // rounding of residuals at rest, which is taken off them
    bool rests_ = false;                // there is such a residual
    Eigen::VectorXd direction_;         // signs of polar scalars, for others d_m or w_m
    Eigen::MatrixXd residual_slopes_;   // dE/dx
    Eigen::VectorXd log_trunk_slopes_;  // d ln u_f / dx
};

}  // namespace fusionflow::solver
