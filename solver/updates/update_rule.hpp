#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "fusionflow/solver/updates/descent_law.hpp"

namespace fusionflow::solver {

/// Steps of one run of training, and what they keep beside the weights.
class update {
public:
    update() = default;
    update(const update&) = delete;
    update& operator=(const update&) = delete;
    virtual ~update() = default;

    /// Changes the parameters by one step.
    ///
    /// \param parameters  Weights, then biases.
    /// \param gradient    dLoss/d(parameters), as many numbers.
    virtual void step(std::span<double> parameters, std::span<const double> gradient) = 0;
};

/// How parameters follow from gradients. Each rule stands in a file of its own in solver/updates/
/// and in the list of solver/updates/updates.cpp, and nowhere else.
struct update_rule {
    std::string_view name;   ///< "gd"
    std::string_view about;  ///< one line
    /// Every step is that of descent_law: second moments of samples suffice, and theory is about it.
    bool plain = false;
    /// Begins a run.
    ///
    /// \param law      The step size, and the decay of weights.
    /// \param weights  How many of the parameters are weights; those after them are biases, which
    ///                 do not decay.
    std::unique_ptr<update> (*begin)(const descent_law& law, std::size_t weights);
};

/// Gradient descent with weight decay. \see descent_law
extern const update_rule gradient_descent_rule;

/// All update rules.
[[nodiscard]] std::span<const update_rule* const> update_rules();

/// \throws data::input_error naming optimizer: unknown name, and the ones there are.
[[nodiscard]] const update_rule& find_update_rule(std::string_view name);

}  // namespace fusionflow::solver
