#include "fusionflow/solver/training/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace fusionflow::solver {

comparison::comparison(const data::moments& moments, weighted_network other, descent_law law)
    : moments_(&moments), other_(std::move(other)), law_(std::move(law)), apart_(moments.count()),
      size_(moments.count()), expected_(Eigen::VectorXd::Zero(moments.count())) {
    apart_.setZero();
    size_.setZero();
}

void comparison::give_up_above(double most, Eigen::VectorXd sizes) {
    most_ = most;
    expected_ = std::move(sizes);
}

void comparison::start(const Eigen::VectorXd& total) {
    apart_.setZero();
    size_.setZero();
    descent_ = start_descent(other_.shape, *moments_, other_.weights, law_);
    note(total, descent_->total_weights());
}

void comparison::follow(const Eigen::VectorXd& total) {
    descent_->step();
    note(total, descent_->total_weights());
}

void comparison::note(const Eigen::VectorXd& total, const Eigen::VectorXd& other) {
    for (int m = 0; m < moments_->count(); ++m) {
        const double apart = (moments_->part(total, m) - moments_->part(other, m)).norm();
        apart_(m) = std::max(
            apart_(m), std::isfinite(apart) ? apart : std::numeric_limits<double>::infinity());
        size_(m) = std::max(size_(m), moments_->part(total, m).norm());
        if (apart_(m) > most_ * std::max(size_(m), expected_(m))) {
            throw parted{};
        }
    }
}

double comparison::deviation() const {
    double largest = 0;
    for (int m = 0; m < moments_->count(); ++m) {
        // Written so that infinity over infinity counts as infinity.
        if (!(apart_(m) <= largest * size_(m))) {
            const double part = apart_(m) / size_(m);
            largest = std::isfinite(part) ? part : std::numeric_limits<double>::infinity();
        }
    }
    return largest;
}

compared_flow::compared_flow(const weighted_network& first, const data::moments& moments,
                             comparison& compared, bool keeps_signs)
    : compared_(&compared), first_(first.shape, moments, first.weights, keeps_signs,
                                   compared.law().weight_decay, compared.law().rates),
      second_(compared.other().shape, moments, compared.other().weights, keeps_signs,
              compared.law().weight_decay, compared.law().rates),
      one_(first.weights.size()), two_(compared.other().weights.size()), one_moves_(one_.size()),
      two_moves_(two_.size()), other_total_(moments.correlations().size()) {}

void compared_flow::split(const state& x) const {
    const auto middle = x.begin() + static_cast<std::ptrdiff_t>(one_.size());
    std::copy(x.begin(), middle, one_.begin());
    std::copy(middle, x.end(), two_.begin());
}

state compared_flow::initial() const {
    state both = first_.initial();
    const state second = second_.initial();
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

void compared_flow::derivative(const state& x, state& dxdt) {
    split(x);
    first_.derivative(one_, one_moves_);
    second_.derivative(two_, two_moves_);
    std::copy(two_moves_.begin(), two_moves_.end(),
              std::copy(one_moves_.begin(), one_moves_.end(), dxdt.begin()));
}

stiff_part* compared_flow::fast() {
    return first_.fast() != nullptr && second_.fast() != nullptr ? &fast_ : nullptr;
}

bool compared_flow::both_fast::take(const state& x) {
    of_->split(x);
    return of_->first_.fast()->take(of_->one_) && of_->second_.fast()->take(of_->two_);
}

void compared_flow::both_fast::solve(double shift, double h, Eigen::Ref<Eigen::VectorXd> v) {
    of_->first_.fast()->solve(shift, h, v.head(middle()));
    of_->second_.fast()->solve(shift, h, v.tail(v.size() - middle()));
}

void compared_flow::both_fast::solve(std::complex<double> shift, double h,
                                     Eigen::Ref<Eigen::VectorXd> real,
                                     Eigen::Ref<Eigen::VectorXd> imaginary) {
    const Eigen::Index rest = real.size() - middle();
    of_->first_.fast()->solve(shift, h, real.head(middle()), imaginary.head(middle()));
    of_->second_.fast()->solve(shift, h, real.tail(rest), imaginary.tail(rest));
}

double compared_flow::relative_error(const state& x, const state& error) const {
    split(x);
    const auto middle = error.begin() + static_cast<std::ptrdiff_t>(one_.size());
    return std::max(first_.relative_error(one_, state(error.begin(), middle)),
                    second_.relative_error(two_, state(middle, error.end())));
}

void compared_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    split(x);
    first_.total_weights(one_, weights);
    second_.total_weights(two_, other_total_);
    compared_->note(weights, other_total_);
}

void compared_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    split(x);
    first_.branch_norms(one_, norms);
}

}  // namespace fusionflow::solver
