#include "fusionflow/theory/race/mode_race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/contribution.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/race/mode_blocks.hpp"

namespace fusionflow::theory {

namespace {

constexpr double norm_rounding = 1e-9;  // rounding of a norm against its level, relative

class mode_track {
public:
    mode_track(const data::moments& moments, const architecture& arch, const initialisation& init)
        : moments_(moments), arch_(arch),
          everything_(solve_partial(moments, data::all_modalities(moments.count()))),
          front_(moments, arch, init) {}

    mode_race_result run() {
        auto& answer = result_.answer;
        answer.times.assign(static_cast<std::size_t>(moments_.count()), never);
        result_.power_times = answer.times;
        if (!front_.small_at_start()) {
            std::fill(answer.times.begin(), answer.times.end(),
                      std::numeric_limits<double>::quiet_NaN());
            result_.power_times = answer.times;
            answer.ended = outcome::no_plateau;
            answer.warnings.emplace_back(
                "init: the formulas need initial norms below 1: no time is given");
            return result_;
        }
        start();
        while (next_phase()) {
        }
        for (int m = 0; m < moments_.count(); ++m) {
            if (std::isinf(answer.times[static_cast<std::size_t>(m)])) {
                say_never(m);
            }
        }
        say_unsettled();
        answer.phases = phases_from_times(answer.times);
        return result_;
    }

private:
    void stand() {
        result_.saddles.push_back(front_.stand());
        note_learned();
        note_power();
    }

    void say_unsettled() {
        const auto unsettled =
            std::count_if(result_.saddles.begin(), result_.saddles.end(),
                          [](const rank_solution& saddle) { return !saddle.converged; });
        if (unsettled == 1) {
            result_.answer.warnings.emplace_back(
                "modes: the least-squares solution of a plateau did not settle: times after it are "
                "of a point nearby");
        } else if (unsettled > 1) {
            result_.answer.warnings.push_back(fmt::format(
                "modes: the least-squares solutions of {} of {} plateaus did not settle: times "
                "after them are of points nearby",
                unsettled, result_.saddles.size()));
        }
    }

    // A residual left for a modality that never grows belongs to a mode that would have to change
    // its sign.
    void say_never(int m) {
        auto& answer = result_.answer;
        const auto& last = result_.saddles.back();
        const double left = moments_.part(last.residual, m).norm();
        const double all = moments_.part(moments_.correlations(), m).norm();
        if (left > norm_rounding * all) {
            answer.ended = outcome::sign_reversal;
            answer.warnings.push_back(
                fmt::format("sign reversal: what is left for {} is for a mode that would have to "
                            "change its sign, which balanced weights cannot: never learned",
                            moments_.name(m)));
            return;
        }
        if (answer.ended != outcome::sign_reversal) {
            answer.ended = outcome::permanent_bias;
        }
        answer.warnings.push_back(fmt::format(
            "permanent bias: nothing is left for {} to explain: never learned", moments_.name(m)));
    }

    void start() {
        for (const int m : arch_.closure({})) {
            result_.answer.times[static_cast<std::size_t>(m)] =
                std::numeric_limits<double>::quiet_NaN();
            result_.power_times[static_cast<std::size_t>(m)] =
                std::numeric_limits<double>::quiet_NaN();
            learned_ = data::with(learned_, m);
            result_.answer.warnings.push_back(fmt::format(
                "{} is one layer deep: it relaxes without a plateau, in a time of order 1 that "
                "the formulas do not give (integrate does)",
                moments_.name(m)));
        }
        stand();
    }

    bool next_phase() {
        const std::optional<mode_phase> next = front_.leave();
        if (!next) {
            return false;
        }
        time_ += next->duration;
        for (const mode_gain& gain : next->gains) {
            const auto before = std::count_if(
                result_.modes.begin(), result_.modes.end(),
                [&](const learned_mode& known) { return known.modality == gain.modality; });
            result_.modes.push_back({gain.modality, static_cast<int>(before), time_, gain.rate});
        }
        stand();
        return true;
    }

    // Notes who has reached its level. Learning one moves the levels of the others: hence the loop.
    void note_learned() {
        for (bool more = true; more;) {
            more = false;
            for (int m = 0; m < moments_.count(); ++m) {
                if (data::contains(learned_, m)) {
                    continue;
                }
                const auto ahead = solve_partial(moments_, arch_.closure(data::with(learned_, m)));
                const double level = moments_.part(ahead.weights, m).norm() * learned_part;
                const double now = moments_.part(result_.saddles.back().weights, m).norm();
                if (level > 0 && now >= level * (1 - norm_rounding)) {
                    result_.answer.times[static_cast<std::size_t>(m)] = time_;
                    learned_ = data::with(learned_, m);
                    more = true;
                }
            }
        }
    }

    void note_power() {
        for (int m = 0; m < moments_.count(); ++m) {
            double& time = result_.power_times[static_cast<std::size_t>(m)];
            const double level =
                contribution_power(moments_, everything_.weights, m) * learned_part;
            const double now = contribution_power(moments_, result_.saddles.back().weights, m);
            if (std::isinf(time) && level > 0 && now >= level * (1 - norm_rounding)) {
                time = time_;
            }
        }
    }

    const data::moments& moments_;
    const architecture& arch_;
    partial_solution everything_;
    mode_blocks front_;
    mode_race_result result_;
    data::modality_set learned_;
    double time_ = 0;
};

}  // namespace

mode_race_result mode_race(const data::moments& moments, const architecture& arch,
                           const initialisation& init) {
    require_start(moments, arch, init);
    return mode_track(moments, arch, init).run();
}

}  // namespace fusionflow::theory
