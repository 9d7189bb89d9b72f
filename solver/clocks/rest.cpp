#include "fusionflow/solver/clocks/rest.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::solver {

namespace {

// A modality waits while its weight is below this part of its scale. Half-heights are at 1/2, and
// what so small a weight takes from the others' residuals moves their weights by as small a part.
constexpr double little = 1e-3;
// A weight is settled when Newton's method would change less than this part of it. While it settles
// it can lower the potential of a waiting modality by this part times a regression coefficient; to
// learn that modality its potential has to fall by 1 and more.
constexpr double settled_part = 3e-5;
// While a residual that makes its weight grow is above this part of its own terms, the path moves,
// and there is no need to look closer.
constexpr double going_on = 1e-2;

}  // namespace

saddle_book::saddle_book(const data::moments& moments, const theory::architecture& arch,
                         std::vector<theory::partial_solution> known, double weight_decay)
    : moments_(&moments), arch_(&arch), weight_decay_(weight_decay),
      saddles_(std::make_move_iterator(known.begin()), std::make_move_iterator(known.end())) {}

const theory::partial_solution& saddle_book::of(const data::modality_set& learned) {
    const auto found = std::find_if(saddles_.begin(), saddles_.end(),
                                    [&](const auto& saddle) { return saddle.learned == learned; });
    if (found != saddles_.end()) {
        return *found;
    }
    saddles_.push_back(theory::solve_partial(*moments_, learned, *arch_, weight_decay_));
    return saddles_.back();
}

rest_judge::rest_judge(const data::moments& moments, const theory::architecture& arch,
                       double weight_decay)
    : moments_(&moments), arch_(&arch), weight_decay_(weight_decay), rounding_(moments),
      corrections_(Eigen::VectorXd::Zero(moments.correlations().size())) {}

std::optional<standstill> rest_judge::look(const Eigen::VectorXd& weights,
                                           const Eigen::VectorXd& scales, double explained,
                                           bool keeps_signs, const fading& fades,
                                           saddle_book& saddles) {
    residual(*moments_, weights, residual_);
    rounding_.terms(weights, terms_);
    if (weight_decay_ == 0 && something_grows(weights)) {
        return std::nullopt;
    }
    standstill found{with_weight(weights, scales, explained)};
    const theory::partial_solution& saddle = saddles.of(found.rest);
    for (int m = 0; weight_decay_ == 0 && m < moments_->count(); ++m) {
        if (data::contains(found.rest, m)) {
            continue;
        }
        switch (fate_of(m, weights, saddle, keeps_signs)) {
            case fate::rises: return std::nullopt;
            case fate::has_turned: found.reversed = true; break;
            case fate::unresolved: found.unresolved = true; break;
            case fate::nothing_is_left: break;
        }
    }
    if (weight_decay_ > 0 && !waiting_fade(found.rest, weights, fades)) {
        return std::nullopt;
    }
    find_corrections(saddle, weights);
    return are_settled(found.rest, weights) ? std::optional(found) : std::nullopt;
}

bool rest_judge::something_grows(const Eigen::VectorXd& weights) const {
    for (int m = 0; m < moments_->count(); ++m) {
        const auto e = moments_->part(residual_, m);
        const double terms = terms_.segment(moments_->offset(m), moments_->dim(m)).norm();
        if (e.dot(moments_->part(weights, m)) > 0 && e.norm() > going_on * terms) {
            return true;
        }
    }
    return false;
}

data::modality_set rest_judge::with_weight(const Eigen::VectorXd& weights,
                                           const Eigen::VectorXd& scales, double explained) const {
    data::modality_set set;
    for (int m = 0; m < moments_->count(); ++m) {
        const auto w = moments_->matrix(weights, m);
        const auto counts = [&] {
            const double power = w.cwiseProduct(w * moments_->covariance_of(m)).sum();
            return power > little * little * explained;
        };
        if (scales(m) > 0 ? w.norm() > little * scales(m) : counts()) {
            set.push_back(m);
        }
    }
    return arch_->closure(set);
}

rest_judge::fate rest_judge::fate_of(int m, const Eigen::VectorXd& weights,
                                     const theory::partial_solution& saddle,
                                     bool keeps_signs) const {
    if (theory::nothing_left(*moments_, saddle, m)) {
        return fate::nothing_is_left;
    }
    const auto later = moments_->part(saddle.residual, m);
    // While the others still settle, a residual may pass through zero.
    const bool stands = std::all_of(saddle.learned.begin(), saddle.learned.end(),
                                    [this](int k) { return is_rounding(k); });
    if (stands && is_rounding(m)) {
        return fate::unresolved;
    }
    const auto w = moments_->part(weights, m);
    const bool turned = keeps_signs && arch_->branch(m) >= 2 && moments_->dim(m) == 1 &&
                        moments_->part(residual_, m).dot(w) <= 0 && later.dot(w) <= 0;
    return turned ? fate::has_turned : fate::rises;
}

// True where the waiting modalities fade. That they are small and shrink now is not enough: random
// weights may do so and grow later. Takes the pull of the decay off the residual.
bool rest_judge::waiting_fade(const data::modality_set& rest, const Eigen::VectorXd& weights,
                              const fading& fades) {
    Eigen::VectorXd residuals(moments_->count());
    data::modality_set waiting;
    for (int m = 0; m < moments_->count(); ++m) {
        residuals(m) = moments_->part(residual_, m).norm();
        if (!data::contains(rest, m)) {
            waiting.push_back(m);
        }
    }
    subtract_decay(weights);
    return waiting.empty() || fades(waiting, residuals);
}

void rest_judge::subtract_decay(const Eigen::VectorXd& weights) {
    Eigen::VectorXd norms(moments_->count());
    for (int m = 0; m < moments_->count(); ++m) {
        norms(m) = moments_->part(weights, m).norm();
    }
    const Eigen::VectorXd pulls = theory::decay_pulls(*arch_, norms, weight_decay_);
    for (int m = 0; m < moments_->count(); ++m) {
        if (norms(m) > 0) {
            moments_->part(residual_, m) -= pulls(m) * moments_->part(weights, m);
        }
    }
}

void rest_judge::invert(const data::modality_set& set) {
    if (inverted_ == set) {
        return;
    }
    inputs_.clear();
    for (const int m : set) {
        for (int i = 0; i < moments_->dim(m); ++i) {
            inputs_.push_back(moments_->offset(m) + i);
        }
    }
    inverse_ = data::pseudo_inverse(moments_->covariance()(inputs_, inputs_)).inverse;
    inverted_ = set;
}

void rest_judge::find_corrections(const theory::partial_solution& saddle,
                                  const Eigen::VectorXd& weights) {
    if (weight_decay_ > 0) {
        corrections_ = saddle.weights - weights;
        return;
    }
    invert(saddle.learned);
    Eigen::Map<Eigen::MatrixXd> all(corrections_.data(), moments_->outputs(),
                                    moments_->dimension());
    all(Eigen::all, inputs_) = moments_->matrix(residual_)(Eigen::all, inputs_) * inverse_;
}

bool rest_judge::are_settled(const data::modality_set& rest, const Eigen::VectorXd& weights) const {
    return std::all_of(rest.begin(), rest.end(), [&](int m) {
        const double size = moments_->part(weights, m).norm();
        return is_rounding(m) || moments_->part(corrections_, m).norm() <= settled_part * size;
    });
}

}  // namespace fusionflow::solver
