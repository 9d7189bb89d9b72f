#include "fusionflow/theory/learning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace fusionflow::theory {

namespace {

struct outcome_text {
    outcome value;
    std::string_view name;
    std::string_view advice;
};

constexpr auto outcome_texts = std::to_array<outcome_text>({
    {outcome::learned, "learned", "Every modality was learned."},
    {outcome::permanent_bias, "permanent_bias",
     "What is learned explains all that the waiting modalities could: they are never learned from "
     "here."},
    {outcome::decayed, "decayed",
     "Weight decay outweighs what the waiting modalities could still explain: they are never "
     "learned from here."},
    {outcome::sign_reversal, "sign_reversal",
     "Learning one modality reversed the sign of the residual of another, whose balanced weights "
     "cannot change sign; random networks can: try `simulate --scheme gaussian`."},
    {outcome::stopped, "stopped", "As many modalities were learned as --until asks for."},
    {outcome::enough, "enough", "As much is explained as --enough asks for."},
    {outcome::trained, "trained", "The epochs that --epochs asks for are over."},
    {outcome::no_plateau, "no_plateau",
     "There is no small-weight phase that the formulas could time: use smaller initial weights "
     "and depth >= 2, or networks (`simulate`)."},
    {outcome::time_limit, "time_limit",
     "Not everything was learned within the time limit: raise --max-time, or of gradient descent "
     "--max-epochs."},
    {outcome::step_limit, "step_limit",
     "Not everything was learned within the step limit: raise --max-steps, --rtol or --init."},
    {outcome::repeated_rejections, "repeated_rejections",
     "The error control rejected too many steps in a row: try a larger --rtol."},
    {outcome::unresolved, "unresolved",
     "Something is left for the waiting modalities, but less than rounding of the learned weights "
     "makes of it: no flow in 16 digits can tell when they are learned; `predict` can."},
    {outcome::step_too_small, "step_too_small",
     "The step fell below what the clock can resolve: try a larger --rtol or --init."},
    {outcome::diverged, "diverged", "Gradient descent diverged: try a smaller --learning-rate."},
    {outcome::non_finite, "non_finite",
     "The weights or their derivative stopped being finite: try a smaller --learning-rate, or "
     "scale the data down."},
});

}  // namespace

std::string_view to_string(outcome o) {
    const auto* found = std::find_if(std::begin(outcome_texts), std::end(outcome_texts),
                                     [o](const outcome_text& text) { return text.value == o; });
    return found->name;
}

std::vector<std::string> outcome_names() {
    std::vector<std::string> names;
    names.reserve(outcome_texts.size());
    for (const outcome_text& text : outcome_texts) {
        names.emplace_back(text.name);
    }
    return names;
}

std::string_view advice(outcome o) {
    const auto* found = std::find_if(std::begin(outcome_texts), std::end(outcome_texts),
                                     [o](const outcome_text& text) { return text.value == o; });
    return found->advice;
}

bool is_failure(outcome o) {
    return o == outcome::time_limit || o == outcome::step_limit ||
           o == outcome::repeated_rejections || o == outcome::unresolved ||
           o == outcome::step_too_small || o == outcome::diverged || o == outcome::non_finite;
}

bool is_failure(std::string_view name) {
    return std::any_of(
        outcome_texts.begin(), outcome_texts.end(),
        [name](const outcome_text& text) { return text.name == name && is_failure(text.value); });
}

std::vector<int> learning::order() const {
    // Where times are equal to the last digit, the phases still tell the order: in a sum, a phase
    // of 1e290 hides one of 1e3.
    const auto entered = [this](int m) {
        const auto first = std::find_if(phases.begin(), phases.end(), [m](const phase& p) {
            return data::contains(p.learned, m);
        });
        return first - phases.begin();
    };
    const std::vector<double>& clock = log10_times.empty() ? times : log10_times;
    std::vector<int> ranks;
    const auto count = static_cast<int>(times.size());
    for (int m = 0; m < count; ++m) {
        const double time = clock[static_cast<std::size_t>(m)];
        int rank = std::isfinite(time) && above.empty() ? 1 : 0;
        for (int k = 0; rank > 0 && k < count; ++k) {
            const double other = clock[static_cast<std::size_t>(k)];
            rank += other < time || (other == time && entered(k) < entered(m)) ? 1 : 0;
        }
        ranks.push_back(rank);
    }
    return ranks;
}

