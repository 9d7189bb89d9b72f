#pragma once

#include <vector>

#include "fusionflow/data/modality_set.hpp"
#include "fusionflow/data/moments.hpp"

namespace fusionflow::theory {

/// Depths of a fusion network: one branch of n_m layers per modality, a shared trunk of p layers.
///
/// Path m has n_m + p layers. The paper's network of depth L fused at layer L_f has n_m = L_f for
/// all m and p = L - L_f; L_f = 1 is early fusion, L_f = L late fusion.
class architecture {
public:
    /// \param branches  n_m, one per modality, each 1 ... 1000.
    /// \param shared    p, 0 ... 1000.
    /// \throws data::input_error naming branches or shared.
    architecture(std::vector<int> branches, int shared);

    /// The paper's network.
    /// \param depth       L >= 1.
    /// \param fusion      L_f, 1 <= L_f <= L.
    /// \param modalities  M >= 1.
    /// \throws data::input_error naming depth or fusion.
    [[nodiscard]] static architecture fused(int depth, int fusion, int modalities);

    [[nodiscard]] int count() const noexcept { return static_cast<int>(branches_.size()); }
    /// n_m
    [[nodiscard]] int branch(int m) const { return branches_[static_cast<std::size_t>(m)]; }
    [[nodiscard]] const std::vector<int>& branches() const noexcept { return branches_; }
    /// p
    [[nodiscard]] int shared() const noexcept { return shared_; }
    /// n_m + p
    [[nodiscard]] int depth(int m) const { return branch(m) + shared_; }
    /// Two layers on every path and no trunk: late fusion at L = 2.
    [[nodiscard]] bool two_layer_late() const;

    /// The smallest set that contains `learned` and has a saddle: no saddle keeps branches of one
    /// layer waiting once the trunk has grown, or where there is no trunk.
    [[nodiscard]] data::modality_set closure(const data::modality_set& learned) const;

    /// \throws data::input_error naming branches if the number of modalities differs.
    void match(const data::moments& moments) const;

private:
    std::vector<int> branches_;
    int shared_;
};

}  // namespace fusionflow::theory
