#include "fusionflow/solver/networks/targets_descent.hpp"

#include <iterator>
#include <utility>

namespace fusionflow::solver {

targets_descent::targets_descent(const network_shape& shape, const data::moments& moments,
                                 state weights, descent_law law)
    : shape_(shape), gradient_(shape, moments, std::ssize(weights) > shape.size()),
      weights_(std::move(weights)), law_(std::move(law)), total_(moments.correlations().size()) {
    if (!law_.rates.equal()) {
        rates_ = law_.rate * parameter_rates(shape_, law_.rates, std::ssize(weights_));
        gradient_in_memory_.resize(weights_.size());
    }
    gradient_.total_weights(weights_.data(), total_);
}

void targets_descent::step() {
    mean_loss_before_ = gradient_.mean_loss();
    if (rates_.size() > 0) {
        gradient_.descent(weights_.data(), gradient_in_memory_.data());
        Eigen::Map<Eigen::ArrayXd>(weights_.data(), rates_.size()) +=
            rates_ * Eigen::Map<const Eigen::ArrayXd>(gradient_in_memory_.data(), rates_.size());
    } else {
        gradient_.step(weights_.data(), total_, law_);
    }
    gradient_.total_weights(weights_.data(), total_);
}

double targets_descent::branch_norm(int m) const {
    return matrix(weights_.data(), shape_.branch(m).front()).norm();
}

bool targets_descent::fades(const data::modality_set& fading, const Eigen::VectorXd& residuals) {
    return solver::fades(shape_, weights_.data(), fading, residuals, law_.weight_decay);
}

std::unique_ptr<gradient_descent> start_descent(const network_shape& shape,
                                                const data::moments& moments, state weights,
                                                const descent_law& law) {
    if (moments.outputs() == 1 && std::ssize(weights) == shape.size() && law.rates.equal()) {
        return std::make_unique<network_descent>(shape, moments, std::move(weights), law);
    }
    return std::make_unique<targets_descent>(shape, moments, std::move(weights), law);
}

}  // namespace fusionflow::solver
