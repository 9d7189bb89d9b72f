#pragma once

#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::solver {

/// What networks on samples are trained to make small: the mean over samples of a function of the
/// target y and the network's output f. Each stands in a file of its own in solver/losses/ and in
/// the list of solver/losses/losses.cpp, and nowhere else.
struct loss_function {
    std::string_view name;                          ///< as in `--loss`
    std::string_view about;                         ///< one line
    double (*value)(double target, double output);  ///< of one sample
    double (*slope)(double target, double output);  ///< its derivative by the output
    bool needs_labels = false;                      ///< targets are classes, y = +-1
    /// Of linear networks it depends on samples through their second moments only, and is least at
    /// the least-squares solution, where they come to rest.
    bool squared = false;
};

/// (y - f)^2 / 2, which all of theory is about.
extern const loss_function squared_loss;

/// All losses.
[[nodiscard]] data::named_list<loss_function> losses();

}  // namespace fusionflow::solver
