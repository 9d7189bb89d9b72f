#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/modality_set.hpp"
#include "fusionflow/theory/clocks/clock.hpp"

namespace fusionflow::theory {

/// "Never", as a time.
inline constexpr double never = std::numeric_limits<double>::infinity();

/// A number that is not known.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Clock readings whose relative difference is at most this are a tie: they agree to rounding of
/// |s_m|.
inline constexpr double clock_tie = 1e-12;

/// How a prediction, an integration or a simulation ended.
enum class outcome {
    learned,              ///< every modality that can be learned was learned
    permanent_bias,       ///< no residual is left for the waiting modalities
    decayed,              ///< weight decay outweighs the residual of the waiting modalities
    sign_reversal,        ///< a waiting scalar modality decays on the balanced manifold
    stopped,              ///< as many modalities as asked for were learned
    enough,               ///< as much as was asked for is explained
    trained,              ///< networks: the epochs that were asked for are over
    no_plateau,           ///< formulas only: no small-u0 phase exists (u0 >= 1, depth 1)
    time_limit,           ///< not learned within the time limit
    step_limit,           ///< not learned within the step limit
    repeated_rejections,  ///< the step control rejected too many steps in a row
    unresolved,           ///< flows: rounding hides what is left for the waiting modalities
    step_too_small,       ///< the step fell below the resolution of t
    diverged,             ///< gradient descent: the loss rose far above its start
    non_finite,           ///< a state or derivative was not finite
};

/// The outcome's name in JSON, e.g. `step_limit`.
[[nodiscard]] std::string_view to_string(outcome o);
/// Names of all outcomes.
[[nodiscard]] std::vector<std::string> outcome_names();
/// What the outcome means and what to do about it, in one sentence.
[[nodiscard]] std::string_view advice(outcome o);
/// True for the outcomes that are trouble rather than answers (exit code 3).
[[nodiscard]] bool is_failure(outcome o);
/// is_failure() of the outcome of that name; false for any other name.
[[nodiscard]] bool is_failure(std::string_view name);

/// Time spent with a set of modalities learned.
struct phase {
    data::modality_set learned;  ///< what is learned during the phase (empty in the first)
    double duration = 0;  ///< until the next half-height, units of tau; never if it does not end
};

/// A modality counts as learned once |W_m| reaches this part of its norm at the saddle it goes to:
/// half, hence half-height times. Runs, formulas and their estimated errors all use this number.
inline constexpr double learned_part = 0.5;

/// The norm that a modality has to reach to count as learned.
struct level {
    double norm = 0;            ///< learned_part of |W_m| at the saddle; 0: m has no weight there
    data::modality_set saddle;  ///< the least-squares solution on these modalities
};

/// When each modality was learned by one clock.
struct clock_times {
    const clock* by;            ///< not null
    std::vector<double> times;  ///< as learning::times
    /// Modalities that began above one half: they have no time.
    data::modality_set above{};
    /// Modalities that contribute so little that noise may carry them through their level.
    data::modality_set negligible{};
};

/// What an integration or simulation cost.
struct cost {
    long steps = 0;
    long rejected_steps = 0;
    long rhs_evaluations = 0;
};

/// When each modality was learned: the answer of formulas, flows and networks alike.
struct learning {
    std::vector<double>
        times;  ///< per modality, half-height time in units of tau, `never` or `unknown` (NaN)
    /// log10 of the times, where a formula's times exceed the range of double; empty otherwise.
    /// `times` that do not fit in a double are unknown then.
    std::vector<double> log10_times{};
    std::vector<phase> phases;
    outcome ended = outcome::learned;
    cost work;
    std::vector<std::string> warnings;
    /// Per modality, the level that it passed or has ahead; flows and networks only.
    std::vector<level> levels{};
    /// |W_m| at the end of the run; flows and networks only.
    std::vector<double> final_norms{};
    /// Modalities that began above their level: the time at which they were learned is unknown.
    data::modality_set above{};
    /// Modalities that were learned but do not stay so: at the saddle that the run goes to, |W_m|
    /// is below the level that they passed.
    data::modality_set gone{};
    /// The same question by every clock there is an answer by, in the order of theory::clocks().
    /// `times` are those of one of them: the norm's, unless tell_by() chose another.
    std::vector<clock_times> clocks{};
    const clock* told_by = &norm_clock;  ///< which one `times` are by; not null

    /// Ranks: 1 for the modality learned first, equal for equal times, 0 for never or unknown. All
    /// are 0 where some modality began above its level.
    [[nodiscard]] std::vector<int> order() const;
    /// The last time over the first; `never` where one is never, NaN where one is unknown.
    [[nodiscard]] double time_ratio() const;
};

/// Phases from half-height times: one per distinct time, then a last one that does not end where
/// some modality is never learned, or whose duration is unknown where some time is.
[[nodiscard]] std::vector<phase> phases_from_times(const std::vector<double>& times);

/// The result of a run that ended with the outcome `ended`.
///
/// \param times   Times found until the end; `never` where none was. If the run failed or was
///                stopped, `never` becomes unknown; if it diverged, all times do: jumps over
///                half-heights are not learning.
/// \param phases  Phases that have ended; an open one is added where modalities still wait.
/// \param above   Modalities that began above their level.
[[nodiscard]] learning conclude(std::vector<double> times, std::vector<phase> phases, outcome ended,
                                const cost& work, const data::modality_set& above = {});

/// Makes `times` and `phases` those of another clock, one of answer.clocks; levels, saddles and
/// what is said of them stay those of the norm. Nothing is known where answer.clocks lacks it.
void tell_by(const clock& chosen, learning& answer);

/// A warning for a modality that began above its level.
///
/// \param saddle  Names of the modalities of `passed.saddle`.
[[nodiscard]] std::string began_above(const std::string& name, const level& passed,
                                      const std::vector<std::string>& saddle);

}  // namespace fusionflow::theory
