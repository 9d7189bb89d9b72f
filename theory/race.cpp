#include "theory/race.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "data/error.hpp"
#include "theory/phase_time.hpp"
#include "theory/potential.hpp"
#include "theory/weight_decay.hpp"

namespace fusionflow::theory {

namespace {

// Clock readings this close are a tie: they agree to rounding of |s_m|.
constexpr double tie = 1e-12;

// A modality on its way.
struct runner {
    double norm = 0;       // u_m(0), effective
    double potential = 0;  // left to the end of the branch's race, on the initial direction
    double gathered = 0;   // scalars: int E ds, signed
    double direction = 1;  // scalars: sign of w_m(0)
};

class race_track {
public:
    /// \param timed  False where only the saddles are wanted: the times that are answered are zero.
    race_track(const data::moments& moments, const architecture& arch, const initialisation& init,
               double weight_decay, bool timed)
        : moments_(moments), arch_(arch), weight_decay_(weight_decay), timed_(timed) {
        const Eigen::VectorXd directions = initial_directions(moments);
        const bool two_layer = arch.two_layer_late() && init.drawn != scheme::balanced;
        const auto grams =
            two_layer ? expected_grams(moments, init) : std::vector<Eigen::MatrixXd>{};
        for (int m = 0; m < moments.count(); ++m) {
            runner r;
            r.norm = init.norm(m);
            if (two_layer) {
                const auto& gram = grams[static_cast<std::size_t>(m)];
                Eigen::VectorXd growing(moments.dim(m) + 1);
                growing << moments.part(directions, m), 1.0;
                r.norm = std::sqrt(growing.dot(gram * growing)) / 2;
            }
            r.potential = potential(arch.branch(m), r.norm) - end_potential(m);
            r.direction = moments.dim(m) == 1 ? moments.part(directions, m)(0) : 1;
            runners_.push_back(r);
        }
        trunk_excess_ = init.trunk_excess;
    }

    race_result run();

private:
    // Potential at which the race of a branch ends. One-layer branches end at u = 1; without a
    // trunk the clock is time, and it is stopped where the first phase is, at u = 1 too.
    [[nodiscard]] double end_potential(int m) const {
        const bool at_one = arch_.branch(m) == 1 || arch_.shared() == 0;
        return at_one ? potential(arch_.branch(m), 1) : 0;
    }
    [[nodiscard]] bool signed_runner(int m) const {
        return moments_.dim(m) == 1 && arch_.branch(m) == 2;
    }
    [[nodiscard]] bool reversed(int m, const partial_solution& saddle) const {
        const runner& r = runners_[static_cast<std::size_t>(m)];
        return moments_.dim(m) == 1 && arch_.branch(m) >= 2 &&
               moments_.part(saddle.residual, m)(0) * r.direction < 0;
    }
    [[nodiscard]] double clock_to_go(int m, const partial_solution& saddle) const;
    [[nodiscard]] double duration(int first, double clock, const partial_solution& saddle) const;
    void advance(double clock, const partial_solution& saddle);
    [[nodiscard]] partial_solution partial(const data::modality_set& learned) const {
        return solve_partial(moments_, learned, arch_, weight_decay_);
    }
    void start(race_result& result);
    void say_never(race_result& result, int m) const;
    bool next_phase(race_result& result);

