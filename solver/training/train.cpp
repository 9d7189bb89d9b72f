#include "fusionflow/solver/training/train.hpp"

#include <fmt/format.h>

#include <memory>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/flows/network_flow.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/solver/training/epoch_loop.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

// Full-batch gradient descent of a linear network from moments.
class moments_descent final : public epoch_loop {
public:
    // Learning is measured on the moments of `about`; gradients are those of `seen`, which differ
    // where the network has biases.
    moments_descent(const model& about, const data::moments& seen, const run_options& options,
                    const network_shape& shape, const known_end& known, state weights,
                    comparison* beside)
        : epoch_loop(about, options, known, about.training.weight_decay, about.init.balanced(), 1),
          moments_(about.moments),
          descent_(start_descent(shape, seen, std::move(weights), about.training.law())),
          beside_(beside) {}

    [[nodiscard]] state take_weights() override { return std::move(*descent_).take_weights(); }

private:
    const Eigen::VectorXd& begin() override {
        if (beside_ != nullptr) {
            beside_->start(descent_->total_weights());
        }
        return descent_->total_weights();
    }
    const Eigen::VectorXd& train() override {
        descent_->step();
        if (beside_ != nullptr) {
            beside_->follow(descent_->total_weights());
        }
        return descent_->total_weights();
    }
    [[nodiscard]] double loss_now(const Eigen::VectorXd& total) const override {
        return loss(moments_, total) + descent_->mean_loss().now;
    }
    // Uses the residual that the step needed anyway.
    [[nodiscard]] double loss_known(const Eigen::VectorXd& before) const override {
        return (moments_.target_power() -
                (moments_.correlations() + descent_->residual()).dot(before)) /
                   2 +
               descent_->mean_loss().before;
    }
    [[nodiscard]] double branch_norm(int m) const override { return descent_->branch_norm(m); }
    [[nodiscard]] bool fades_now(const data::modality_set& who,
                                 const Eigen::VectorXd& residuals) override {
        return descent_->fades(who, residuals);
    }

    const data::moments& moments_;
    std::unique_ptr<gradient_descent> descent_;
    comparison* beside_;  // may be null
};

// All of a trained_network that is known before training.
trained_network untrained(weighted_network start) {
    trained_network network{.shape = std::move(start.shape), .at_start = std::move(start.weights)};
    network.widths = hidden_widths::of(network.shape).along_longest_path();
    network.drawn_widths = network.widths;
    return network;
}

answer descend(const model& about, const data::moments& seen, const run_options& options,
               trained_network network, comparison* beside) {
    return run_watched(std::move(network), [&](const trained_network& of, const known_end& known) {
        return std::make_unique<moments_descent>(about, seen, options, of.shape, known, of.at_start,
                                                 beside);
    });
}

answer flow_down(const model& about, const data::moments& seen, const run_options& options,
                 trained_network network, comparison* beside) {
    const bool keeps_signs = about.init.balanced();
    const double decay = about.training.weight_decay;
    const weighted_network start{network.shape, network.at_start};
    std::unique_ptr<flow> system;
    if (beside != nullptr) {
        system = std::make_unique<compared_flow>(start, seen, *beside, keeps_signs);
    } else {
        system = std::make_unique<network_flow>(network.shape, seen, network.at_start, keeps_signs,
                                                decay, about.training.rates);
    }
    run_options settling = options;
    settling.settle = true;
    followed done = follow_flow(*system, about.moments, about.architecture,
                                expected_saddles(about, decay), settling);
    network.at_end = std::move(done.last);
    network.at_end.resize(network.at_start.size());
    done.found.network = std::move(network);
    return std::move(done.found);
}

}  // namespace

std::vector<theory::partial_solution> expected_saddles(const model& about, double weight_decay) {
    if (weight_decay > 0 || about.moments.outputs() > 1) {
        return {};
    }
    if (about.training.rates.equal()) {
        return theory::race_saddles(about.moments, about.architecture, about.init);
    }
    const auto same =
        theory::at_equal_rates(about.moments, about.architecture, about.init, about.training.rates);
    std::vector<theory::partial_solution> saddles;
    for (const auto& saddle : theory::race_saddles(same.moments, about.architecture, same.init)) {
        saddles.push_back(theory::solve_partial(about.moments, saddle.learned));
    }
    return saddles;
}

weighted_network draw_network(const model& about, int repeat) {
    const data::moments& inputs = about.samples ? about.samples->input_moments() : about.moments;
    network_shape shape(inputs.dims(), hidden_widths::of(about.architecture, about.init),
                        inputs.outputs());
    state weights =
        draw_weights(shape, inputs, about.init, data::repeat_seed(about.training.seed, repeat));
    return {std::move(shape), std::move(weights)};
}

answer train(const model& about, const run_options& options, weighted_network start,
             comparison* beside) {
    if (about.moments.outputs() > 1 && about.training.weight_decay > 0) {
        throw data::input_error("weight-decay",
                                fmt::format("need one target, got {}", about.moments.outputs()));
    }
    const bool biased = start.has_biases();
    trained_network network = untrained(std::move(start));
    const auto run =
        about.training.method == training_method::gradient_descent ? descend : flow_down;
    if (!biased) {
        return run(about, about.moments, options, std::move(network), beside);
    }
    // Biases learn the means, and weights what is left: the moments about the means.
    model centered = about;
    centered.moments = about.moments.centered();
    return run(centered, about.moments, options, std::move(network), beside);
}

}  // namespace fusionflow::solver
