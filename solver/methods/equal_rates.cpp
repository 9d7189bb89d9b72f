#include "fusionflow/solver/methods/equal_rates.hpp"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "fusionflow/theory/learning_rates.hpp"

namespace fusionflow::solver {

namespace {

using theory::learning_rates;

// Total weights as those of the network that was asked about: W_m = a_m V_m.
class own_weights {
public:
    own_weights(const model& about)
        : moments_(&about.moments),
          factors_(theory::input_factors(about.architecture, about.training.rates)) {}

    void restore(Eigen::VectorXd& weights) const {
        for (int m = 0; m < moments_->count() && weights.size() > 0; ++m) {
            moments_->part(weights, m) *= factor(m);
        }
    }
    [[nodiscard]] double factor(int m) const { return factors_[static_cast<std::size_t>(m)]; }

private:
    const data::moments* moments_;
    std::vector<double> factors_;
};

// Multiplies weights by the roots of the factors of their learning rates, or divides them.
state with_roots(const network_shape& shape, const learning_rates& rates, state weights,
                 bool multiplied) {
    const Eigen::ArrayXd roots = parameter_rates(shape, rates, std::ssize(weights)).sqrt();
    Eigen::Map<Eigen::ArrayXd> all(weights.data(), std::ssize(weights));
    if (multiplied) {
        all *= roots;
    } else {
        all /= roots;
    }
    return weights;
}

void restore(trajectory& path, const own_weights& own, const learning_rates& rates) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        own.restore(path.weights[i]);
        for (int m = 0; m < path.norms[i].size(); ++m) {
            path.norms[i](m) *= own.factor(m);
            path.branch[i](m) *= std::sqrt(rates.branch(m));
        }
    }
}

}  // namespace

bool learns_at_one_rate(const method& how, const model& about) {
    const bool trains_as_told =
        how.kind == method_kind::network && (about.samples != nullptr || about.has_biases());
    return about.training.rates.equal() || trains_as_told;
}

model with_equal_rates(const model& about) {
    model same = about;
    if (!about.training.rates.equal()) {
        auto [moments, init] = theory::at_equal_rates(about.moments, about.architecture, about.init,
                                                      about.training.rates);
        same.moments = std::move(moments);
        same.init = std::move(init);
        same.training.rates = {};
    }
    return same;
}

answer run_at_equal_rates(const method& how, const model& about, const run_options& options) {
    const learning_rates& rates = about.training.rates;
    run_options from = options;
    if (options.start) {
        from.start = std::make_shared<const weighted_network>(
            weighted_network{options.start->shape, with_roots(options.start->shape, rates,
                                                              options.start->weights, false)});
    }
    answer found = how.run(with_equal_rates(about), from);
    const own_weights own(about);
    own.restore(found.weights_final);
    own.restore(found.noted);
    restore(found.path, own, rates);
    for (std::size_t m = 0; m < found.final_norms.size(); ++m) {
        found.final_norms[m] *= own.factor(static_cast<int>(m));
    }
    for (std::size_t m = 0; m < found.levels.size(); ++m) {
        found.levels[m].norm *= own.factor(static_cast<int>(m));
    }
    if (found.network) {
        trained_network& network = *found.network;
        network.at_start = with_roots(network.shape, rates, std::move(network.at_start), true);
        network.at_end = with_roots(network.shape, rates, std::move(network.at_end), true);
    }
    return found;
}

}  // namespace fusionflow::solver
