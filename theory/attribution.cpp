#include "fusionflow/theory/attribution.hpp"

#include <algorithm>
#include <bit>

#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/fixed_points.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

namespace {

// R^2 of every subset, indexed by its bits.
std::vector<double> explained_shares(const data::moments& moments) {
    const auto subsets = 1U << static_cast<unsigned>(moments.count());
    std::vector<double> shares(subsets, 0.0);
    for (unsigned bits = 1; bits < subsets && moments.target_power() > 0; ++bits) {
        data::modality_set set;
        for (int m = 0; m < moments.count(); ++m) {
            if (((bits >> static_cast<unsigned>(m)) & 1U) != 0) {
                set.push_back(m);
            }
        }
        shares[bits] = solve_partial(moments, set).explained / moments.target_power();
    }
    return shares;
}

}  // namespace

attribution attribute(const data::moments& moments) {
    const int count = moments.count();
    data::need(count <= most_modalities_for_subsets, "moments",
               "need at most {} modalities for Shapley values, got {}", most_modalities_for_subsets,
               count);
    const std::vector<double> shares = explained_shares(moments);
    const auto all = static_cast<unsigned>(shares.size() - 1);

    attribution result;
    result.total = shares[all];
    for (int m = 0; m < count; ++m) {
        const unsigned bit = 1U << static_cast<unsigned>(m);
        result.alone.push_back(shares[bit]);
        result.conditional_gain.push_back(shares[all] - shares[all & ~bit]);
        double value = 0;
        for (unsigned set = 0; set <= all; ++set) {
            if ((set & bit) != 0) {
                continue;
            }
            // Share of the orders in which exactly `set` comes before m: |K|! (M-|K|-1)! / M!
            const int before = std::popcount(set);
            double weight = 1.0 / count;
            for (int i = 0; i < before; ++i) {
                weight *= static_cast<double>(i + 1) / (count - 1 - i);
            }
            value += weight * (shares[set | bit] - shares[set]);
        }
        result.shapley.push_back(value);
    }
    return result;
}

bool superficial_preference(const attribution& a, const data::modality_set& first) {
    const double best = *std::max_element(a.alone.begin(), a.alone.end());
    return std::none_of(first.begin(), first.end(), [&](int m) {
        return a.alone[static_cast<std::size_t>(m)] >= best * (1 - 1e-12);
    });
}

}  // namespace fusionflow::theory
