#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fusionflow::data {

/// A set of modalities: their indices, ascending, each once.
using modality_set = std::vector<int>;

[[nodiscard]] bool contains(const modality_set& set, int modality);

/// The set with a modality added; unchanged if it is in it already.
[[nodiscard]] modality_set with(modality_set set, int modality);

/// The union of two sets.
[[nodiscard]] modality_set united(modality_set a, const modality_set& b);

/// The set of all modalities, 0 ... count-1.
[[nodiscard]] modality_set all_modalities(int count);

/// Names for modalities that have none: A ... Z, then M27, M28 and so on.
[[nodiscard]] std::vector<std::string> default_names(std::size_t count);

}  // namespace fusionflow::data
