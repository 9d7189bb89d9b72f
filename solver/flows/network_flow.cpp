#include "fusionflow/solver/flows/network_flow.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace fusionflow::solver {

network_flow::network_flow(const network_shape& shape, const data::moments& moments, state weights,
                           bool keeps_signs, double weight_decay,
                           const theory::learning_rates& rates)
    : shape_(&shape), moments_(&moments),
      gradient_(shape, moments, std::ssize(weights) > shape.size()), initial_(std::move(weights)),
      keeps_signs_(keeps_signs), weight_decay_(weight_decay) {
    if (!rates.equal()) {
        rates_ = parameter_rates(shape, rates, std::ssize(initial_));
    }
}

void network_flow::derivative(const state& x, state& dxdt) {
    gradient_.descent(x.data(), dxdt.data());
    if (rates_.size() > 0) {
        Eigen::Map<Eigen::ArrayXd>(dxdt.data(), rates_.size()) *= rates_;
    }
    if (weight_decay_ > 0) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(shape_->size()); ++i) {
            dxdt[i] -= weight_decay_ * x[i];
        }
    }
}

stiff_part* network_flow::fast() {
    const bool biases = std::ssize(initial_) > shape_->size();
    if (weight_decay_ > 0 || biases || rates_.size() > 0 ||
        moments_->correlations().size() > most_stiff_outputs) {
        return nullptr;
    }
    if (fast_ == nullptr) {
        fast_ = std::make_unique<gauss_newton>(*shape_, *moments_);
    }
    return fast_.get();
}

double network_flow::relative_error(const state& x, const state& error) const {
    double largest = 0;
    bool finite = true;
    const auto compare = [&](double wrong, double size) {
        const double relative = wrong / (size > 0 ? size : 1);
        finite = finite && relative <= std::numeric_limits<double>::max();
        largest = std::max(largest, relative);
    };
    const auto look = [&](const layer& l) {
        const double size = matrix(x.data(), l).norm();
        compare(matrix(error.data(), l).norm(), size);
    };
    for (int m = 0; m < shape_->count(); ++m) {
        std::for_each(shape_->branch(m).begin(), shape_->branch(m).end(), look);
    }
    std::for_each(shape_->trunk().begin(), shape_->trunk().end(), look);
    if (std::ssize(x) > shape_->size()) {
        Eigen::Index at = shape_->size();
        const auto look_at_biases = [&](const layer& l) {
            const auto of = [&](const state& numbers) {
                return Eigen::Map<const Eigen::VectorXd>(numbers.data() + at, l.rows).norm();
            };
            compare(of(error), of(x) + matrix(x.data(), l).norm());
            at += l.rows;
        };
        for (int m = 0; m < shape_->count(); ++m) {
            const auto& layers = shape_->branch(m);
            std::for_each(layers.begin(), layers.end() - 1, look_at_biases);
        }
        look_at_biases(shape_->branch(0).back());
        std::for_each(shape_->trunk().begin(), shape_->trunk().end(), look_at_biases);
    }
    return finite ? largest : std::numeric_limits<double>::infinity();
}

void network_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    gradient_.total_weights(x.data(), weights);
}

void network_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (int m = 0; m < shape_->count(); ++m) {
        norms(m) = matrix(x.data(), shape_->branch(m).front()).norm();
    }
}

}  // namespace fusionflow::solver
