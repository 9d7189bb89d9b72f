#include "fusionflow/solver/clocks/clock_watch.hpp"

#include <algorithm>

#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/theory/contribution.hpp"

namespace fusionflow::solver {

namespace {

using theory::clock;
using theory::learned_part;

// A reading that is below this at both ends of a step does not reach one half in between: no step
// is longer than a few e-foldings of the weights, and readings grow with their square at most.
constexpr double far_below = 1e-4;

}  // namespace

void clock_watch::expect_end(const data::modality_set& saddle, const Eigen::VectorXd& weights) {
    if (std::any_of(hands_.begin(), hands_.end(), [&](const hand& h) { return h.end == saddle; })) {
        return;
    }
    const double power = output_power(*moments_, weights);
    for (const clock* by : theory::clocks().all) {
        for (int m = 0; by->of_the_end && m < moments_->count(); ++m) {
            hand h{by, m, saddle, by->reading(*moments_, weights, m)};
            h.negligible = by->negligible > 0 && theory::contribution_power(*moments_, weights, m) <
                                                     by->negligible * power;
            hands_.push_back(std::move(h));
        }
    }
}

void clock_watch::start(const Eigen::VectorXd& weights) {
    for (hand& h : hands_) {
        h.above = h.reading && h.reading(weights) >= learned_part;
    }
}

bool clock_watch::may_cross(const Eigen::VectorXd& before, const Eigen::VectorXd& now) const {
    return std::any_of(hands_.begin(), hands_.end(), [&](const hand& h) {
        return h.runs() && (h.reading(now) > far_below || h.reading(before) > far_below);
    });
}

void clock_watch::examine(step_view& view, double from, double to, const Eigen::VectorXd& weights) {
    for (hand& h : hands_) {
        if (!h.runs() || !(h.reading(weights) >= learned_part)) {
            continue;
        }
        const auto height = [&h](const Eigen::VectorXd& w) { return h.reading(w) - learned_part; };
        h.time = view.when(rising_place(view, height, learned_part, from, to, scratch_)).total;
    }
}

bool clock_watch::waits(const data::modality_set& end) const {
    return std::any_of(hands_.begin(), hands_.end(),
                       [&](const hand& h) { return h.end == end && h.runs(); });
}

bool clock_watch::has_told(const clock& by) const {
    return by.of_the_end && std::none_of(hands_.begin(), hands_.end(), [&](const hand& h) {
               return h.by == &by && (h.runs() || h.above);
           });
}

std::vector<theory::clock_times> clock_watch::times(const data::modality_set& end) const {
    std::vector<theory::clock_times> all;
    for (const hand& h : hands_) {
        if (h.end != end) {
            continue;
        }
        if (all.empty() || all.back().by != h.by) {
            all.push_back({h.by, {}});
        }
        theory::clock_times& read = all.back();  // hands of a clock follow each other
        read.times.push_back(h.above ? theory::unknown : h.time);
        if (h.above) {
            read.above = data::with(std::move(read.above), h.modality);
        }
        if (h.negligible) {
            read.negligible = data::with(std::move(read.negligible), h.modality);
        }
    }
    return all;
}

}  // namespace fusionflow::solver
