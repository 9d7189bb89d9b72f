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
        return [=, velocity = Eigen::ArrayXd(Eigen::ArrayXd::Zero(start.parameters))](
                   Eigen::Ref<Eigen::ArrayXd> parameters,
                   const Eigen::Ref<const Eigen::ArrayXd>& gradient, double rate) mutable {
            for_each_piece(start, parameters, gradient,
                           [&](Eigen::Index first, Eigen::Index count, const auto& g) {
                               auto v = velocity.segment(first, count);
                               v = start.number * v + g;
                               parameters.segment(first, count) -= rate * (g + start.number * v);
                           });
        };
    }};

}  // namespace fusionflow::solver
