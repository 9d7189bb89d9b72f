#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/clocks/step_view.hpp"
#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// Reads all clocks of the end (theory::clock::of_the_end) along a path, which are all but the
/// norm's, and notes when each modality passes one half.
///
/// Which saddle a run comes to is known in the end only: they are read against every saddle that it
/// may be.
class clock_watch {
public:
    explicit clock_watch(const data::moments& moments)
        : moments_(&moments), scratch_(moments.correlations().size()) {}

    /// Forgets all readings and saddles.
    void forget() { hands_.clear(); }
    /// The run may come to this saddle. \param weights  Its weights.
    void expect_end(const data::modality_set& saddle, const Eigen::VectorXd& weights);

    /// Looks at the weights at t = 0, when all saddles are known that are known then.
    void start(const Eigen::VectorXd& weights);
    /// False where no reading can have passed one half between weights before and now.
    [[nodiscard]] bool may_cross(const Eigen::VectorXd& before, const Eigen::VectorXd& now) const;
    /// Notes readings that pass one half in (from, to], where the weights are `weights` in the end.
    void examine(step_view& view, double from, double to, const Eigen::VectorXd& weights);

    /// True while a modality has not yet passed one half by some clock, if the run comes to the
    /// saddle `end`.
    [[nodiscard]] bool waits(const data::modality_set& end) const;
    /// True once every modality has passed one half by this clock, whichever saddle the run comes
    /// to; never where one began above it, nor for a clock that is not of the end.
    [[nodiscard]] bool has_told(const theory::clock& by) const;
    /// What the clocks say, where the run came to the saddle `end`; `never` where one half was not
    /// passed.
    [[nodiscard]] std::vector<theory::clock_times> times(const data::modality_set& end) const;

private:
    struct hand {
        const theory::clock* by;
        int modality;
        data::modality_set end;
        std::function<double(const Eigen::VectorXd&)> reading;  // empty: nothing to read
        bool negligible = false;
        double time = theory::never;
        bool above = false;  // read one half or more at t = 0

        [[nodiscard]] bool runs() const { return reading && !above && !(time < theory::never); }
    };
    const data::moments* moments_;
    std::vector<hand> hands_;
    Eigen::VectorXd scratch_;
};

}  // namespace fusionflow::solver
