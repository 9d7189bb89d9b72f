// How half_height_monitor sees that nothing more can be learned.

#include <algorithm>
#include <cmath>

#include "solver/half_height.hpp"
#include "solver/moment_products.hpp"
#include "theory/weight_decay.hpp"

namespace fusionflow::solver {

namespace {

// A modality counts as settled when its residual is this small against its correlation, and the
// flow as being at a saddle when its loss is this near, against what the saddle explains: strongly
// correlated modalities share that out long after they explain it.
constexpr double settled = 1e-3;
constexpr double near = 1e-9;
constexpr double rounding = 1e-13;  // of the terms of a residual: what rounding leaves of it
constexpr long looks_apart = 16;    // with weight decay, where a look solves for the trunk's norm

}  // namespace

// Its residual is this part of the terms that it is the difference of, or less.
bool half_height_monitor::is_still(int m, const Eigen::VectorXd& weights, double part) const {
    const double left = moments_->part(residual_, m).norm();
    double terms = moments_->part(moments_->correlations(), m).norm();
    const auto w = moments_->matrix(weights);
    for (int i = moments_->offset(m); left > part * terms && i < moments_->offset(m + 1); ++i) {
        for (Eigen::Index j = 0; j < w.cols(); ++j) {
            for (Eigen::Index k = 0; k < w.rows(); ++k) {
                terms += std::abs(moments_->covariance()(i, j) * w(k, j));
            }
        }
    }
    return left <= part * terms;
}

// What has a weight and no residual, if all of that is at rest where its saddle is: if the loss is
// that of the saddle. (Weights need not be those of the saddle where Sigma is singular.)
std::optional<data::modality_set> half_height_monitor::resting(const Eigen::VectorXd& weights) {
    data::modality_set still;
    for (int m = 0; m < moments_->count(); ++m) {
        if (is_still(m, weights, settled)) {
            still = data::with(std::move(still), m);
        }
    }
    data::modality_set rest;
    const Eigen::VectorXd own = saddle_of(still).weights;
    for (const int m : still) {
        if (moments_->part(weights, m).norm() > settled * moments_->part(own, m).norm()) {
            rest = data::with(std::move(rest), m);
        }
    }
    rest = arch_->closure(rest);
    const auto& saddle = saddle_of(rest);
    scratch_ = weights - saddle.weights;
    const double above = output_power(*moments_, scratch_);
    // Weight decay may leave a network at zero.
    const double scale = weight_decay_ > 0 ? everything_ : saddle.explained;
    return above <= near * scale ? std::optional(rest) : std::nullopt;
}

// Half of the norm at rest is what is left to measure them by.
void half_height_monitor::learn_at_rest(const data::modality_set& rest) {
    for (const int m : rest) {
        const double time = rest_times_[static_cast<std::size_t>(m)];
        if (!data::contains(learned_, m) && std::isfinite(time)) {
            times_[static_cast<std::size_t>(m)] = time;
            learned_ = data::with(std::move(learned_), m);
            phases_ = theory::phases_from_times(times_);
        }
    }
}

std::optional<end_of_run> half_height_monitor::finished(const Eigen::VectorXd& weights,
                                                        bool keeps_signs, const fading& fades) {
    if (std::ssize(learned_) == moments_->count()) {
        return end_of_run{theory::outcome::learned, {}};
    }
    if (!(everything_ > 0)) {
        return end_of_run{
            weight_decay_ > 0 ? theory::outcome::decayed : theory::outcome::permanent_bias, {}};
    }
    if (weight_decay_ > 0) {
        return finished_decaying(weights, fades);
    }
    residual(*moments_, weights, residual_);
    for (int m = 0; m < moments_->count(); ++m) {
        const bool grows = moments_->part(residual_, m).dot(moments_->part(weights, m)) > 0;
        if (grows && !is_still(m, weights, settled)) {
            return std::nullopt;
        }
    }
    const auto rest = resting(weights);
    if (!rest) {
        return std::nullopt;
    }
    const Eigen::VectorXd& later = saddle_of(*rest).residual;
    bool reversed = false;
    for (int m = 0; m < moments_->count(); ++m) {
        if (data::contains(*rest, m) || moments_->part(later, m).norm() == 0 ||
            is_still(m, weights, rounding)) {
            continue;
        }
        const auto part = moments_->part(weights, m);
        const bool stuck = keeps_signs && arch_->branch(m) >= 2 && moments_->dim(m) == 1 &&
                           moments_->part(residual_, m).dot(part) <= 0 &&
                           moments_->part(later, m).dot(part) <= 0;
        if (!stuck) {
            return std::nullopt;
        }
        reversed = true;
    }
    return conclude(*rest,
                    reversed ? theory::outcome::sign_reversal : theory::outcome::permanent_bias);
}

end_of_run half_height_monitor::conclude(const data::modality_set& rest,
                                         theory::outcome otherwise) {
    const bool known = (rest_ && rest_->learned == rest) ||
                       std::includes(learned_.begin(), learned_.end(), rest.begin(), rest.end());
    if (known) {
        learn_at_rest(rest);
    }
    const bool all = std::ssize(learned_) == moments_->count();
    return {all ? theory::outcome::learned : otherwise, known ? std::nullopt : std::optional(rest)};
}

// With weight decay a modality is at rest where its residual and the pull of the decay balance. The
// others have to fade: that they are small and shrink now says nothing about random weights.
std::optional<end_of_run> half_height_monitor::finished_decaying(const Eigen::VectorXd& weights,
                                                                 const fading& fades) {
    if (asked_++ % looks_apart != 0) {
        return std::nullopt;
    }
    residual(*moments_, weights, residual_);
    Eigen::VectorXd norms(moments_->count());
    Eigen::VectorXd residuals(moments_->count());
    for (int m = 0; m < moments_->count(); ++m) {
        norms(m) = moments_->part(weights, m).norm();
        residuals(m) = moments_->part(residual_, m).norm();
    }
    const Eigen::VectorXd pulls = theory::decay_pulls(*arch_, norms, weight_decay_);
    for (int m = 0; m < moments_->count(); ++m) {
        if (norms(m) > 0) {
            residual_.segment(moments_->offset(m), moments_->dim(m)) -=
                pulls(m) * moments_->part(weights, m);
        }
    }
    const auto rest = resting(weights);
    data::modality_set waiting;
    for (int m = 0; rest && m < moments_->count(); ++m) {
        if (!data::contains(*rest, m)) {
            waiting.push_back(m);
        }
    }
    if (!rest || !(waiting.empty() || fades(waiting, residuals))) {
        return std::nullopt;
    }
    return conclude(*rest, theory::outcome::decayed);
}

}  // namespace fusionflow::solver
