#include "fusionflow/theory/architecture.hpp"

#include <algorithm>

#include "fusionflow/data/need.hpp"

namespace fusionflow::theory {

namespace {

constexpr int most_layers = 1000;

}  // namespace

architecture::architecture(std::vector<int> branches, int shared)
    : branches_(std::move(branches)), shared_(shared) {
    data::need(!branches_.empty(), "branches", "need at least one branch, got none");
    for (const int n : branches_) {
        data::need(n >= 1 && n <= most_layers, "branches", "need 1 <= n <= {}, got {}", most_layers,
                   n);
    }
    data::need(shared_ >= 0 && shared_ <= most_layers, "shared", "need 0 <= p <= {}, got {}",
               most_layers, shared_);
}

architecture architecture::fused(int depth, int fusion, int modalities) {
    data::need(depth >= 1 && depth <= most_layers, "depth", "need 1 <= L <= {}, got {}",
               most_layers, depth);
    data::need(fusion >= 1 && fusion <= depth, "fusion", "need 1 <= L_f <= L = {}, got {}", depth,
               fusion);
    return {std::vector<int>(static_cast<std::size_t>(std::max(modalities, 0)), fusion),
            depth - fusion};
}

bool architecture::two_layer_late() const {
    return shared_ == 0 &&
           std::all_of(branches_.begin(), branches_.end(), [](int n) { return n == 2; });
}

data::modality_set architecture::closure(const data::modality_set& learned) const {
    if (learned.empty() && shared_ > 0) {
        return learned;
    }
    data::modality_set closed = learned;
    for (int m = 0; m < count(); ++m) {
        if (branch(m) == 1) {
            closed = data::with(closed, m);
        }
    }
    return closed;
}

void architecture::match(const data::moments& moments) const {
    data::need(moments.count() == count(), "branches",
               "need one branch per modality, got {} for {} modalities", count(), moments.count());
}

}  // namespace fusionflow::theory
