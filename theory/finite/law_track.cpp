#include "fusionflow/theory/finite/law_track.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>

#include "fusionflow/theory/race/phase_time.hpp"

namespace fusionflow::theory {

namespace {

constexpr double straight = 1 - 1e-9;  // from this cosine on an angle counts as zero
constexpr double panel = 0.5;          // of the curve's q, as in chain_curve

// Appends the layers that are not zero.
void append_others(std::vector<double>& to, const std::vector<double>& layers) {
    std::copy_if(layers.begin(), layers.end(), std::back_inserter(to),
                 [](double a) { return a > 0; });
}

// u_f^p at a saddle.
double learned_trunk(const data::moments& moments, const architecture& arch,
                     const partial_solution& saddle) {
    std::vector<int> branches;
    std::vector<double> weights;
    for (const int k : saddle.learned) {
        const double norm = moments.part(saddle.weights, k).norm();
        if (norm > 0) {
            branches.push_back(arch.branch(k));
            weights.push_back(norm);
        }
    }
    return arch.shared() == 0 || weights.empty()
               ? 1
               : std::pow(trunk_norm(branches, weights, arch.shared()), arch.shared());
}

}  // namespace

law_track::law_track(const data::moments& moments, const architecture& arch,
                     const aligned_weights& start)
    : moments_(moments), arch_(arch), trunk_(start.trunk), saddle_(solve_partial(moments, {})) {
    answer_.times.assign(static_cast<std::size_t>(moments.count()), never);
    // All curves have the least of all layers as their unit, so that every layer is resolved.
    double unit = trunk_.empty() ? never : *std::min_element(trunk_.begin(), trunk_.end());
    std::vector<std::vector<double>> others(start.first.size());
    for (std::size_t m = 0; m < others.size(); ++m) {
        append_others(others[m], {start.first[m].norm()});
        append_others(others[m], start.branches[m]);
        std::sort(others[m].begin(), others[m].end());
        unit = std::min(unit, others[m].front());
    }
    for (std::size_t m = 0; m < others.size(); ++m) {
        const bool linear = others[m].size() == (arch.shared() == 0 ? 3 : 2);
        double growth = 0;
        if (linear || others[m].size() == 1) {
            growth =
                std::accumulate(others[m].begin() + 1, others[m].end(), 1.0, std::multiplies<>());
        }
        runners_.push_back({chain_curve(others[m], unit), growth, 0,
                            moments.part(moments.correlation(), static_cast<int>(m))});
    }
}

// phi at which m is learned: at its blow-up or, without one, where it reaches its saddle.
double law_track::level(int m, const data::modality_set& learned) const {
    const chain_curve& curve = runners_[static_cast<std::size_t>(m)].curve;
    if (curve.blows_up()) {
        return curve.total();
    }
    const data::modality_set with_m = data::with(learned, m);
    const partial_solution reached = solve_partial(moments_, with_m);
    const double weight = moments_.part(reached.weights, m).norm();
    // Without a blow-up x grows as e^phi, until x^2 = |W_m| / u_f^p.
    return curve.reached(
        curve.place_of_size(std::sqrt(weight / learned_trunk(moments_, arch_, reached))));
}

double law_track::clock_to_go(int m) const {
    const law_runner& r = runners_[static_cast<std::size_t>(m)];
    const auto residual = moments_.part(saddle_.residual, m);
    const double rate = residual.norm();
    if (!(rate > 0)) {
        return never;
    }
    const double sign = is_scalar(m) && residual(0) < 0 ? -1 : 1;
    return std::max(level(m, saddle_.learned) - sign * r.gathered, 0.0) / rate;
}

double law_track::trunk_speed(double square) const {
    double speed = 1;
    for (const double b : trunk_) {
        speed *= std::sqrt(b * b + square);
    }
    return speed;
}

// The first phase lasts int dc / prod_k sqrt(b_k^2 + sum_m x_m^2), along the curve of `first`.
double law_track::first_duration(int first) const {
    const chain_curve& leader = runners_[static_cast<std::size_t>(first)].curve;
    const double rate = moments_.part(saddle_.residual, first).norm();
    const auto integrand = [&](double q) {
        double square = std::pow(leader.size(q), 2);
        for (int m = 0; m < moments_.count(); ++m) {
            if (m != first) {
                const double share = moments_.part(saddle_.residual, m).norm() / rate;
                const chain_curve& curve = runners_[static_cast<std::size_t>(m)].curve;
                square += std::pow(curve.size(curve.place(share * leader.reached(q))), 2);
            }
        }
        return leader.slope(q) / trunk_speed(square);
    };
    double integral = 0;
    for (int i = 0; panel * i < leader.end(); ++i) {
        const double q = panel * i;
        integral += boost::math::quadrature::gauss<double, 15>::integrate(integrand, q, q + panel);
    }
    return integral / rate;
}

double law_track::duration(int first, double clock) const {
    if (arch_.shared() == 0) {
        return clock;
    }
    if (saddle_.learned.empty()) {
        return first_duration(first);
    }
    return clock / learned_trunk(moments_, arch_, saddle_);
}

void law_track::advance(double clock) {
    for (int m = 0; m < moments_.count(); ++m) {
        const auto residual = moments_.part(saddle_.residual, m);
        const double signed_rate = is_scalar(m) ? residual(0) : residual.norm();
        runners_[static_cast<std::size_t>(m)].gathered += signed_rate * clock;
    }
}

// Turns vectors to their new residuals: the part (1 + cos)/2 of what grew along the old direction
// goes on along the new one. Returns a modality for which that does not hold, if there is one.
std::optional<int> law_track::turn() {
    for (int m = 0; m < moments_.count(); ++m) {
        law_runner& r = runners_[static_cast<std::size_t>(m)];
        const auto residual = moments_.part(saddle_.residual, m);
        if (is_scalar(m) || data::contains(saddle_.learned, m) || !(residual.norm() > 0)) {
            continue;
        }
        const double size = r.direction.norm() * residual.norm();
        const double cosine = size > 0 ? r.direction.dot(residual) / size : 1;
        r.direction = residual;
        if (cosine >= straight) {
            continue;
        }
        const double part = (1 + cosine) / 2;
        if (!(r.growth > 0 && part > 0)) {
            return m;
        }
        r.gathered = std::max(r.gathered + std::log(part) / r.growth, 0.0);
    }
    return std::nullopt;
}

bool law_track::next_phase() {
    double least = never;
    int first = -1;
    std::vector<double> clocks;
    for (int m = 0; m < moments_.count(); ++m) {
        clocks.push_back(data::contains(saddle_.learned, m) ? never : clock_to_go(m));
        if (clocks.back() < least) {
            least = clocks.back();
            first = m;
        }
    }
    if (first < 0) {
        return false;
    }
    const double lasts = duration(first, least);
    time_ += lasts;
    answer_.phases.push_back({saddle_.learned, lasts});
    advance(least);
    data::modality_set learned = saddle_.learned;
    for (int m = 0; m < moments_.count(); ++m) {
        if (clocks[static_cast<std::size_t>(m)] <= least * (1 + clock_tie)) {
            learned = data::with(std::move(learned), m);
            answer_.times[static_cast<std::size_t>(m)] = time_;
        }
    }
    saddle_ = solve_partial(moments_, learned);
    const auto lost = turn();
    if (lost) {
        answer_.warnings.push_back(fmt::format(
            "width law: the residual of {} turns when another modality is learned, and its small "
            "layers do not grow linearly: no time is given from there on",
            moments_.name(*lost)));
        std::replace(answer_.times.begin(), answer_.times.end(), never, unknown);
        answer_.phases = phases_from_times(answer_.times);
    }
    return !lost;
}

void law_track::never_learned() {
    if (std::none_of(answer_.times.begin(), answer_.times.end(),
                     [](double t) { return std::isinf(t); })) {
        return;
    }
    answer_.ended = outcome::permanent_bias;
    answer_.phases.push_back({saddle_.learned, never});
    for (int m = 0; m < moments_.count(); ++m) {
        if (std::isinf(answer_.times[static_cast<std::size_t>(m)])) {
            answer_.warnings.push_back(
                fmt::format("permanent bias: nothing is left for {} to explain: never learned",
                            moments_.name(m)));
        }
    }
}

learning law_track::run() {
    while (std::ssize(saddle_.learned) < moments_.count() && next_phase()) {
    }
    never_learned();
    return std::move(answer_);
}

}  // namespace fusionflow::theory
