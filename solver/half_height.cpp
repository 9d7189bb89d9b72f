#include "solver/half_height.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solver/bracket.hpp"
#include "theory/weight_decay.hpp"

namespace fusionflow::solver {

namespace {

constexpr double never_crossed = std::numeric_limits<double>::infinity();

}  // namespace

half_height_monitor::half_height_monitor(const data::moments& moments,
                                         const theory::architecture& arch,
                                         std::vector<theory::partial_solution> saddles,
                                         std::optional<data::modality_set> rest,
                                         double weight_decay)
    : moments_(&moments), arch_(&arch), weight_decay_(weight_decay), saddles_(std::move(saddles)),
      times_(static_cast<std::size_t>(moments.count()), theory::never), levels_(times_.size(), 0.0),
      rest_times_(times_.size(), theory::never), scratch_(moments.correlations().size()),
      inside_(scratch_.size()) {
    everything_ = saddle_of(data::all_modalities(moments.count())).explained;
    if (rest) {
        rest_ = saddle_of(*rest);
    }
    update_levels();
}

double half_height_monitor::excess(int m, const Eigen::VectorXd& weights) const {
    return moments_->part(weights, m).norm() - levels_[static_cast<std::size_t>(m)];
}

// The saddle at which the race expects m to be learned, if what is learned now is on the way there.
std::optional<data::modality_set> half_height_monitor::expected_group(int m) const {
    for (std::size_t i = 1; i < saddles_.size(); ++i) {
        if (!data::contains(saddles_[i].learned, m)) {
            continue;
        }
        const auto& before = saddles_[i - 1].learned;
        const auto& after = saddles_[i].learned;
        const bool on_the_way =
            std::includes(learned_.begin(), learned_.end(), before.begin(), before.end()) &&
            std::includes(after.begin(), after.end(), learned_.begin(), learned_.end());
        return on_the_way ? std::optional(after) : std::nullopt;
    }
    return std::nullopt;
}

const theory::partial_solution& half_height_monitor::saddle_of(const data::modality_set& learned) {
    for (const auto* known : {&saddles_, &others_}) {
        const auto found = std::find_if(known->begin(), known->end(), [&](const auto& saddle) {
            return saddle.learned == learned;
        });
        if (found != known->end()) {
            return *found;
        }
    }
    others_.push_back(theory::solve_partial(*moments_, learned, *arch_, weight_decay_));
    return others_.back();
}

// Which one m goes to when it is the next.
data::modality_set half_height_monitor::saddle_ahead(int m) const {
    return expected_group(m).value_or(arch_->closure(data::with(learned_, m)));
}

void half_height_monitor::update_levels() {
    for (int m = 0; m < moments_->count(); ++m) {
        if (data::contains(learned_, m)) {
            continue;
        }
        levels_[static_cast<std::size_t>(m)] =
            moments_->part(saddle_of(saddle_ahead(m)).weights, m).norm() / 2;
    }
}

void half_height_monitor::learn(int m, const instant& now) {
    times_[static_cast<std::size_t>(m)] = now.total;
    if (phases_.empty() || now.since_last > 0) {
        phases_.push_back({learned_, now.since_last});
    }
    latest_ = {m, saddle_ahead(m)};
    learned_ = data::with(std::move(learned_), m);
    update_levels();
}

void half_height_monitor::start(const Eigen::VectorXd& weights) {
    before_ = weights;
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double half = rest_ ? moments_->part(rest_->weights, m).norm() / 2 : 0;
        if (half > 0 && moments_->part(weights, m).norm() >= half) {
            rest_times_[i] = 0;
        }
    }
    for (bool more = true; more;) {
        more = false;
        for (int m = 0; m < moments_->count(); ++m) {
            const double level = levels_[static_cast<std::size_t>(m)];
            if (!data::contains(learned_, m) && level > 0 && excess(m, weights) >= 0) {
                learn(m, {0, 0});
                more = true;
            }
        }
    }
}

