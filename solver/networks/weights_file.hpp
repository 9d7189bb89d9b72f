#pragma once

#include <string>
#include <vector>

#include "fusionflow/data/readers/npz.hpp"
#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"

// A network's weights as arrays with names, for .npz files.
//
// `<modality>.1`, `<modality>.2`, ... from the input up, then `trunk.1`, ..., each (units above) x
// (units below), as torch.nn.Linear.weight. Biases are vectors: `<modality>.1.bias`, ... of hidden
// units; `fusion.bias` where branches meet (in late fusion the output); `trunk.1.bias`, ...
namespace fusionflow::solver {

/// Refuses modalities whose arrays could not be told from the trunk's.
///
/// \throws data::input_error naming names.
void require_array_names(const std::vector<std::string>& names, const theory::architecture& arch);

/// The weights of a network as named arrays.
///
/// \param names       Names of the modalities.
/// \param parameters  Weights in the layout of `shape`, then the biases, or none (sample_network).
/// \throws data::input_error as require_array_names(), or naming weights if their number is wrong.
/// \see docs/file-formats.md#weights; tests/solver/weights_file_test.cpp
[[nodiscard]] data::named_arrays weights_to_arrays(const std::vector<std::string>& names,
                                                   const network_shape& shape,
                                                   const state& parameters);

/// The network that arrays describe; its widths are those of the arrays.
///
/// \param dims    D_m.
/// \param biases  True: read biases too; they follow the weights in the result.
/// \param source  Where the arrays come from, for messages.
/// \param outputs Targets K.
/// \throws data::input_error naming weights: an array is missing, of another shape or too much; or
///         as require_array_names() and network_shape.
[[nodiscard]] weighted_network weights_from_arrays(const data::named_arrays& arrays,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<int>& dims,
                                                   const theory::architecture& arch, bool biases,
                                                   const std::string& source,
                                                   Eigen::Index outputs = 1);

/// The initialisation that stands for given weights in theory: gaussian of the same widths, with
/// u0^2 the mean of |W_j|^2 (Frobenius) over the layers of the branches. It serves only to tell
/// which saddles are expected.
///
/// \throws data::input_error naming weights where all of the branches are zero.
[[nodiscard]] theory::initialisation like_weights(const weighted_network& network);

}  // namespace fusionflow::solver
