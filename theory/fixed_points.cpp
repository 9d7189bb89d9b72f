#include "fusionflow/theory/fixed_points.hpp"

#include <algorithm>

#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::theory {

std::vector<partial_solution> fixed_points(const data::moments& moments, const architecture& arch,
                                           double weight_decay) {
    arch.match(moments);
    const int count = moments.count();
    data::need(count <= most_modalities_for_subsets, "moments",
               "need at most {} modalities to list all subsets, got {}",
               most_modalities_for_subsets, count);
    std::vector<data::modality_set> sets;
    for (unsigned bits = 0; bits < (1U << static_cast<unsigned>(count)); ++bits) {
        data::modality_set set;
        for (int m = 0; m < count; ++m) {
            if (((bits >> static_cast<unsigned>(m)) & 1U) != 0) {
                set.push_back(m);
            }
        }
        if (arch.closure(set) == set) {
            sets.push_back(std::move(set));
        }
    }
    std::stable_sort(sets.begin(), sets.end(), [](const auto& a, const auto& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    std::vector<partial_solution> points;
    points.reserve(sets.size());
    for (const auto& set : sets) {
        points.push_back(solve_partial(moments, set, arch, weight_decay));
    }
    return points;
}

}  // namespace fusionflow::theory
