#include "fusionflow/solver/updates/pieces.hpp"

namespace fusionflow::solver {

/// v <- M v + G,  W <- W - eta v,  from v = 0: torch.optim.SGD(momentum=M). Slow growth is
/// 1/(1 - M) times as fast as by gradient descent. \see tests/solver/updates_test.cpp
extern const update_rule momentum_rule = {
    .name = "momentum",
    .about = "gradient descent with momentum M",
    .parameter = {.letter = "M",
                  .usual = 0.9,
                  .range = "0 <= M < 1",
                  .legal = [](double m) { return m >= 0 && m < 1; }},
    .begin = [](const update_start& start) -> update {
        return with_velocity(start,
                             [](const auto& /*g*/, const auto& v, double /*m*/) { return v; });
    }};

}  // namespace fusionflow::solver
