#include "fusionflow/solver/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/compact/truncated.hpp"
#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/solver/steps/epoch_loop.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::solver {

namespace {

// Full-batch gradient descent of a linear network from moments.
class moments_descent final : public epoch_loop {
public:
    moments_descent(const network_shape& shape, const data::moments& moments,
                    const theory::architecture& arch, const theory::initialisation& init,
                    const simulate_options& options, std::optional<data::modality_set> rest,
                    state weights, comparison* compared)
        : epoch_loop(moments, arch, init, options, std::move(rest), options.weight_decay,
                     init.drawn == theory::scheme::balanced, 1),
          moments_(moments), descent_(start_descent(shape, moments, std::move(weights),
                                                    options.learning_rate, options.weight_decay)),
          compared_(compared) {}

    [[nodiscard]] state take_weights() override { return std::move(*descent_).take_weights(); }

private:
    const Eigen::VectorXd& begin() override {
        if (compared_ != nullptr) {
            compared_->start(descent_->total_weights());
        }
        return descent_->total_weights();
    }
    const Eigen::VectorXd& train() override {
        descent_->step();
        if (compared_ != nullptr) {
            compared_->follow(descent_->total_weights());
        }
        return descent_->total_weights();
    }
    [[nodiscard]] double loss_now(const Eigen::VectorXd& total) const override {
        return loss(moments_, total);
    }
    // From the residual that the step needed anyway.
    [[nodiscard]] double loss_known(const Eigen::VectorXd& before) const override {
        return (moments_.target_power() -
                (moments_.correlations() + descent_->residual()).dot(before)) /
               2;
    }
    [[nodiscard]] double branch_norm(int m) const override { return descent_->branch_norm(m); }
    [[nodiscard]] bool fades_now(const data::modality_set& who,
                                 const Eigen::VectorXd& residuals) override {
        return descent_->fades(who, residuals);
    }

    const data::moments& moments_;
    std::unique_ptr<gradient_descent> descent_;
    comparison* compared_;  // may be null
};

void descend(const data::moments& moments, const theory::architecture& arch,
             const theory::initialisation& init, const simulate_options& options,
             comparison* compared, simulation& result) {
    run_watched(
        [&](const std::optional<data::modality_set>& rest) {
            return std::make_unique<moments_descent>(result.shape, moments, arch, init, options,
                                                     rest, result.weights_initial, compared);
        },
        result);
}

void flow_down(const data::moments& moments, const theory::architecture& arch,
               const theory::initialisation& init, const simulate_options& options,
               comparison* compared, simulation& result) {
    const bool keeps_signs = init.drawn == theory::scheme::balanced;
    const weighted_network start{result.shape, result.weights_initial};
    std::unique_ptr<flow> system;
    if (compared != nullptr) {
        system = std::make_unique<compared_flow>(start, moments, *compared, keeps_signs);
    } else {
        system = std::make_unique<network_flow>(result.shape, moments, result.weights_initial,
                                                keeps_signs, options.weight_decay);
    }
    integrate_options settling = options.flow;
    settling.settle = true;
    result.run = run_flow(*system, moments, arch,
                          expected_saddles(moments, arch, init, options.weight_decay), settling,
                          &result.weights_final);
    result.weights_final.resize(result.weights_initial.size());
}

}  // namespace

std::vector<theory::partial_solution> expected_saddles(const data::moments& moments,
                                                       const theory::architecture& arch,
                                                       const theory::initialisation& init,
                                                       double weight_decay) {
    if (weight_decay > 0 || moments.outputs() > 1) {
        return {};
    }
    return theory::race_saddles(moments, arch, init);
}

training parse_training(std::string_view name) {
    for (const training t : {training::gradient_descent, training::gradient_flow}) {
        if (name == to_string(t)) {
            return t;
        }
    }
    throw data::input_error("method", fmt::format("need gd or flow, got '{}'", name));
}

std::string_view to_string(training t) { return t == training::gradient_descent ? "gd" : "flow"; }

void simulate_options::validate() const {
    if (!(learning_rate > 0 && std::isfinite(learning_rate))) {
        throw data::input_error("learning-rate",
                                fmt::format("need finite eta > 0, got {}", learning_rate));
    }
    if (!(max_epochs >= 1)) {
        throw data::input_error("max-epochs", fmt::format("need at least 1, got {}", max_epochs));
    }
    compression.validate();
    samples.validate();
    theory::check_weight_decay(weight_decay);
    if (method == training::gradient_descent && !(learning_rate * weight_decay < 1)) {
        throw data::input_error("weight-decay",
                                fmt::format("need lambda x learning rate below 1, got {} x {}",
                                            weight_decay, learning_rate));
    }
    flow.validate();
}

simulation train(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init, const simulate_options& options,
                 weighted_network start, comparison* compared) {
    if (moments.outputs() > 1 && options.weight_decay > 0) {
        throw data::input_error("weight-decay",
                                fmt::format("need one target, got {}", moments.outputs()));
    }
    const auto widths = hidden_widths::of(start.shape).along_longest_path();
    simulation result{{}, {}, widths, std::move(start.shape), std::move(start.weights), {}, widths};
    if (options.method == training::gradient_descent) {
        descend(moments, arch, init, options, compared, result);
    } else {
        flow_down(moments, arch, init, options, compared, result);
    }
    return result;
}

simulation simulate(const data::moments& moments, const theory::architecture& arch,
                    const theory::initialisation& init, const simulate_options& options) {
    options.validate();
    init.validate(moments.count());
    if (options.form != representation::full) {
        return simulate_truncated(moments, arch, init, options);
    }
    arch.match(moments);
    const network_shape shape(moments.dims(), hidden_widths::of(arch, init), moments.outputs());
    return train(moments, arch, init, options,
                 {shape, draw_weights(shape, moments, init, options.seed)});
}

simulation simulate_from(const data::moments& moments, const theory::architecture& arch,
                         const theory::initialisation& init, const simulate_options& options,
                         weighted_network start) {
    options.validate();
    init.validate(moments.count());
    arch.match(moments);
    if (options.form == representation::sampled) {
        throw data::input_error("representation", "need full or compressed for given weights");
    }
    bool fits = start.shape.count() == moments.count() &&
                start.shape.outputs() == moments.outputs() &&
                std::ssize(start.shape.trunk()) == arch.shared() &&
                std::ssize(start.weights) == start.shape.size();
    for (int m = 0; fits && m < moments.count(); ++m) {
        const auto& layers = start.shape.branch(m);
        fits = std::ssize(layers) == arch.branch(m) && layers.front().cols == moments.dim(m);
    }
    if (!fits) {
        throw data::input_error("weights", "need those of this architecture and data");
    }
    return options.form == representation::compressed
               ? compress_and_train(moments, arch, init, options, std::move(start))
               : train(moments, arch, init, options, std::move(start));
}

}  // namespace fusionflow::solver
