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

/// Aligned weights that are learned when networks of the scheme are.
///
/// balanced: the weights themselves: u_m(0) along initial_directions() and in each branch layer,
/// u_f in the trunk.
///
/// Schemes that keep norms (gaussian), large width H: first and last layers act with their norms a
/// and b; the r = L - 2 layers between them, which move a unit vector by eps = u0/sqrt(H) only, by
/// what grows out of them. One of them starts at 0, so that the total weight does too and may take
/// either sign; the others at A, such that the chain blows up when the random layers do:
///
///     r = 2:   A^2 = eps_1^2 + eps_2^2
///     r >= 3:  A^(r-2) = B(1/2, r/2 - 1)/(2 T(eps_1 ... eps_r))
///
/// with T = blow_up_time(). r = 0: A^2 = a^2 + b^2 in the second layer, 0 in the first.
///
/// \return  Nothing but a reason where trunks of two layers or more meet branches of three or more,
///          or branches of different depth; for paths of more than ten layers; for other schemes.
/// \throws data::input_error if sizes differ or a rule of `init` is broken, and naming correlation
///         where there are several targets.
/// \see docs/width-law.md#start; tests/theory/effective_start_test.cpp
[[nodiscard]] effective_start aligned_start(const data::moments& moments, const architecture& arch,
                                            const initialisation& init);

/// Why no aligned start is known for a network; empty where there is one.
[[nodiscard]] std::string missing_start(const architecture& arch, const initialisation& init);

}  // namespace fusionflow::theory
