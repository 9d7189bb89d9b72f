#pragma once

#include <optional>
#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::theory {

/// Some entries of a layer whose entries are drawn independently.
struct layer_entries {
    double share;      ///< 1 below the fusion; M for the fusing matrix [W_1 ... W_M] and the trunk
    double rows;       ///< units above the layer; real, since rows x columns may be 1e24
    double columns;    ///< units below it; for the fusing matrix, of all branches together
    double count = 1;  ///< number of entries
    int above = 0;     ///< layers above this one, up to the output: 0 for the last layer
    /// The modality whose branch, or whose columns of the fusing layer, they are of; absent: trunk.
    std::optional<int> branch{};
};

/// How initial weights are drawn. Each scheme stands in a file of its own in theory/schemes/ and in
/// the list of theory/schemes/schemes.cpp, and nowhere else. \see docs/theory.md#initialisation
struct scheme {
    std::string_view name;   ///< as in `--scheme`
    std::string_view about;  ///< one line
    /// Weights are aligned, of rank one (K with K targets) and balanced: branch layers of norm
    /// u_m(0), the trunk's of u_f. Otherwise entries are independent, of mean zero and of the
    /// variance that power() gives.
    bool balanced = false;
    /// Expected sum of squares of `of.count` entries, in units of u0^2; for one entry, its
    /// variance. Null for balanced schemes.
    double (*power)(const layer_entries& of) = nullptr;
    /// Entries are uniform on (-b, b), b = sqrt(3) standard deviations. Otherwise they are normal.
    bool uniform = false;
    /// Weights are proportional to u0. Otherwise they do not depend on u0, and power() has no unit.
    bool scaled = true;
    /// Weights are proportional to initialisation::gain. Only schemes that do not depend on u0 have
    /// a gain.
    bool has_gain = false;
    /// Networks have biases, drawn at random, unless initialisation::biases says otherwise.
    bool draws_biases = false;
    /// The expected squares of all entries of a layer sum to share u0^2, whatever its size. Only
    /// then do layers of a large width H take a unit vector to a norm of about u0/sqrt(H), as the
    /// width law and the chain flow assume (docs/width-law.md).
    bool keeps_norms = false;
};

/// The scheme of the networks that the reduced flow describes.
extern const scheme balanced_scheme;

/// All schemes.
[[nodiscard]] data::named_list<scheme> schemes();

}  // namespace fusionflow::theory
