#include <cmath>

#include "fusionflow/solver/updates/pieces.hpp"

namespace fusionflow::solver {

namespace {

// The defaults of torch.optim.Adam.
constexpr double beta_mean = 0.9;
constexpr double beta_square = 0.999;
constexpr double least_size = 1e-8;  // added to the root of the mean square

struct adam_state {
    Eigen::ArrayXd mean;
    Eigen::ArrayXd square;
    long steps = 0;
};

}  // namespace

/// With b1 = 0.9, b2 = 0.999, eps = 1e-8 and all state zero before step t = 1, as torch.optim.Adam
/// (Kingma and Ba, 2015), whose weight decay is part of the gradient:
///
///     m <- b1 m + (1 - b1) G,   v <- b2 v + (1 - b2) G^2,
///     W <- W - eta m/(1 - b1^t) / (sqrt(v/(1 - b2^t)) + eps)
///
/// \see tests/solver/updates_test.cpp
extern const update_rule adam_rule = {
    .name = "adam",
    .about = "Adam, with the defaults of PyTorch",
    .begin = [](const update_start& start) -> update {
        const Eigen::ArrayXd zero = Eigen::ArrayXd::Zero(start.parameters);
        return [=, now = adam_state{zero, zero}](Eigen::Ref<Eigen::ArrayXd> parameters,
                                                 const Eigen::Ref<const Eigen::ArrayXd>& gradient,
                                                 double rate) mutable {
            ++now.steps;
            const auto t = static_cast<double>(now.steps);
            const double step = rate / (1 - std::pow(beta_mean, t));
            const double root = 1 / std::sqrt(1 - std::pow(beta_square, t));
            for_each_piece(start, parameters, gradient,
                           [&](Eigen::Index first, Eigen::Index count, const auto& g) {
                               auto mean = now.mean.segment(first, count);
                               auto square = now.square.segment(first, count);
                               mean = beta_mean * mean + (1 - beta_mean) * g;
                               square = beta_square * square + (1 - beta_square) * g * g;
                               parameters.segment(first, count) -=
                                   step * mean / (root * square.sqrt() + least_size);
                           });
        };
    }};

}  // namespace fusionflow::solver
