#include "fusionflow/solver/flows/network_flow.hpp"

#include <algorithm>

namespace fusionflow::solver {

network_flow::network_flow(const network_shape& shape, const data::moments& moments, state weights,
                           bool keeps_signs, double weight_decay)
    : shape_(&shape), moments_(&moments), gradient_(shape, moments), initial_(std::move(weights)),
      keeps_signs_(keeps_signs), weight_decay_(weight_decay) {}

void network_flow::derivative(const state& x, state& dxdt) {
    gradient_.descent(x.data(), dxdt.data());
    if (weight_decay_ > 0) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            dxdt[i] -= weight_decay_ * x[i];
        }
    }
}

stiff_part* network_flow::fast() {
    if (weight_decay_ > 0 || moments_->correlations().size() > most_stiff_outputs) {
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
    const auto look = [&](const layer& l) {
        const double size = matrix(x.data(), l).norm();
        const double relative = matrix(error.data(), l).norm() / (size > 0 ? size : 1);
        finite = finite && relative <= std::numeric_limits<double>::max();
        largest = std::max(largest, relative);
    };
    for (int m = 0; m < shape_->count(); ++m) {
        std::for_each(shape_->branch(m).begin(), shape_->branch(m).end(), look);
    }
    std::for_each(shape_->trunk().begin(), shape_->trunk().end(), look);
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
