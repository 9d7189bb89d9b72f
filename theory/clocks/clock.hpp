#pragma once

#include <Eigen/Core>
#include <functional>
#include <string_view>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/named_list.hpp"

namespace fusionflow::theory {

/// What "learned" means: a reading of the weights of a modality that is 0 without weights and 1 at
/// the weights W* of a saddle. The modality is learned when its reading first rises through
/// theory::learned_part, one half. Each clock stands in a file of its own in theory/clocks/ and in
/// the list of theory/clocks/clocks.cpp, and nowhere else. \see docs/theory.md#clocks
struct clock {
    std::string_view name;   ///< as in `--clock`
    std::string_view about;  ///< one line
    /// W* is the saddle that a run comes to in the end. The norm's is the one that the modality
    /// reaches on being learned (theory::level).
    bool of_the_end = false;
    /// A modality whose contribution at W* has less than this part of the power of the output there
    /// is said to be negligible: noise may carry it through its level.
    double negligible = 0;
    /// A function of stacked weights W: the reading of modality m. Empty where m has no
    /// contribution at W*, so that there is nothing to read.
    std::function<double(const Eigen::VectorXd& weights)> (*reading)(
        const data::moments& moments, const Eigen::VectorXd& reference, int m);
};

/// The theory's own clock: |W_m| / |W*_m|.
extern const clock norm_clock;

/// When a modality first carries weight: <|W_m x_m|^2> / <|W*_m x_m|^2>.
extern const clock power_clock;

/// All clocks.
[[nodiscard]] data::named_list<clock> clocks();

}  // namespace fusionflow::theory
