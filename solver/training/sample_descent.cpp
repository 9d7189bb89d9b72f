#include "fusionflow/solver/training/sample_descent.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "fusionflow/data/need.hpp"

namespace fusionflow::solver {

std::uint64_t order_seed(std::uint64_t seed, int repeat) {
    return data::repeat_seed(data::repeat_seed(seed, repeat), -1);
}

sample_descent::sample_descent(const network_shape& shape, const data::samples& data,
                               const training& how, state parameters, std::uint64_t order_seed)
    : network_(shape, data, how.samples), parameters_(std::move(parameters)),
      gradient_(parameters_.size()),
      update_(how.samples.rule->begin({.weights = shape.size(),
                                       .parameters = network_.size(),
                                       .weight_decay = how.weight_decay,
                                       .number = how.samples.rule.number})),
      rate_(how.rate()), decay_(how.decay_rate), order_(static_cast<std::size_t>(data.count())),
      batch_(how.samples.batch == 0 ? order_.size() : static_cast<std::size_t>(how.samples.batch)),
      random_(order_seed) {
    data::need(std::ssize(parameters_) == network_.size(), "weights", "need {} numbers, got {}",
               network_.size(), parameters_.size());
    data::need(batch_ <= order_.size(), "batch", "need at most the number of samples, {}, got {}",
               order_.size(), batch_);
    std::iota(order_.begin(), order_.end(), Eigen::Index{0});
    if (!how.rates.equal()) {
        factors_ = parameter_rates(shape, how.rates, network_.size());
    }
}

double sample_descent::measure() {
    loss_ = is_full_batch() ? network_.gradient(parameters_.data(), gradient_.data())
                            : network_.loss(parameters_.data());
    return loss_;
}

void sample_descent::epoch() { epoch(nullptr); }

void sample_descent::epoch(const watch& watched) {
    const std::span<const Eigen::Index> order(order_);
    if (is_full_batch()) {
        if (watched) {
            watched(order, loss_);
        }
        descend();
    } else {
        random_.shuffle(order_);
        for (std::size_t first = 0; first < order.size(); first += batch_) {
            const auto batch = order.subspan(first, std::min(batch_, order.size() - first));
            const double loss =
                network_.batch_gradient(parameters_.data(), batch, gradient_.data());
            if (watched) {
                watched(batch, loss);
            }
            descend();
        }
    }
    rate_ *= decay_;
}

long sample_descent::steps_per_epoch() const noexcept {
    return static_cast<long>((order_.size() + batch_ - 1) / batch_);
}

// A rule takes a step at the common rate, of which every parameter keeps its own multiple.
void sample_descent::descend() {
    Eigen::Map<Eigen::ArrayXd> parameters(parameters_.data(), network_.size());
    if (factors_.size() > 0) {
        before_ = parameters;
    }
    update_(parameters, Eigen::Map<const Eigen::ArrayXd>(gradient_.data(), network_.size()), rate_);
    if (factors_.size() > 0) {
        parameters = before_ + factors_ * (parameters - before_);
    }
}

}  // namespace fusionflow::solver
