#pragma once

#include <algorithm>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// Numbers of a piece of the parameters: a few arrays of so many stay in the first-level cache.
inline constexpr Eigen::Index piece_numbers = 512;

/// The gradient of a piece, with weight decay.
using piece_gradient = Eigen::Array<double, Eigen::Dynamic, 1, 0, piece_numbers, 1>;

/// Calls `step(first, count, gradient)` for all pieces of the parameters, with the gradient of the
/// loss and of lambda/2 |W|^2. Rules of several arrays so pass once over memory.
template <typename Step>
void for_each_piece(const update_start& start, const Eigen::Ref<Eigen::ArrayXd>& parameters,
                    const Eigen::Ref<const Eigen::ArrayXd>& gradient, const Step& step) {
    piece_gradient decayed;
    const auto pieces = [&](Eigen::Index first, Eigen::Index last, double decay) {
        while (first < last) {
            const Eigen::Index count = std::min(piece_numbers, last - first);
            if (decay > 0) {
                decayed = gradient.segment(first, count) + decay * parameters.segment(first, count);
                step(first, count, Eigen::Map<const Eigen::ArrayXd>(decayed.data(), count));
            } else {
                step(first, count,
                     Eigen::Map<const Eigen::ArrayXd>(gradient.data() + first, count));
            }
            first += count;
        }
    };
    pieces(0, start.weights, start.weight_decay);
    pieces(start.weights, start.parameters, 0);
}

/// A rule that keeps a velocity, which begins at 0 and to which the gradient G is added:
///
///     v <- M v + G,   W <- W - eta d(G, v, M)
///
/// \param direction  d, an array expression of the pieces G and v, and of M, the rule's number.
template <typename Direction>
update with_velocity(const update_start& start, const Direction& direction) {
    return [start, direction, velocity = Eigen::ArrayXd(Eigen::ArrayXd::Zero(start.parameters))](
               Eigen::Ref<Eigen::ArrayXd> parameters,
               const Eigen::Ref<const Eigen::ArrayXd>& gradient, double rate) mutable {
        for_each_piece(start, parameters, gradient,
                       [&](Eigen::Index first, Eigen::Index count, const auto& g) {
                           auto v = velocity.segment(first, count);
                           v = start.number * v + g;
                           parameters.segment(first, count) -= rate * direction(g, v, start.number);
                       });
    };
}

}  // namespace fusionflow::solver