void half_height_monitor::step(step_view& view, const Eigen::VectorXd& weights, int interior) {
    double from = 0;
    const int samples = may_cross(weights) ? interior : 0;
    for (int i = 1; i <= samples; ++i) {
        const double to = view.length() * i / (interior + 1);
        view.glance(to, inside_);
        examine(view, from, to, inside_);
        from = to;
    }
    examine(view, from, view.length(), weights);
    before_ = weights;
}

// False where every norm is so far below its level at both ends of the step that it cannot have
// been there in between.
bool half_height_monitor::may_cross(const Eigen::VectorXd& weights) const {
    constexpr double far = 0.01;
    for (int m = 0; m < moments_->count(); ++m) {
        const double half = rest_ ? moments_->part(rest_->weights, m).norm() / 2 : never_crossed;
        const double level = levels_[static_cast<std::size_t>(m)];
        const double least =
            far *
            std::min(half, data::contains(learned_, m) || !(level > 0) ? never_crossed : level);
        if (moments_->part(weights, m).norm() > least ||
            moments_->part(before_, m).norm() > least) {
            return true;
        }
    }
    return false;
}

// Where |W_m| rises through a level between two places; one of the two where it does so outside.
// First on the interpolation, then on the real path in a narrow bracket around what that says.
double half_height_monitor::crossing(step_view& view, int m, double level, double from, double to) {
    if (!(to > from)) {
        return from;
    }
    const auto seen = [&](double place) {
        view.glance(place, scratch_);
        return moments_->part(scratch_, m).norm() - level;
    };
    const auto height = [&](double place) {
        view.look(place, scratch_);
        return moments_->part(scratch_, m).norm() - level;
    };
    const double guess = root(seen, {from, seen(from)}, {to, seen(to)}, 1e-6);
    const point here{guess, height(guess)};
    if (std::abs(here.height) <= 4 * std::numeric_limits<double>::epsilon() * level) {
        return guess;
    }
    const double aside = (guess - from > to - guess ? -1e-3 : 1e-3) * (to - from);
    const double slope = (seen(guess + aside) - seen(guess)) / aside;
    const double accuracy = view.accuracy() / 100;
    const double correction = here.height / slope;
    const double nearer = guess - correction;
    // What a straight line misses is quadratic in the correction: at most ten times its square on
    // the scale of the step, which no method takes over more than a few e-foldings.
    if (10 * correction * correction <= accuracy * guess * (to - from) && nearer > from &&
        nearer < to) {
        return nearer;
    }
    const double away = std::clamp(guess - 2 * correction, from, to);
    const point there{away, height(away)};
    if (here.height * there.height < 0) {
        return here.place < there.place ? root(height, here, there, accuracy)
                                        : root(height, there, here, accuracy);
    }
    return root(height, {from, height(from)}, {to, height(to)}, accuracy);
}

// Everything that crosses its level in (from, to], in order; learning one changes the levels of the
// others, so the rest of the interval is looked at again.
void half_height_monitor::examine(step_view& view, double from, double to,
                                  const Eigen::VectorXd& weights) {
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double half = rest_ ? moments_->part(rest_->weights, m).norm() / 2 : 0;
        if (std::isinf(rest_times_[i]) && half > 0 && moments_->part(weights, m).norm() >= half) {
            rest_times_[i] = view.when(crossing(view, m, half, from, to)).total;
        }
    }
    for (;;) {
        int first = -1;
        double earliest = theory::never;
        for (int m = 0; m < moments_->count(); ++m) {
            const double level = levels_[static_cast<std::size_t>(m)];
            if (data::contains(learned_, m) || !(level > 0) || !(excess(m, weights) >= 0)) {
                continue;
            }
            const double place = crossing(view, m, level, from, to);
            if (place < earliest) {
                earliest = place;
                first = m;
            }
        }
        if (first < 0) {
            return;
        }
        learn(first, view.when(earliest));
        view.restart(earliest);
        from = earliest;
    }
}

}  // namespace fusionflow::solver
