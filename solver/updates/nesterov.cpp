#include "fusionflow/solver/updates/pieces.hpp"

namespace fusionflow::solver {

/// v <- M v + G,  W <- W - eta (G + M v),  from v = 0: torch.optim.SGD(momentum=M, nesterov=True).
/// \see tests/solver/updates_test.cpp
extern const update_rule nesterov_rule = {
    .name = "nesterov",
    .about = "gradient descent with Nesterov's momentum M",
    .parameter = {.letter = "M",
                  .usual = 0.9,
                  .range = "0 < M < 1",
                  .legal = [](double m) { return m > 0 && m < 1; }},
    .begin = [](const update_start& start) -> update {
        return with_velocity(start,
                             [](const auto& g, const auto& v, double m) { return g + m * v; });
    }};

}  // namespace fusionflow::solver