double learning::time_ratio() const {
    const std::vector<double>& clock = log10_times.empty() ? times : log10_times;
    if (clock.empty() ||
        std::any_of(clock.begin(), clock.end(), [](double t) { return std::isnan(t); })) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto [first, last] = std::minmax_element(clock.begin(), clock.end());
    if (std::isinf(*last)) {
        return never;
    }
    if (!log10_times.empty()) {
        return std::pow(10.0, *last - *first);
    }
    // Where all are learned at once (also at t = 0) the ratio is one.
    return *first == *last ? 1 : *last / *first;
}

std::vector<phase> phases_from_times(const std::vector<double>& times) {
    std::vector<double> instants;
    std::optional<double> last_duration;
    for (const double time : times) {
        if (std::isfinite(time)) {
            instants.push_back(time);
        } else if (!last_duration || std::isnan(time)) {
            last_duration = time;
        }
    }
    std::sort(instants.begin(), instants.end());
    instants.erase(std::unique(instants.begin(), instants.end()), instants.end());

    std::vector<phase> phases;
    data::modality_set learned;
    double start = 0;
    for (const double instant : instants) {
        phases.push_back({learned, instant - start});
        start = instant;
        for (std::size_t m = 0; m < times.size(); ++m) {
            if (times[m] == instant) {
                learned = data::with(std::move(learned), static_cast<int>(m));
            }
        }
    }
    if (last_duration) {
        phases.push_back({learned, *last_duration});
    }
    return phases;
}

learning conclude(std::vector<double> times, std::vector<phase> phases, outcome ended,
                  const cost& work, const data::modality_set& above) {
    for (double& time : times) {
        const bool cut_short = is_failure(ended) || ended == outcome::stopped ||
                               ended == outcome::enough || ended == outcome::trained;
        if (ended == outcome::diverged || (cut_short && std::isinf(time))) {
            time = std::numeric_limits<double>::quiet_NaN();
        }
    }
    learning result;
    result.times = std::move(times);
    result.above = above;
    if (ended != outcome::diverged) {
        result.phases = std::move(phases);
    }
    phase open;
    for (std::size_t m = 0; m < result.times.size(); ++m) {
        if (std::isfinite(result.times[m]) || data::contains(above, static_cast<int>(m))) {
            open.learned = data::with(std::move(open.learned), static_cast<int>(m));
        } else if (!(open.duration > 0) || std::isnan(result.times[m])) {
            open.duration = result.times[m];
        }
    }
    if (!std::isfinite(open.duration)) {
        result.phases.push_back(open);
    }
    result.ended = ended;
    result.work = work;
    return result;
}

void tell_by(const clock& chosen, learning& answer) {
    const auto found =
        std::find_if(answer.clocks.begin(), answer.clocks.end(),
                     [&chosen](const clock_times& read) { return read.by == &chosen; });
    if (found == answer.clocks.end()) {
        answer.times.assign(answer.times.size(), unknown);
        answer.above.clear();
    } else {
        answer.times = found->times;
        answer.above = found->above;
    }
    answer.told_by = &chosen;
    answer.log10_times.clear();
    answer.phases = phases_from_times(answer.times);
}

std::string began_above(const std::string& name, const level& passed,
                        const std::vector<std::string>& saddle) {
    return fmt::format("{} has no time: its weights began above {:.4g}, half of their norm at the "
                       "saddle of {}, so that they have no half-height time",
                       name, passed.norm, fmt::join(saddle, ", "));
}

}  // namespace fusionflow::theory
