#pragma once

#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::theory {

/// Some entries of a layer whose entries are drawn independently.
struct layer_entries {
    double share;      ///< 1 below the fusion; M for the fusing matrix [W_1 ... W_M] and the trunk
    double rows;       ///< of the layer: units above; real, since rows x columns may be 1e24
    double columns;    ///< units below; of the fusing matrix those of all branches together
    double count = 1;  ///< how many entries are meant
};

/// How initial weights are drawn. Each scheme stands in a file of its own in theory/schemes/ and in
/// the list of theory/schemes/schemes.cpp, and nowhere else. \see docs/theory.md#initialisation
struct scheme {
    std::string_view name;   ///< as in `--scheme`
    std::string_view about;  ///< one line
    /// Weights are aligned, of rank one (K with K targets) and balanced: branch layers of norm
    /// u_m(0), the trunk's of u_f. Otherwise entries are independent and normal, and power() is
    /// theirs.
    bool balanced = false;
    /// What the squares of `of.count` entries add up to in the mean, in units of u0^2; of one entry
    /// that is its variance. Null of balanced schemes.
    double (*power)(const layer_entries& of) = nullptr;
    /// Weights are proportional to u0. Otherwise u0 has no say, and power() is in units of 1.
    bool scaled = true;
    /// All entries of a layer have power() = share, whatever its size. Layers of a large width H
    /// move a vector by u0/sqrt(H) only then, which is what the width law and the chain flow are
    /// derived for (docs/width-law.md).
    bool keeps_norms = false;
};

/// The scheme of networks that the reduced flow stands for.
extern const scheme balanced_scheme;

/// All schemes.
[[nodiscard]] data::named_list<scheme> schemes();

}  // namespace fusionflow::theory