    const data::moments& moments_;
    const architecture& arch_;
    double weight_decay_;
    bool timed_;
    std::vector<runner> runners_;
    double trunk_excess_ = 0;
    double time_ = 0;
};

double race_track::clock_to_go(int m, const partial_solution& saddle) const {
    const runner& r = runners_[static_cast<std::size_t>(m)];
    const double rate = moments_.part(saddle.residual, m).norm() - weight_decay_;
    if (!(rate > 0)) {
        return never;
    }
    if (signed_runner(m)) {
        const double sign = moments_.part(saddle.residual, m)(0) > 0 ? 1 : -1;
        return (r.potential - sign * r.gathered) / rate;
    }
    return reversed(m, saddle) ? never : r.potential / rate;
}

double race_track::duration(int first, double clock, const partial_solution& saddle) const {
    if (arch_.shared() == 0) {
        return clock;
    }
    if (saddle.learned.empty()) {
        std::vector<racer> racers;
        racers.reserve(runners_.size());
        for (int m = 0; m < moments_.count(); ++m) {
            racers.push_back({arch_.branch(m), runners_[static_cast<std::size_t>(m)].norm,
                              moments_.part(saddle.residual, m).norm()});
        }
        return first_phase_time(racers, first, arch_.shared(), trunk_excess_);
    }
    std::vector<int> branches;
    std::vector<double> weights;
    for (const int k : saddle.learned) {
        const double norm = moments_.part(saddle.weights, k).norm();
        if (norm > 0) {
            branches.push_back(arch_.branch(k));
            weights.push_back(norm);
        }
    }
    return clock / std::pow(trunk_norm(branches, weights, arch_.shared()), arch_.shared());
}

void race_track::advance(double clock, const partial_solution& saddle) {
    for (int m = 0; m < moments_.count(); ++m) {
        runner& r = runners_[static_cast<std::size_t>(m)];
        const auto residual = moments_.part(saddle.residual, m);
        if (signed_runner(m)) {
            r.gathered += residual(0) * clock;
        } else if (reversed(m, saddle)) {
            r.potential += residual.norm() * clock;
        } else {
            r.potential -= residual.norm() * clock;
        }
        r.potential += weight_decay_ * clock;  // zero where the clock is not time
    }
}

void race_track::start(race_result& result) {
    result.answer.times.assign(runners_.size(), never);
    result.saddles.push_back(partial(arch_.closure({})));
    for (const int m : result.saddles.front().learned) {
        result.answer.times[static_cast<std::size_t>(m)] = std::numeric_limits<double>::quiet_NaN();
        result.answer.warnings.push_back(fmt::format(
            "{} is one layer deep: it relaxes without a plateau, in a time of order 1 that "
            "the formulas do not give (integrate does)",
            moments_.name(m)));
    }
}

bool race_track::next_phase(race_result& result) {
    const partial_solution saddle = result.saddles.back();
    data::modality_set winners;
    double least = never;
    int first = -1;
    for (int m = 0; m < moments_.count(); ++m) {
        const double clock = data::contains(saddle.learned, m) ? never : clock_to_go(m, saddle);
        if (clock < least) {
            least = clock;
            first = m;
        }
    }
    if (first < 0) {
        return false;
    }
    for (int m = 0; m < moments_.count(); ++m) {
        if (!data::contains(saddle.learned, m) && clock_to_go(m, saddle) <= least * (1 + tie)) {
            winners.push_back(m);
        }
    }
    if (winners.size() > 1 && arch_.branch(first) > 1) {
        result.answer.warnings.push_back(
            fmt::format("tie: {} have equal clocks and are learned together at leading order",
                        fmt::join(moments_.names_of(winners), ", ")));
    }
    const double lasts = timed_ ? duration(first, least, saddle) : 0;
    time_ += lasts;
    result.answer.phases.push_back({saddle.learned, lasts});
    advance(least, saddle);
    const data::modality_set learned = arch_.closure(data::united(saddle.learned, winners));
    for (const int m : learned) {
        if (!data::contains(saddle.learned, m)) {
            result.answer.times[static_cast<std::size_t>(m)] = time_;
            if (reversed(m, saddle)) {
                result.answer.warnings.push_back(fmt::format(
                    "sign reversal: the residual of {} changed sign before it was learned; the "
                    "time is that of random networks, balanced ones never learn it",
                    moments_.name(m)));
            }
        }
    }
    result.saddles.push_back(partial(learned));
    return true;
}

void race_track::say_never(race_result& result, int m) const {
    const double left = moments_.part(result.saddles.back().residual, m).norm();
    outcome why = outcome::permanent_bias;
    std::string warning;
    if (left > 0 && left <= weight_decay_) {
        why = outcome::decayed;
        warning = fmt::format(
            "weight decay: what is left for {} to explain, {:.6g}, is below lambda = {}: never learned",
            moments_.name(m), left, weight_decay_);
    } else if (reversed(m, result.saddles.back())) {
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

race_result race_track::run() {
    race_result result;
    start(result);
    const bool all_small =
        std::all_of(runners_.begin(), runners_.end(), [](const runner& r) { return r.norm < 1; });
    if (!all_small || std::ssize(result.saddles.front().learned) == moments_.count()) {
        result.answer.times.assign(runners_.size(), std::numeric_limits<double>::quiet_NaN());
        result.answer.ended = outcome::no_plateau;
        if (!all_small) {
            result.answer.warnings.emplace_back(
                "init: the formulas need initial norms below 1: no time is given");
            result.saddles.push_back(partial(data::all_modalities(moments_.count())));
        }
        return result;
    }
    while (std::ssize(result.saddles.back().learned) < moments_.count() && next_phase(result)) {
    }
    for (int m = 0; m < moments_.count(); ++m) {
        if (data::contains(result.saddles.back().learned, m)) {
            continue;
        }
        say_never(result, m);
    }
    // Durations as they are, not as differences of times, which would lose a short phase after a
    // long one; unknown where a time is.
    const bool known = std::none_of(result.answer.times.begin(), result.answer.times.end(),
                                    [](double t) { return std::isnan(t); });
    if (!known) {
        result.answer.phases = phases_from_times(result.answer.times);
    } else if (std::ssize(result.saddles.back().learned) < moments_.count()) {
        result.answer.phases.push_back({result.saddles.back().learned, never});
    }
    return result;
}

}  // namespace

race_result race(const data::moments& moments, const architecture& arch, const initialisation& init,
                 double weight_decay) {
    arch.match(moments);
    init.validate(moments.count());
    require_range(arch, init);
    check_weight_decay(weight_decay);
    if (weight_decay > 0 && !arch.two_layer_late()) {
        throw data::input_error("weight-decay",
                                "the formulas know it for two-layer late fusion only (--depth 2 "
                                "--fusion 2); simulate knows it for every network");
    }
    return race_track(moments, arch, init, weight_decay, true).run();
}

std::vector<partial_solution> race_saddles(const data::moments& moments, const architecture& arch,
                                           const initialisation& init) {
    arch.match(moments);
    init.validate(moments.count());
    require_range(arch, init);
    return race_track(moments, arch, init, 0, false).run().saddles;
}

}  // namespace fusionflow::theory
