#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

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

    /// \throws data::input_error naming init, width, widths, branch_norms or trunk_excess.
    void validate(int modalities) const;

    /// Units of the last hidden layer: all there is in two-layer networks.
    [[nodiscard]] std::int64_t last_width() const { return widths.empty() ? width : widths.back(); }

    /// u_m(0).
    [[nodiscard]] double norm(int m) const;

    [[nodiscard]] bool balanced() const noexcept { return drawn->balanced; }

    /// What all weights are proportional to: u0, or 1 where the scheme gives u0 no say.
    [[nodiscard]] double scale() const noexcept { return drawn->scaled ? u0 : 1; }

    /// Root of what the squares of some entries of a layer add up to in the mean: of one entry its
    /// standard deviation. Not of balanced schemes.
    [[nodiscard]] double norm_of(const layer_entries& entries) const;

    /// The same with all weights divided by scale().
    [[nodiscard]] initialisation of_size_one() const;
};

/// \throws data::input_error naming widths unless they are none, or one per hidden layer on the
///         longest path.
void require_widths(const architecture& arch, const initialisation& init);

/// True where times fit in a double: phases of m last about u_m(0)^(2 - n_m - p), and the speed of
/// time on the fusion clock is u_f^(-p); 1e295 is the most that they may be.
[[nodiscard]] bool in_range(const architecture& arch, const initialisation& init);

/// Refuses what is not in_range().
///
/// \throws data::input_error naming init, with log10 of the longest of them, where it is above 295.
void require_range(const architecture& arch, const initialisation& init);

/// Refuses what no race starts from: sizes that differ, a broken rule of `init`, require_range().
///
/// \throws data::input_error as architecture::match(), initialisation::validate(), require_range().
void require_start(const data::moments& moments, const architecture& arch,
                   const initialisation& init);

/// Unit vectors w_m(0)/u_m(0), stacked (D numbers): along s_m; where s_m = 0 along the residual
/// that is left when all others are learned; where that is zero too, the first axis.
///
/// Of K targets the same with polar factors in place of unit vectors, K x D_m with singular values
/// of 1 (K D numbers): s_m = P O_m, P positive semi-definite. Where s_m is rank-deficient, as its
/// singular value decomposition completes them.
[[nodiscard]] Eigen::VectorXd initial_directions(const data::moments& moments);

/// The norm with which modality m starts to grow, on average over draws. In two-layer late fusion
/// that is half of the root of (d; v)^T Q_m (d; v), Q_m the Gram matrix of its weights, of a mode
/// with input direction d and output direction v; elsewhere, and of balanced weights, it is u_m(0).
/// With standard deviations sigma_1 and sigma_2 of entries of the two layers:
///
///     sqrt(H sigma_1^2 + H sigma_2^2) / 2      gaussian: u0 sqrt(1/D_m + 1/K) / 2
///                                              gaussian-iid: u0 sqrt(H/2)
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
