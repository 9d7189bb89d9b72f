#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/theory/race/small_network.hpp"

// Growth of small weights in closed form, for the blocks that have one; grow() chooses. Arguments
// are those of grow().
namespace fusionflow::theory {

/// One block without a trunk, whose weights have one row or one column: it turns as
/// turning_factor() says.
[[nodiscard]] small_growth turn_alone(const small_block& b, double longest, double end);

/// One block of two layers without a trunk. Turning changes its modes by factors that the logarithm
/// of the leading order does not see: each goes on along the mode of the push that it has most of.
[[nodiscard]] small_growth grow_by_logarithms(const small_block& b, double longest, double end);

/// The outputs (K x K, orthonormal) in which every block has the modes of its push; empty where
/// they do not share such outputs.
[[nodiscard]] Eigen::MatrixXd shared_outputs(const std::vector<small_block>& blocks);

/// Blocks that have the modes of their pushes in the same outputs: each output is a race of
/// scalars.
///
/// \param outputs  shared_outputs() of the blocks.
[[nodiscard]] small_growth grow_separately(const std::vector<small_block>& blocks, int shared,
                                           double excess, double longest, double end,
                                           const Eigen::MatrixXd& outputs);

/// Branches of one layer below a trunk of one: they are one branch of two layers with all inputs.
[[nodiscard]] small_growth grow_side_by_side(const std::vector<small_block>& blocks,
                                             double longest);

}  // namespace fusionflow::theory
