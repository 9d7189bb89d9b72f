#include "solver/half_height.hpp"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace fusionflow::solver {

namespace {

// A learned modality counts as settled when its residual is this small against its correlation, and
// the run as converged when the loss above its minimum is this small against what there is to gain.
constexpr double settled = 1e-3;
constexpr double converged = 1e-9;

}  // namespace

half_height_monitor::half_height_monitor(const data::moments& moments,
                                         const theory::architecture& arch,
                                         std::vector<theory::partial_solution> saddles)
    : moments_(&moments), arch_(&arch), saddles_(std::move(saddles)),
      final_(theory::solve_partial(moments, data::all_modalities(moments.count()))),
      times_(static_cast<std::size_t>(moments.count()), theory::never), levels_(times_.size(), 0.0),
      final_times_(times_.size(), theory::never), scratch_(moments.dimension()) {
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

void half_height_monitor::update_levels() {
    current_ = theory::solve_partial(*moments_, arch_->closure(learned_));
    for (int m = 0; m < moments_->count(); ++m) {
        if (data::contains(learned_, m)) {
            continue;
        }
        const auto reached_with = arch_->closure(data::with(learned_, m));
        const data::modality_set target = expected_group(m).value_or(reached_with);
        const auto reached = theory::solve_partial(*moments_, target);
        levels_[static_cast<std::size_t>(m)] = moments_->part(reached.weights, m).norm() / 2;
    }
}

void half_height_monitor::learn(int m, double t) {
    times_[static_cast<std::size_t>(m)] = t;
    learned_ = data::with(std::move(learned_), m);
    update_levels();
}

void half_height_monitor::start(const Eigen::VectorXd& weights) {
    time_ = 0;
    examine(0, 0, weights, nullptr);
}

void half_height_monitor::step(double t, const Eigen::VectorXd& weights, const weights_at& at,
                               int interior) {
    double from = time_;
    const double start = time_;
    for (int i = 1; i <= interior; ++i) {
        const double to = start + (t - start) * i / (interior + 1);
        at(to, scratch_);
        const Eigen::VectorXd inside = scratch_;
        examine(from, to, inside, at);
        from = to;
    }
    examine(from, t, weights, at);
    time_ = t;
}

// Everything that crosses its level in (t0, t1], in order of time; learning one changes the levels
// of the others, so the rest of the interval is looked at again.
void half_height_monitor::examine(double t0, double t1, const Eigen::VectorXd& weights,
                                  const weights_at& at) {
    const auto crossing = [&](double level, int m, double from) {
        const auto height = [&](double t) {
            at(t, scratch_);
            return moments_->part(scratch_, m).norm() - level;
        };
        if (!(t1 > from) || height(from) >= 0) {
            return from;
        }
        if (!(height(t1) > 0)) {
            return t1;
        }
        std::uintmax_t iterations = 100;
        const auto [a, b] = boost::math::tools::toms748_solve(
            height, from, t1, boost::math::tools::eps_tolerance<double>(50), iterations);
        return a + (b - a) / 2;
    };
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double half = moments_->part(final_.weights, m).norm() / 2;
        if (std::isinf(final_times_[i]) && half > 0 && moments_->part(weights, m).norm() >= half) {
            final_times_[i] = crossing(half, m, t0);
        }
    }
    for (double from = t0;;) {
        int first = -1;
        double earliest = theory::never;
        for (int m = 0; m < moments_->count(); ++m) {
            const double level = levels_[static_cast<std::size_t>(m)];
            if (data::contains(learned_, m) || !(level > 0) || !(excess(m, weights) >= 0)) {
                continue;
            }
            const double t = crossing(level, m, from);
            if (t < earliest) {
                earliest = t;
                first = m;
            }
        }
        if (first < 0) {
            return;
        }
        learn(first, earliest);
        from = earliest;
    }
}

std::optional<theory::outcome> half_height_monitor::finished(const Eigen::VectorXd& weights,
                                                             bool keeps_signs) {
    if (std::ssize(learned_) == moments_->count()) {
        return theory::outcome::learned;
    }
    // At rest with modalities that never reached the level of their own saddle: strongly correlated
    // ones learned together. Half of the final norm is what is left to measure them by.
    residual_ = moments_->correlation();
    residual_.noalias() -= moments_->covariance() * weights;
    const double above = (final_.weights - weights).dot(residual_) / 2;
    const bool more = current_.residual.norm() > 0;
    const double gain = (more ? current_.loss : moments_->target_power() / 2) - final_.loss;
    if (above <= converged * gain) {
        for (int m = 0; m < moments_->count(); ++m) {
            const double t = final_times_[static_cast<std::size_t>(m)];
            if (!data::contains(learned_, m) && std::isfinite(t)) {
                times_[static_cast<std::size_t>(m)] = t;
                learned_ = data::with(std::move(learned_), m);
            }
        }
        return std::ssize(learned_) == moments_->count() ? theory::outcome::learned
                                                         : theory::outcome::permanent_bias;
    }
    bool reversed = false;
    for (int m = 0; m < moments_->count(); ++m) {
        const auto now = moments_->part(residual_, m);
        const auto later = moments_->part(current_.residual, m);
        if (data::contains(learned_, m)) {
            if (!(now.norm() <= settled * moments_->part(moments_->correlation(), m).norm())) {
                return std::nullopt;
            }
        } else if (data::contains(current_.learned, m)) {
            return std::nullopt;  // on its way with those that are learned
        } else if (later.norm() > 0) {
            const auto part = moments_->part(weights, m);
            const bool stuck = keeps_signs && arch_->branch(m) >= 2 && moments_->dim(m) == 1 &&
                               now.dot(part) <= 0 && later.dot(part) <= 0;
            if (!stuck) {
                return std::nullopt;
            }
            reversed = true;
        }
    }
    return reversed ? theory::outcome::sign_reversal : theory::outcome::permanent_bias;
}

}  // namespace fusionflow::solver
