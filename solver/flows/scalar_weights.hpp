#pragma once

#include <array>
#include <type_traits>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/theory/architecture.hpp"

namespace fusionflow::solver {

/// Total weights of the reduced flow where every modality is a scalar, as in most tables. They are
/// written out in squares of norms, so that a root or a logarithm is taken only where the branch
/// needs one. \see solver/flows/reduced_flow.hpp for the formulas
class scalar_weights {
public:
    /// Stands for no model: any() is false.
    scalar_weights() = default;

    /// \param directions    +1 or -1 for each modality.
    /// \param trunk_excess  c in u_f^2 = sum_m u_m^2 + c.
    scalar_weights(const data::moments& moments, const theory::architecture& arch,
                   const Eigen::VectorXd& directions, double trunk_excess);

    [[nodiscard]] bool any() const noexcept { return !branches_.empty(); }

    /// \param x            Potentials, or for branches of one layer weights; then time.
    /// \param weights      Receives W.
    /// \param trunk_power  Receives u_f^p.
    /// \return  False where this is not such a model, or norms are so small that their squares lose
    ///          digits: nothing is done then.
    [[nodiscard]] bool total_weights(const state& x, Eigen::VectorXd& weights, double& trunk_power);

    /// The speeds of the potentials, and of time.
    /// \return  As total_weights().
    [[nodiscard]] bool derivative(const state& x, state& dxdt);

    /// The derivatives of the speeds of the potentials.
    /// \return  As total_weights().
    [[nodiscard]] bool jacobian(const state& x, Eigen::MatrixXd& j);

private:
    // What a state stands for. N is the number of modalities, if known at compile time.
    static constexpr std::size_t any_number = 0;
    template <std::size_t N>
    using numbers = std::conditional_t<N == any_number, std::vector<double>, std::array<double, N>>;
    template <std::size_t N>
    struct sizes {
        numbers<N> squares;       // u_m^2
        numbers<N> weights;       // |W_m|; of a branch of one layer W_m itself
        double trunk_square = 0;  // u_f^2
        double trunk_power = 1;   // u_f^p
    };
    template <std::size_t N, typename Function>
    void each(const Function& f) const;
    // False where squares would lose digits.
    template <std::size_t N>
    [[nodiscard]] bool find(const double* x, sizes<N>& found) const;
    template <std::size_t N>
    [[nodiscard]] bool find_weights(const double* x, sizes<N>& found, double* weights) const;
    template <std::size_t N>
    [[nodiscard]] bool find_speeds(const double* x, sizes<N>& found, double* speeds) const;
    template <std::size_t N>
    void set_slopes(const double* x, const sizes<N>& at, Eigen::MatrixXd& j) const;
    template <std::size_t N>
    [[nodiscard]] std::size_t count() const {
        return N == any_number ? branches_.size() : N;
    }

    std::vector<int> branches_;
    std::vector<double> signs_;
    std::vector<double> correlation_;  // along the directions
    std::vector<double> covariance_;   // between the directions, by rows
    int shared_ = 0;
    double trunk_excess_ = 0;
    sizes<any_number> room_;  // so that nothing is allocated later
};

}  // namespace fusionflow::solver
