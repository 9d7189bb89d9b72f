#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

/// How the biases of a network begin. They are trained with the weights.
enum class bias_start {
    none,   ///< "none": the network has no biases
    zero,   ///< "zero": at 0
    drawn,  ///< "drawn": uniform on (-b, b), b = 1/sqrt(fan_in) of their layer, as nn.Linear
};

/// Initial weights, as far as theory needs to know them.
struct initialisation {
    double u0 = 1e-3;  ///< norm of each branch layer (gaussian-iid: sd of an entry), > 0
    const scheme* drawn = &balanced_scheme;  ///< not null
    std::int64_t width = 100;                ///< H, units per hidden layer; 1 ... 1e12
    std::vector<std::int64_t>
        widths{};  ///< of the hidden layers on the longest path, from the input up; empty: width
    std::vector<double>
        branch_norms{};       ///< balanced only: u_m(0) where they differ; empty: u0 for all
    double trunk_excess = 0;  ///< balanced only: c in u_f^2 = sum_m u_m^2 + c, >= 0
    /// Schemes with a gain only: the factor of all weights, > 0.
    double gain = 1;
    /// Schemes that keep norms only: a norm for each layer on the longest path, from the input up,
    /// in place of u0; shorter branches take those next to the fusion. Empty: u0 for all.
    std::vector<double> layer_norms{};
    /// Factors of all weights of each branch, with its columns of the fusing layer, > 0; empty: 1.
    /// Balanced weights of the trunk follow from those of the branches.
    std::vector<double> branch_factors{};
    double trunk_factor = 1;             ///< of the trunk's weights, > 0; independent entries only
    std::optional<bias_start> biases{};  ///< absent: `drawn` where the scheme draws them, or `none`

    /// \throws data::input_error naming init, width, widths, branch_norms, trunk_excess, gain,
    ///         layer-norms, branch_factors, trunk_factor or bias.
    void validate(int modalities) const;

    /// Width of the last hidden layer; a two-layer network has no other.
    [[nodiscard]] std::int64_t last_width() const { return widths.empty() ? width : widths.back(); }

    /// Units of the hidden space that lies below `above` layers, >= 1 of them.
    [[nodiscard]] std::int64_t width_below(int above) const {
        return widths.empty() ? width : widths[widths.size() - static_cast<std::size_t>(above)];
    }

    /// u_m(0). It is the size of the layers only where has_norm().
    [[nodiscard]] double norm(int m) const;

    /// The factor of the weights of branch m.
    [[nodiscard]] double branch_factor(int m) const {
        return branch_factors.empty() ? 1 : branch_factors[static_cast<std::size_t>(m)];
    }
    /// The norm at which the race of a branch without a trunk ends: 1 in weights that the factor
    /// has not changed, so that the factor does not move the time by its logarithm.
    [[nodiscard]] double end_norm(int m) const { return branch_factor(m); }
    /// True where every part has weights of the size that the scheme gives it.
    [[nodiscard]] bool plain_factors() const noexcept;

    /// True where u0 says how large the layers are. Otherwise each layer has a size of its own,
    /// from its numbers of units or from layer_norms.
    [[nodiscard]] bool has_norm() const noexcept { return drawn->scaled && layer_norms.empty(); }

    [[nodiscard]] bool balanced() const noexcept { return drawn->balanced; }

    /// How the biases begin.
    [[nodiscard]] bias_start bias() const noexcept {
        return biases.value_or(drawn->draws_biases ? bias_start::drawn : bias_start::none);
    }

    /// The factor that all weights are proportional to: u0, the largest of layer_norms where there
    /// are any, or the gain for a scheme that does not use u0.
    [[nodiscard]] double scale() const noexcept;

    /// Expected sum of squares of some entries of a layer, in units of scale()^2.
    [[nodiscard]] double power(const layer_entries& entries) const;

