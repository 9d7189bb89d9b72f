#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

namespace fusionflow::theory {

/// Initial weights of an aligned network: one number per layer, a vector for the first of a branch.
struct aligned_weights {
    std::vector<Eigen::VectorXd> first;         ///< w_m, D_m numbers each
    std::vector<std::vector<double>> branches;  ///< further layers of branch m: n_m - 1 numbers
    std::vector<double> trunk;                  ///< p numbers, from the fusion up
};

/// Aligned weights that stand for a draw, or why there are none.
struct effective_start {
    aligned_weights weights;
    std::string missing;  ///< not empty: no aligned start is known, and why; weights are empty then
};

/// Aligned weights that learn each modality at the time at which networks of the scheme do.
///
/// balanced: the weights themselves: u_m(0) along initial_directions() and in each branch layer,
/// u_f in the trunk.
///
/// Schemes that keep norms (gaussian), large width H: first and last layers act with their norms a
/// and b. The r = L - 2 layers between them take a unit vector to a norm of eps = u0/sqrt(H) only,
/// and act by what grows in them. One of them starts at 0, so that the total weight does too and
/// may take either sign; the others start at A, which makes the chain blow up when the random
/// layers do:
///
///     r = 2:   A^2 = eps_1^2 + eps_2^2
///     r >= 3:  A^(r-2) = B(1/2, r/2 - 1)/(2 T(eps_1 ... eps_r))
///
/// with T = blow_up_time(). r = 0: A^2 = a^2 + b^2 in the second layer, 0 in the first.
///
/// \return  Only a reason where a trunk of two layers or more meets branches of three or more or of
///          different depths; for paths of more than ten layers, hidden layers with widths of their
///          own, and other schemes.
/// \throws data::input_error if sizes differ or a rule of `init` is broken, and naming correlation
///         where there are several targets.
/// \see docs/width-law.md#start; tests/theory/effective_start_test.cpp
[[nodiscard]] effective_start aligned_start(const data::moments& moments, const architecture& arch,
                                            const initialisation& init);

/// Why no aligned start is known for a network; empty where there is one.
[[nodiscard]] std::string missing_start(const architecture& arch, const initialisation& init);

}  // namespace fusionflow::theory
