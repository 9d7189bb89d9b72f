#pragma once

#include <Eigen/Core>
#include <functional>
#include <string_view>

#include "fusionflow/data/named_list.hpp"
#include "fusionflow/theory/learning_rates.hpp"

namespace fusionflow::solver {

/// The law of gradient descent with weight decay, of every layer (biases do not decay):
///
///     W <- W - g eta (G + lambda W) = (1 - g eta lambda) W - g eta G,   G = dLoss/dW
///
/// with g the factor of the layer's part of the network.
///
/// gradient_descent_rule takes this step where G is in memory. Networks from moments never form G,
/// which is a product of low rank: they scale W by keep() and add -eta G factor by factor.
struct descent_law {
    double rate = 0;          ///< eta > 0, time units per step
    double weight_decay = 0;  ///< lambda >= 0, eta lambda < 1; 0 unless all g are 1
    /// g. Rules that know only a vector of parameters leave it to who calls them.
    theory::learning_rates rates{};

    /// 1 - eta lambda
    [[nodiscard]] double keep() const noexcept { return 1 - rate * weight_decay; }
};

/// Changes the parameters (weights, then biases) by one step; `gradient` is dLoss/d(parameters),
/// `rate` the size of this step. A rule's own state is part of the function object; each run has an
/// object of its own.
using update = std::function<void(Eigen::Ref<Eigen::ArrayXd> parameters,
                                  const Eigen::Ref<const Eigen::ArrayXd>& gradient, double rate)>;

/// What a rule is told when a run begins.
struct update_start {
    Eigen::Index weights = 0;     ///< parameters that decay; those after them, biases, do not
    Eigen::Index parameters = 0;  ///< weights and biases
    double weight_decay = 0;      ///< lambda >= 0, which adds lambda W to the gradient
    double number = 0;            ///< the rule's parameter
};

/// How a step changes parameters by their gradient. Each rule is defined in a file of its own in
/// solver/updates/ and listed in solver/updates/updates.cpp, and nowhere else.
struct update_rule {
    std::string_view name;                 ///< "gd"
    std::string_view about;                ///< one line
    data::named_parameter parameter = {};  ///< the M of `momentum:M`
    /// True where every step follows descent_law, as in theory: second moments then suffice.
    bool plain = false;
    /// Begins a run.
    update (*begin)(const update_start& start) = nullptr;
};

/// Gradient descent with weight decay. \see descent_law
extern const update_rule gradient_descent_rule;

/// All update rules.
[[nodiscard]] data::named_list<update_rule> update_rules();

}  // namespace fusionflow::solver