    /// Root of the expected sum of squares of some entries of a layer; for one entry, its standard
    /// deviation. Balanced schemes have none.
    [[nodiscard]] double norm_of(const layer_entries& entries) const;

    /// These initial weights divided by scale().
    [[nodiscard]] initialisation of_size_one() const;
};

/// \throws data::input_error naming widths unless the list is empty or has one number per hidden
///         layer on the longest path; layer-norms likewise, with one number per layer.
void require_widths(const architecture& arch, const initialisation& init);

/// Expected Frobenius norms of the layers on the path of modality m, from the input up, for schemes
/// of independent entries. The fusing layer is the whole matrix [W_1 ... W_M].
[[nodiscard]] std::vector<double> expected_norms(const data::moments& moments,
                                                 const architecture& arch,
                                                 const initialisation& init, int m);

/// Why the formulas of networks of more than two layers have no time for these initial weights:
/// they stand for layers that all begin with one norm, below 1. Empty where they have one.
[[nodiscard]] std::string missing_norm(const data::moments& moments, const architecture& arch,
                                       const initialisation& init, int m);

/// True where times fit in a double: a phase of m lasts about u_m(0)^(2 - n_m - p), and time runs
/// as u_f^(-p) on the fusion clock; neither may exceed 1e295. Layers without a common norm, for
/// which no formula gives a time but in two-layer late fusion, are always in range.
[[nodiscard]] bool in_range(const architecture& arch, const initialisation& init);

/// Refuses a model that is not in_range().
///
/// \throws data::input_error naming init, with log10 of the time that is too long.
void require_range(const architecture& arch, const initialisation& init);

/// Refuses a model that no race starts from: sizes differ, `init` breaks a rule, or the model is
/// not in_range().
///
/// \throws data::input_error as architecture::match(), initialisation::validate(), require_range().
void require_start(const data::moments& moments, const architecture& arch,
                   const initialisation& init);

/// Unit vectors w_m(0)/u_m(0), stacked (D numbers). Each points along s_m; where s_m = 0, along the
/// residual that is left when all others are learned; where that is zero too, along the first axis.
///
/// With K targets they are polar factors O_m, K x D_m with singular values of 1 (K D numbers in
/// all): s_m = P O_m, P positive semi-definite. Where s_m is rank-deficient, its singular value
/// decomposition completes O_m.
[[nodiscard]] Eigen::VectorXd initial_directions(const data::moments& moments);

/// The norm with which modality m starts to grow, on average over draws. In two-layer late fusion
/// it is sqrt((d; v)^T Q_m (d; v)) / 2 for a mode with input direction d and output direction v,
/// Q_m being the Gram matrix of its weights; elsewhere, and for balanced weights, it is u_m(0).
/// With standard deviations sigma_1 and sigma_2 of the entries of the two layers:
///
///     sqrt(H sigma_1^2 + H sigma_2^2) / 2      gaussian: u0 sqrt(1/D_m + 1/K) / 2
///                                              gaussian-iid: u0 sqrt(H/2)
///
/// In deeper networks whose layers have no common norm it is the geometric mean of
/// expected_norms(), at least 1e-6. It serves only to order the saddles that runs expect.
[[nodiscard]] double effective_norm(const data::moments& moments, const architecture& arch,
                                    const initialisation& init, int m);

/// Expected Gram matrices Q_m = Theta_m Theta_m^T, Theta_m = [W1_m^T; w2_m], of a two-layer late
/// network: (D_m+1) x (D_m+1) each, stacked as a vector. Unit: weight squared.
///
///     balanced:             u_m(0)^2 (d;1)(d;1)^T
///     independent entries:  H diag(sigma_1^2, ..., sigma_1^2, sigma_2^2)
///                           gaussian: diag(u0^2/D_m, ..., u0^2/D_m, u0^2), gaussian-iid: H u0^2 I
[[nodiscard]] std::vector<Eigen::MatrixXd> expected_grams(const data::moments& moments,
                                                          const initialisation& init);

}  // namespace fusionflow::theory
