#pragma once

#include <cmath>
#include <deque>
#include <vector>

#include "fusionflow/solver/compact/truncated.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

// Compressed and sampled networks beside full ones.
namespace fusionflow::tests {

/// The model of the tables in docs/theory.md: depth 4, toy data, gaussian weights.
struct deep_toy {
    data::moments moments;
    theory::architecture arch;
    theory::initialisation init;
};

inline deep_toy deep_toy_fused_at(int fusion, double u0, std::int64_t width) {
    return {toy(0.5, 2),
            theory::architecture::fused(4, fusion, 2),
            {.u0 = u0, .drawn = tests::scheme::gaussian, .width = width}};
}

inline solver::weighted_network draw_full(const data::moments& moments,
                                          const theory::architecture& arch,
                                          const theory::initialisation& init, std::uint64_t seed) {
    const solver::network_shape shape(moments.dims(), solver::hidden_widths::of(arch, init),
                                      moments.outputs());
    return {shape, solver::draw_weights(shape, moments, init, seed)};
}

/// max over t and m of |W_m(t) - full W_m(t)| of each small network, along gradient descent.
inline std::vector<double> deviations(const data::moments& moments,
                                      const solver::weighted_network& full,
                                      const std::vector<solver::weighted_network>& small, int steps,
                                      double rate) {
    std::deque<solver::network_descent> all;
    all.emplace_back(full.shape, moments, full.weights, solver::descent_law{rate});
    for (const auto& n : small) {
        all.emplace_back(n.shape, moments, n.weights, solver::descent_law{rate});
    }
    std::vector<double> apart(small.size(), 0);
    for (int step = 0; step <= steps; ++step) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (step > 0) {
                all[i].step();
            }
            for (int m = 0; m < moments.count() && i > 0; ++m) {
                const double d = (moments.part(all[i].total_weights(), m) -
                                  moments.part(all[0].total_weights(), m))
                                     .norm();
                apart[i - 1] = d <= apart[i - 1] ? apart[i - 1] : d;
            }
        }
    }
    return apart;
}

}  // namespace fusionflow::tests
