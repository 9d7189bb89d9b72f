#include "fusionflow/theory/race/race_track.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/race/phase_time.hpp"
#include "fusionflow/theory/wide.hpp"

namespace fusionflow::theory {

namespace {

// Below this square of a sine rounding cannot tell a direction from that of the residual.
constexpr double along_residual = 1e-30;

}  // namespace

template <typename Number>
pull<Number> race_track<Number>::pull_on(int m) const {
    const auto& d = runners_[static_cast<std::size_t>(m)].direction;
    pull<Number> e;
    e.along = moments_.part(standing_.residual, m);
    e.size = norm_of(e.along);
    e.along /= e.size;
    e.cosine = d.dot(e.along);
    e.across = d - e.cosine * e.along;
    e.sine_square = e.across.squaredNorm();
    return e;
}

// The potential times the turning factor: a turning weight reaches infinity when this has fallen to
// zero at the rate |E_m|.
template <typename Number>
Number race_track<Number>::turned_potential(int m, const pull<Number>& e) const {
    const int n = arch_.branch(m);
    const model_number<Number> factor = turning_factor(n, e.cosine, e.sine_square);
    return potential<Number>(n, runners_[static_cast<std::size_t>(m)].norm) * Number(factor);
}

template <typename Number>
bool race_track<Number>::reversed(int m) const {
    if (arch_.branch(m) < 2 || !(value_of(rate(m)) > 0)) {
        return false;
    }
    if (moments_.dim(m) == 1) {
        const auto& r = runners_[static_cast<std::size_t>(m)];
        return value_of(moments_.part(standing_.residual, m)(0)) * value_of(r.direction(0)) < 0;
    }
    const pull<Number> e = pull_on(m);
    return turns(m) && value_of(e.cosine) < 0 && value_of(e.sine_square) < along_residual;
}

template <typename Number>
Number race_track<Number>::clock_to_go(int m) const {
    const auto& r = runners_[static_cast<std::size_t>(m)];
    const model_number<Number> speed = rate(m) - decay_;
    if (!(speed > 0)) {
        return never;
    }
    if (signed_runner(m)) {
        const double sign = moments_.part(standing_.residual, m)(0) > 0 ? 1 : -1;
        return (r.potential - sign * r.gathered) / speed;
    }
    if (reversed(m)) {
        return never;
    }
    if (!turns(m)) {
        return r.potential / speed;
    }
    const pull<Number> e = pull_on(m);
    Number left = turned_potential(m, e);
    if (arch_.shared() == 0) {  // at the end of the race w has the same part across E
        using std::sqrt;
        const double end = ends_[static_cast<std::size_t>(m)];
        const model_number<Number> square = r.norm * r.norm * e.sine_square / (end * end);
        const model_number<Number> cosine = sqrt(model_number<Number>(1.0 - square));
        left -= end_potential(m) * Number(turning_factor(arch_.branch(m), cosine, square));
    }
    return left / e.size;
}

template <typename Number>
Number race_track<Number>::duration(int first, const Number& clock,
                                    const data::modality_set& learned) const {
    if (arch_.shared() == 0) {
        return clock;
    }
    if (learned.empty()) {
        std::vector<basic_racer<model_number<Number>>> racers;
        racers.reserve(runners_.size());
        for (int m = 0; m < moments_.count(); ++m) {
            racers.push_back(
                {arch_.branch(m), runners_[static_cast<std::size_t>(m)].norm, rate(m)});
        }
        // Where a change breaks a tie the clock has no slope; adding it makes this time have none.
        return first_phase_time<Number>(racers, first, arch_.shared(), trunk_excess_) + 0 * clock;
    }
    std::vector<int> branches;
    std::vector<model_number<Number>> weights;
    model_number<Number> nothing = 0;  // zero, without a slope where zero weights would move
    for (const int k : learned) {
        const auto norm =
            norm_of(vector_of<model_number<Number>>(moments_.part(standing_.weights, k)));
        if (norm > 0) {
            branches.push_back(arch_.branch(k));
            weights.push_back(norm);
        } else {
            nothing += norm;
        }
    }
    return clock / (power(trunk_norm(branches, weights, arch_.shared()), arch_.shared()) + nothing);
}

template <typename Number>
void race_track<Number>::turn(int m, const Number& clock) {
    auto& r = runners_[static_cast<std::size_t>(m)];
    const pull<Number> e = pull_on(m);
    if (!(e.size > 0)) {
        return;
    }
    using small = model_number<Number>;
    const Number gone = Number(e.size) * clock / turned_potential(m, e);
    const small left = small(1.0) - static_cast<small>(gone);
    const small along = turned_part(arch_.branch(m), e.cosine, e.sine_square, left);
    const vector_of<small> turned = e.across + along * e.along;
    const small growth = norm_of(turned);
    r.direction = turned / growth;
    r.norm *= growth;
}

template <typename Number>
void race_track<Number>::advance(int m, const Number& clock) {
    auto& r = runners_[static_cast<std::size_t>(m)];
    if (signed_runner(m)) {
        r.gathered += moments_.part(standing_.residual, m)(0) * clock;
    } else if (reversed(m)) {
        r.potential += rate(m) * clock;
    } else if (turns(m)) {
        turn(m, clock);
    } else {
        r.potential -= rate(m) * clock;
    }
    r.potential += decay_ * clock;  // weight decay is zero where the clock is not time
}

template <typename Number>
void race_track<Number>::set_time(learning& answer, int m) {
    const auto i = static_cast<std::size_t>(m);
    times_[i] = time_;
    answer.times[i] = in_double(time_);
    if constexpr (beyond_double<Number>) {
        answer.log10_times[i] = static_cast<double>(log10(time_));
    }
}

template <typename Number>
double race_track<Number>::kept_sign(int m) const {
    if (moments_.dim(m) > 1 || arch_.branch(m) == 1) {
        return 0;
    }
    const auto& r = runners_[static_cast<std::size_t>(m)];
    return signed_runner(m) ? (r.gathered < 0 ? -1 : 1) : value_of(r.direction(0));
}

// The least-squares solution on what is learned, in which scalars keep their signs: one whose
// weight would have to pass through zero stays there and waits again.
template <typename Number>
partial_solution race_track<Number>::come_to_rest(data::modality_set learned) const {
    partial_solution solution = solve_partial(moments_, learned, arch_, weight_decay_);
    const data::modality_set all = learned;
    // Every round lowers the loss that the allowed signs permit, or is the last; this many are
    // never needed.
    for (int round = 0; round < 4 * moments_.count(); ++round) {
        int worst = -1;
        double most = 0;
        const auto consider = [&](int m, double violation) {
            if (violation > most) {
                most = violation;
                worst = m;
            }
        };
        for (const int m : learned) {
            const double w = moments_.part(solution.weights, m)(0);
            consider(m, -kept_sign(m) * w * std::sqrt(moments_.covariance_of(m)(0, 0)));
        }
        if (worst >= 0) {
            std::erase(learned, worst);
        } else {
            for (const int m : all) {
                if (!data::contains(learned, m)) {
                    consider(m, kept_sign(m) * moments_.part(solution.residual, m)(0) /
                                    std::sqrt(moments_.covariance_of(m)(0, 0)));
                }
            }
            if (worst < 0) {
                break;
            }
            learned = data::with(learned, worst);
        }
        solution = solve_partial(moments_, arch_.closure(learned), arch_, weight_decay_);
    }
    return solution;
}

template <typename Number>
void race_track<Number>::stand_at(race_result& result, const data::modality_set& learned) {
    result.saddles.push_back(come_to_rest(learned));
    standing_ =
        numbers_at<model_number<Number>>(moments_, result.saddles.back(), change_, weight_decay_);
}

// Sets the state of a modality that was just learned, should it have to wait again.
template <typename Number>
void race_track<Number>::settle(int m) {
    auto& r = runners_[static_cast<std::size_t>(m)];
    if (signed_runner(m)) {
        r.gathered =
            moments_.part(standing_.residual, m)(0) > 0 ? r.potential : Number(-r.potential);
    } else {
        r.potential = 0;
    }
}

template <typename Number>
void race_track<Number>::start(race_result& result) {
    times_.assign(runners_.size(), never);
    result.answer.times.assign(runners_.size(), never);
    if (beyond_double<Number>) {
        result.answer.log10_times = result.answer.times;
    }
    stand_at(result, arch_.closure({}));
    for (const int m : result.saddles.front().learned) {
        result.answer.times[static_cast<std::size_t>(m)] = std::numeric_limits<double>::quiet_NaN();
        result.answer.warnings.push_back(fmt::format(
            "{} is one layer deep: it relaxes without a plateau, in a time of order 1 that "
            "the formulas do not give (integrate does)",
            moments_.name(m)));
    }
}

// True where m gets its weight at the saddle `after`. A branch of one layer below a trunk is
// learned with the first others; if they leave nothing for it, once later ones leave it something.
template <typename Number>
bool race_track<Number>::gets_weight(int m, const data::modality_set& before,
                                     const partial_solution& after) const {
    if (arch_.branch(m) > 1) {
        return !data::contains(before, m);
    }
    return arch_.depth(m) > 1 && !moments_.part(after.weights, m).isZero(0);
}

template <typename Number>
bool race_track<Number>::next_phase(race_result& result) {
    const data::modality_set before = result.saddles.back().learned;
    data::modality_set winners;
    Number least = never;
    int first = -1;
    for (int m = 0; m < moments_.count(); ++m) {
        const Number clock = data::contains(before, m) ? Number(never) : clock_to_go(m);
        if (clock < least) {
            least = clock;
            first = m;
        }
    }
    if (first < 0) {
        return false;
    }
    for (int m = 0; m < moments_.count(); ++m) {
        const Number clock = data::contains(before, m) ? Number(never) : clock_to_go(m);
        if (clock <= least * (1 + clock_tie)) {
            winners.push_back(m);
            least = tied(least, clock);
        }
    }
    if (winners.size() > 1 && arch_.branch(first) > 1) {
        result.answer.warnings.push_back(
            fmt::format("tie: {} have equal clocks and are learned together at leading order",
                        fmt::join(moments_.names_of(winners), ", ")));
    }
    const Number lasts = timed_ ? duration(first, least, before) : Number(0);
    time_ += lasts;
    result.answer.phases.push_back({before, in_double(lasts)});
    const data::modality_set learned = arch_.closure(data::united(before, winners));
    // Modalities whose residual was reversed during the phase that ends.
    data::modality_set turned_back;
    for (int m = 0; m < moments_.count(); ++m) {
        if (reversed(m)) {
            turned_back.push_back(m);
        }
        if (!data::contains(learned, m)) {
            advance(m, least);
        } else if (!data::contains(before, m)) {
            settle(m);
        }
    }
    stand_at(result, learned);
    for (const int m : learned) {
        const bool timed = times_[static_cast<std::size_t>(m)] < never;
        if (timed || !gets_weight(m, before, result.saddles.back())) {
            continue;
        }
        set_time(result.answer, m);
        if (data::contains(turned_back, m)) {
            result.answer.warnings.push_back(fmt::format(
                "sign reversal: the residual of {} changed sign before it was learned; the "
                "time is that of random networks, balanced ones never learn it",
                moments_.name(m)));
        }
    }
    for (const int m : learned) {
        if (!data::contains(result.saddles.back().learned, m)) {
            result.answer.warnings.push_back(fmt::format(
                "{} is learned and fades again: what is learned after it reverses the sign of its "
                "weight, which cannot pass through zero",
                moments_.name(m)));
        }
    }
    // A plateau that comes back ends the race: rounding would break its ties in turn for ever.
    return std::none_of(result.saddles.begin(), result.saddles.end() - 1,
                        [&](const partial_solution& earlier) {
                            return earlier.learned == result.saddles.back().learned;
                        });
}

template <typename Number>
void race_track<Number>::say_never(race_result& result, int m) const {
    const double left = moments_.part(result.saddles.back().residual, m).norm();
    outcome why = outcome::permanent_bias;
    std::string warning;
    if (left > 0 && left <= weight_decay_) {
        why = outcome::decayed;
        warning = fmt::format(
            "weight decay: what is left for {} to explain, {:.6g}, is below lambda = {}: never "
            "learned",
            moments_.name(m), left, weight_decay_);
    } else if (reversed(m)) {
        why = outcome::sign_reversal;
        warning = fmt::format("sign reversal: the residual of {} changed sign, balanced weights "
                              "cannot follow: never learned",
                              moments_.name(m));
    } else {
        warning = fmt::format("permanent bias: nothing is left for {} to explain: never learned",
                              moments_.name(m));
    }
    result.answer.warnings.push_back(std::move(warning));
    if (result.answer.ended == outcome::learned || why == outcome::sign_reversal) {
        result.answer.ended = why;
    }
}

template <typename Number>
race_result race_track<Number>::run() {
    race_result result;
    start(result);
    bool all_small = true;
    for (std::size_t m = 0; m < runners_.size(); ++m) {
        all_small = all_small && runners_[m].norm < ends_[m];
    }
    if (!all_small || std::ssize(result.saddles.front().learned) == moments_.count()) {
        result.answer.times.assign(runners_.size(), std::numeric_limits<double>::quiet_NaN());
        result.answer.ended = outcome::no_plateau;
        if (!all_small) {
            result.answer.warnings.emplace_back(
                "init: the formulas need initial norms below 1: no time is given");
            result.saddles.push_back(solve_partial(moments_, data::all_modalities(moments_.count()),
                                                   arch_, weight_decay_));
        }
        return result;
    }
    while (std::ssize(result.saddles.back().learned) < moments_.count() && next_phase(result)) {
    }
    data::modality_set learned;
    for (int m = 0; m < moments_.count(); ++m) {
        const bool timed = times_[static_cast<std::size_t>(m)] < never;
        const bool stands = data::contains(result.saddles.back().learned, m);
        if (!timed && !(stands && arch_.depth(m) == 1)) {
            say_never(result, m);
        } else if (stands) {
            learned.push_back(m);
        }
    }
    // Phases keep their own durations, since differences of times lose a short phase after a long
    // one. Where a time is unknown they are made from the times.
    const auto& times = beyond_double<Number> ? result.answer.log10_times : result.answer.times;
    const bool known =
        std::none_of(times.begin(), times.end(), [](double t) { return std::isnan(t); });
    if (!known) {
        result.answer.phases = phases_from_times(result.answer.times);
    } else if (std::any_of(times.begin(), times.end(), [](double t) { return std::isinf(t); })) {
        result.answer.phases.push_back({learned, never});
    }
    return result;
}

namespace {

race_result race_of_targets(const data::moments& moments, const architecture& arch,
                            const initialisation& init, double weight_decay) {
    if (weight_decay > 0) {
        throw data::input_error("weight-decay",
                                fmt::format("need one target, got {}", moments.outputs()));
    }
    mode_race_result raced = mode_race(moments, arch, init);
    race_result result{
        std::move(raced.answer), {}, std::move(raced.modes), std::move(raced.power_times)};
    data::modality_set learned = arch.closure({});
    result.saddles.push_back(solve_partial(moments, learned));
    const std::vector<int> order = result.answer.order();
    const int last = order.empty() ? 0 : *std::max_element(order.begin(), order.end());
    for (int place = 1; place <= last; ++place) {
        for (int m = 0; m < moments.count(); ++m) {
            if (order[static_cast<std::size_t>(m)] == place) {
                learned = data::with(learned, m);
            }
        }
        result.saddles.push_back(solve_partial(moments, learned));
    }
    return result;
}

}  // namespace

race_result race(const data::moments& moments, const architecture& arch, const initialisation& init,
                 double weight_decay) {
    require_start(moments, arch, init);
    check_weight_decay(weight_decay);
    if (moments.outputs() > 1) {
        return race_of_targets(moments, arch, init, weight_decay);
    }
    if (weight_decay > 0 && !arch.two_layer_late()) {
        throw data::input_error("weight-decay",
                                "the formulas know it for two-layer late fusion only (--depth 2 "
                                "--fusion 2); simulate knows it for every network");
    }
    race_result result = race_track<double>(moments, arch, init, weight_decay, true).run();
    result.power_times = result.answer.times;
    return result;
}

template class race_track<dual>;

race_result race_beyond_range(const data::moments& moments, const architecture& arch,
                              const initialisation& init) {
    arch.match(moments);
    init.validate(moments.count());
    if (moments.outputs() > 1) {
        require_range(arch, init);
    }
    race_result result = race_track<wide>(moments, arch, init, 0, true).run();
    result.answer.warnings.emplace_back(
        "init: times exceed the range of double: their log10 is given instead");
    return result;
}

std::vector<partial_solution> race_saddles(const data::moments& moments, const architecture& arch,
                                           const initialisation& init) {
    require_start(moments, arch, init);
    return race_track<double>(moments, arch, init, 0, false).run().saddles;
}

}  // namespace fusionflow::theory
