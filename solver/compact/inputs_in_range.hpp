#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/networks/network.hpp"

namespace fusionflow::solver {

/// The inputs of each modality along the directions in which they vary, z_m = V_m^T x_m.
///
/// Columns of V_m are an orthonormal basis of the range of Sigma_mm. A linear network is the same
/// function of time on z as on x, from first layers W_1 V_m: what its first layers do to other
/// directions never acts on the data and never moves. W on the inputs x is W V_m^T, without the
/// part of the initial weights along those other directions.
///
/// \see docs/numerics.md#wide-data; tests/solver/inputs_in_range_test.cpp
struct inputs_in_range {
    data::moments moments;               ///< of z
    std::vector<Eigen::MatrixXd> bases;  ///< V_m, D_m x rank of Sigma_mm, at least one column

    /// The network on z that is the same function as `network` on x.
    ///
    /// \param network  On x, without biases.
    [[nodiscard]] weighted_network on_range(const weighted_network& network) const;

    /// Writes all total weights of an answer about z as weights on x. The network that was trained
    /// stays one on z.
    void write_on_inputs(answer& found) const;
};

/// \return Null where there are few inputs, or nearly as many directions in which they vary.
[[nodiscard]] std::shared_ptr<const inputs_in_range> find_inputs_in_range(
    const data::moments& moments);

}  // namespace fusionflow::solver
