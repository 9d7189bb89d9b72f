#pragma once

#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::solver {

/// The loss of one sample, a function of the target y and the network's output f. Training on
/// samples minimises its mean. Each loss is defined in a file of its own in solver/losses/ and
/// listed in solver/losses/losses.cpp, and nowhere else.
struct loss_function {
    std::string_view name;                          ///< as in `--loss`
    std::string_view about;                         ///< one line
    double (*value)(double target, double output);  ///< of one sample
    double (*slope)(double target, double output);  ///< its derivative by the output
    bool needs_labels = false;                      ///< targets are classes, y = +-1
    /// True for the squared error: linear networks then see samples through second moments only and
    /// come to rest at the least-squares solution.
    bool squared = false;
};

/// (y - f)^2 / 2, the loss that theory is about.
extern const loss_function squared_loss;

/// All losses.
[[nodiscard]] data::named_list<loss_function> losses();

}  // namespace fusionflow::solver
