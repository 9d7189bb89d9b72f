#include "fusionflow/solver/clocks/half_height.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/solver/share.hpp"

namespace fusionflow::solver {

namespace {

using theory::unknown;
// W counts as the full solution when the power of their difference is below this part of what all
// modalities explain. This test never calls a modality unlearnable.
constexpr double at_its_least = 1e-9;
// A time that rounding makes uncertain by more than this part of it gets a warning.
constexpr double felt_rounding = 1e-7;
constexpr long looks_apart = 16;  // calls per look with weight decay: a look solves for u_f

std::vector<data::modality_set> sets_of(const std::vector<theory::partial_solution>& saddles) {
    std::vector<data::modality_set> sets;
    sets.reserve(saddles.size());
    for (const theory::partial_solution& saddle : saddles) {
        sets.push_back(saddle.learned);
    }
    return sets;
}

data::modality_set without(const data::modality_set& set, const data::modality_set& others) {
    data::modality_set rest;
    std::set_difference(set.begin(), set.end(), others.begin(), others.end(),
                        std::back_inserter(rest));
    return rest;
}

// Stands for the weights of an end that is no saddle.
data::modality_set end_of_its_own() { return {-1}; }

bool includes(const data::modality_set& set, const data::modality_set& part) {
    return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

}  // namespace

half_height_monitor::half_height_monitor(const data::moments& moments,
                                         const theory::architecture& arch,
                                         std::vector<theory::partial_solution> saddles,
                                         double weight_decay)
    : moments_(&moments), arch_(&arch), weight_decay_(weight_decay), expected_(sets_of(saddles)),
      saddles_(moments, arch, std::move(saddles), weight_decay),
      judge_(moments, arch, weight_decay), everyone_(data::all_modalities(moments.count())),
      clocks_(moments), scales_(moments.count()), scratch_(moments.correlations().size()),
      inside_(scratch_.size()) {
    everything_ = saddles_.of(everyone_).explained;
    forget();
}

void half_height_monitor::watch_again(const known_end& end) {
    if (end.rest) {
        rest_ = end.rest;
    }
    own_end_ = end.weights;
    half_at_rest_.clear();
    for (int m = 0; rest_ && m < moments_->count(); ++m) {
        half_at_rest_.push_back(norm_at(*rest_, m) * theory::learned_part);
    }
    forget();
}

const Eigen::VectorXd& half_height_monitor::in_the_end() {
    return own_end_ ? *own_end_ : saddles_.of(saddle_in_the_end()).weights;
}

double half_height_monitor::share(double loss) const {
    return explained_share(*moments_, loss, everything_);
}

void half_height_monitor::forget() {
    const auto count = static_cast<std::size_t>(moments_->count());
    asked_ = 0;
    learned_.clear();
    above_.clear();
    latest_ = {};
    times_.assign(count, theory::never);
    rest_times_.assign(half_at_rest_.size(), theory::never);
    levels_.assign(count, {});
    phases_.clear();
    came_to_rest_ = false;
    told_at_.reset();
    clocks_.forget();
    clocks_.expect_end(everyone_, saddles_.of(everyone_).weights);
    if (!expected_.empty()) {
        clocks_.expect_end(expected_.back(), saddles_.of(expected_.back()).weights);
    }
    if (own_end_) {
        clocks_.expect_end(end_of_its_own(), *own_end_);
    }
    if (rest_) {
        clocks_.expect_end(*rest_, saddles_.of(*rest_).weights);
    }
    update_levels();
}

// |W_m|
double half_height_monitor::norm_of(const Eigen::VectorXd& weights, int m) const {
    const auto part = moments_->part(weights, m);
    return part.size() == 1 ? std::abs(part(0)) : part.norm();
}

double half_height_monitor::excess(int m, const Eigen::VectorXd& weights) const {
    return norm_of(weights, m) - levels_[static_cast<std::size_t>(m)].norm;
}

// The saddle at which the race expects m to be learned, if what is learned now is on the way there.
// A learned modality that the race expects to fade before m is learned, because its weight would
// have to change sign, is not part of that saddle.
std::optional<data::modality_set> half_height_monitor::expected_group(int m) const {
    data::modality_set passed;  // learned at some time before
    for (std::size_t i = 1; i < expected_.size(); ++i) {
        const auto& before = expected_[i - 1];
        const auto& after = expected_[i];
        passed = data::united(passed, before);
        if (!data::contains(after, m)) {
            continue;
        }
        const auto faded = without(passed, after);
        const bool on_the_way =
            includes(learned_, without(before, faded)) && includes(after, without(learned_, faded));
        return on_the_way ? std::optional(after) : std::nullopt;
    }
    return std::nullopt;
}

// The saddle that the path reaches if m is learned next.
data::modality_set half_height_monitor::saddle_ahead(int m) const {
    return expected_group(m).value_or(arch_->closure(data::with(learned_, m)));
}

double half_height_monitor::norm_at(const data::modality_set& saddle, int m) {
    return norm_of(saddles_.of(saddle).weights, m);
}

void half_height_monitor::update_levels() {
    ahead_.clear();
    for (int m = 0; m < moments_->count(); ++m) {
        if (data::contains(learned_, m)) {
            continue;
        }
        theory::level& level = levels_[static_cast<std::size_t>(m)];
        level.saddle = saddle_ahead(m);
        const double ahead = norm_at(level.saddle, m);
        level.norm = ahead * theory::learned_part;
        if (level.norm > 0) {
            ahead_.push_back(m);
        }
        scales_(m) = ahead > 0 ? ahead : norm_at({m}, m);
        if (const double last = norm_at(everyone_, m); last > 0) {
            scales_(m) = std::min(scales_(m), last);
        }
    }
}

void half_height_monitor::learn(int m, const instant& now) {
    times_[static_cast<std::size_t>(m)] = now.total;
    if (phases_.empty() || now.since_last > 0) {
        phases_.push_back({learned_, now.since_last});
    }
    latest_ = {m, levels_[static_cast<std::size_t>(m)].saddle};
    learned_ = data::with(std::move(learned_), m);
    update_levels();
}

void half_height_monitor::begin_above(int m) {
    times_[static_cast<std::size_t>(m)] = unknown;
    learned_ = data::with(std::move(learned_), m);
    above_ = data::with(std::move(above_), m);
    update_levels();
}

void half_height_monitor::start(const Eigen::VectorXd& weights) {
    before_ = weights;
    for (std::size_t i = 0; i < half_at_rest_.size(); ++i) {
        const double half = half_at_rest_[i];
        if (half > 0 && norm_of(weights, static_cast<int>(i)) >= half) {
            rest_times_[i] = unknown;
        }
    }
    for (bool more = true; more;) {
        more = false;
        for (int m = 0; m < moments_->count(); ++m) {
            if (!data::contains(learned_, m) && levels_[static_cast<std::size_t>(m)].norm > 0 &&
                excess(m, weights) >= 0) {
                begin_above(m);
                more = true;
            }
        }
    }
    clocks_.start(weights);
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
    read_step(view, weights, interior);
}

void half_height_monitor::read_step(step_view& view, const Eigen::VectorXd& weights, int interior) {
    double from = 0;
    const int samples = clocks_.may_cross(before_, weights) ? interior : 0;
    for (int i = 1; i <= samples; ++i) {
        const double to = view.length() * i / (interior + 1);
        view.glance(to, inside_);
        clocks_.examine(view, from, to, inside_);
        from = to;
    }
    clocks_.examine(view, from, view.length(), weights);
    before_ = weights;
}

// False where every norm is so far below its level at both ends of the step that it cannot have
// reached it in between.
bool half_height_monitor::may_cross(const Eigen::VectorXd& weights) const {
    constexpr double far = 0.01;
    const auto may = [&](int m, double level) {
        return norm_of(weights, m) > far * level || norm_of(before_, m) > far * level;
    };
    for (std::size_t i = 0; i < half_at_rest_.size(); ++i) {
        if (half_at_rest_[i] > 0 && may(static_cast<int>(i), half_at_rest_[i])) {
            return true;
        }
    }
    return std::any_of(ahead_.begin(), ahead_.end(),
                       [&](int m) { return may(m, levels_[static_cast<std::size_t>(m)].norm); });
}

// The place in [from, to] at which |W_m| rises through a level.
double half_height_monitor::rises(step_view& view, int m, double level, double from, double to) {
    const auto height = [&](const Eigen::VectorXd& weights) { return norm_of(weights, m) - level; };
    return rising_place(view, height, level, from, to, scratch_);
}

// Notes the first crossings in (from, to] of half of each norm at rest.
void half_height_monitor::examine_rest(step_view& view, double from, double to,
                                       const Eigen::VectorXd& weights) {
    for (std::size_t i = 0; i < half_at_rest_.size(); ++i) {
        const int m = static_cast<int>(i);
        const double half = half_at_rest_[i];
        if (std::isinf(rest_times_[i]) && half > 0 && norm_of(weights, m) >= half) {
            rest_times_[i] = view.when(rises(view, m, half, from, to)).total;
        }
    }
}

// Learns all that cross their level in (from, to], in order. Learning one changes the levels of the
// others, so the rest of the interval is looked at again.
void half_height_monitor::examine(step_view& view, double from, double to,
                                  const Eigen::VectorXd& weights) {
    examine_rest(view, from, to, weights);
    for (;;) {
        int first = -1;
        double earliest = theory::never;
        for (const int m : ahead_) {
            if (!(excess(m, weights) >= 0)) {
                continue;
            }
            const double level = levels_[static_cast<std::size_t>(m)].norm;
            const double place = rises(view, m, level, from, to);
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

bool half_height_monitor::explains_everything(const Eigen::VectorXd& weights) {
    scratch_ = weights - saddles_.of(everyone_).weights;
    return output_power(*moments_, scratch_) <= at_its_least * everything_;
}

std::optional<end_of_run> half_height_monitor::finished(const Eigen::VectorXd& weights,
                                                        bool keeps_signs,
                                                        const rest_judge::fading& fades) {
    keeps_signs_ = keeps_signs;
    const bool all = std::ssize(learned_) == moments_->count();
    if (all && (above_.empty() || explains_everything(weights))) {
        return end_of_run{theory::outcome::learned, {}};
    }
    if (!(moments_->correlations().norm() > 0)) {
        return end_of_run{
            weight_decay_ > 0 ? theory::outcome::decayed : theory::outcome::permanent_bias, {}};
    }
    if (weight_decay_ > 0 && asked_++ % looks_apart != 0) {
        return std::nullopt;
    }
    const auto found = judge_.look(weights, scales_, everything_, keeps_signs, fades, saddles_);
    return found ? std::optional(conclude(*found)) : std::nullopt;
}

// Where the run comes to if it stays with what is learned now.
data::modality_set half_height_monitor::saddle_in_the_end() const {
    if (own_end_) {
        return end_of_its_own();
    }
    if (rest_) {
        return *rest_;
    }
    const bool all = std::ssize(learned_) == moments_->count();
    return expected_.empty() || (all && !keeps_signs_) ? everyone_ : expected_.back();
}

std::optional<end_of_run> half_height_monitor::told(const theory::clock& chosen, double now) {
    if (!told_at_ && clocks_.has_told(chosen)) {
        told_at_ = now;
    }
    return told_at_ && now >= 2 * *told_at_
               ? std::optional(end_of_run{theory::outcome::learned, std::nullopt})
               : std::nullopt;
}

std::optional<end_of_run> half_height_monitor::explained(const std::optional<double>& enough,
                                                         double loss,
                                                         const Eigen::VectorXd& weights) const {
    if (!enough || !(share(loss) >= *enough)) {
        return std::nullopt;
    }
    return end_at(theory::outcome::enough, weights);
}

end_of_run half_height_monitor::end_at(theory::outcome why, const Eigen::VectorXd& weights) const {
    return {why, own_end_ ? std::nullopt : std::optional(known_end{{}, weights})};
}

bool half_height_monitor::reads_on(const Eigen::VectorXd& weights, bool keeps_signs,
                                   const rest_judge::fading& fades) {
    if (came_to_rest_ || !clocks_.waits(saddle_in_the_end())) {
        return false;
    }
    const bool judged_now = !(weight_decay_ > 0) || asked_++ % looks_apart == 0;
    came_to_rest_ =
        explains_everything(weights) ||
        (judged_now && judge_.look(weights, scales_, everything_, keeps_signs, fades, saddles_));
    return !came_to_rest_;
}

// A clock that has not passed one half says "never" where the path stands still. The norm's own
// times come first.
std::vector<theory::clock_times> half_height_monitor::read_clocks(theory::outcome ended) const {
    auto all = clocks_.times(saddle_in_the_end());
    for (theory::clock_times& read : all) {
        read.times = theory::conclude(std::move(read.times), {}, ended, {}).times;
        for (double& time : read.times) {
            time = std::isinf(time) && !came_to_rest_ ? unknown : time;
        }
    }
    return all;
}

end_of_run half_height_monitor::conclude(const standstill& found) {
    came_to_rest_ = true;
    // Clocks of the end are read against saddles that are expected; where the path stands at
    // another one it is watched again.
    const bool seen = found.rest == saddle_in_the_end();
    const bool known = rest_ == found.rest || (seen && includes(learned_, found.rest));
    if (known) {
        learn_at_rest(found.rest);
    }
    // A modality with weight at rest that never reached half of its norm there, although the others
    // leave it a residual, is held up by the rounding of that residual only.
    const bool held_up =
        known && std::any_of(found.rest.begin(), found.rest.end(), [&](int m) {
            return !data::contains(learned_, m) && half_at_rest_[static_cast<std::size_t>(m)] > 0 &&
                   !theory::nothing_left(*moments_, saddles_.of(without(found.rest, {m})), m);
        });
    const auto bias = weight_decay_ > 0             ? theory::outcome::decayed
                      : found.unresolved || held_up ? theory::outcome::unresolved
                      : found.reversed              ? theory::outcome::sign_reversal
                                                    : theory::outcome::permanent_bias;
    const bool all = std::ssize(learned_) == moments_->count();
    return {all ? theory::outcome::learned : bias,
            known ? std::nullopt : std::optional(known_end{found.rest, {}})};
}

// A modality at rest that never crossed its level is measured against half of its norm there.
void half_height_monitor::learn_at_rest(const data::modality_set& rest) {
    bool more = false;
    for (const int m : rest) {
        const auto i = static_cast<std::size_t>(m);
        if (data::contains(learned_, m) || std::isinf(rest_times_[i])) {
            continue;
        }
        times_[i] = rest_times_[i];
        levels_[i] = {half_at_rest_[i], rest};
        learned_ = data::with(std::move(learned_), m);
        if (std::isnan(times_[i])) {
            above_ = data::with(std::move(above_), m);
        }
        more = true;
    }
    if (more) {
        phases_ = theory::phases_from_times(times_);
        while (!phases_.empty() && !std::isfinite(phases_.back().duration)) {
            phases_.pop_back();
        }
    }
}

theory::learning half_height_monitor::answer(theory::outcome ended, const theory::cost& work,
                                             const Eigen::VectorXd& weights) {
    theory::learning result = theory::conclude(times_, phases_, ended, work, above_);
    for (double& time : result.times) {
        // A run that ended since another clock had told all may have left the norm behind.
        time = ended == theory::outcome::learned && std::isinf(time) ? unknown : time;
    }
    result.levels = levels_;
    result.clocks = read_clocks(ended);
    result.clocks.insert(result.clocks.begin(), {&theory::norm_clock, result.times, above_, {}});
    for (int m = 0; m < moments_->count(); ++m) {
        result.final_norms.push_back(norm_of(weights, m));
    }
    for (const int m : above_) {
        const theory::level& level = levels_[static_cast<std::size_t>(m)];
        result.warnings.push_back(
            theory::began_above(moments_->name(m), level, moments_->names_of(level.saddle)));
    }
    if (!theory::is_failure(ended) && ended != theory::outcome::stopped) {
        say_who_is_gone(result);
        say_what_rounding_hides(result);
    }
    return result;
}

// The residual of a waiting modality at the saddle of the others is a difference of terms, with
// weights of 16 digits. The wait is as uncertain as that residual, and a warning says how much.
void half_height_monitor::say_what_rounding_hides(theory::learning& answer) {
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        data::modality_set before;
        for (const int k : levels_[i].saddle) {
            if (times_[static_cast<std::size_t>(k)] < times_[i]) {
                before.push_back(k);
            }
        }
        if (!std::isfinite(times_[i]) || before.empty() || arch_->closure(before) != before) {
            continue;
        }
        const theory::partial_solution& saddle = saddles_.of(before);
        judge_.rounding().terms(saddle.weights, scratch_);
        const double terms = scratch_.segment(moments_->offset(m), moments_->dim(m)).norm();
        const double left = moments_->part(saddle.residual, m).norm();
        const double unknown_part = judge_.rounding().part() * terms / left;
        if (left > 0 && unknown_part > felt_rounding) {
            answer.warnings.push_back(fmt::format(
                "rounding: what is left for {} at the saddle of {} is a part {:.2g} of the terms "
                "that it is the difference of: weights of 16 digits, and with them its time, are "
                "good to {:.1g} of that",
                moments_->name(m), fmt::join(moments_->names_of(before), ", "), left / terms,
                unknown_part));
        }
    }
}

// |W_m| at the saddle that the run goes to from its end. A balanced scalar weight cannot change its
// sign: where it would have to, it vanishes.
double half_height_monitor::norm_ahead(int m, const theory::partial_solution& last) {
    const auto there = moments_->part(last.weights, m);
    const auto& passed = saddles_.of(levels_[static_cast<std::size_t>(m)].saddle).weights;
    const bool turned = keeps_signs_ && arch_->branch(m) >= 2 && moments_->dim(m) == 1 &&
                        there.dot(moments_->part(passed, m)) < 0;
    return turned ? 0 : there.norm();
}

void half_height_monitor::say_who_is_gone(theory::learning& answer) {
    const data::modality_set end = arch_->closure(learned_);
    const theory::partial_solution& last = saddles_.of(end);
    for (const int m : learned_) {
        const auto i = static_cast<std::size_t>(m);
        const double norm = norm_ahead(m, last);
        if (!std::isfinite(times_[i]) || !(norm < levels_[i].norm)) {
            continue;
        }
        answer.gone = data::with(std::move(answer.gone), m);
        answer.warnings.push_back(fmt::format(
            "{} was learned at t = {:.8g}, at the saddle of {}, but does not keep that: |W| goes "
            "back to {:.4g} at the saddle of {}, below the level of {:.4g} that it passed",
            moments_->name(m), times_[i], fmt::join(moments_->names_of(levels_[i].saddle), ", "),
            norm, fmt::join(moments_->names_of(end), ", "), levels_[i].norm));
    }
}

}  // namespace fusionflow::solver
