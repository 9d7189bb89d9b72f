#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/sample_measures.hpp"
#include "fusionflow/solver/training/epoch_loop.hpp"
#include "fusionflow/solver/training/sample_descent.hpp"
#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

long steps_per_epoch(const model& about) {
    const auto count = static_cast<long>(about.samples->count());
    const long batch = about.training.samples.batch;
    return batch == 0 ? 1 : (count + batch - 1) / batch;
}

// The weight decay that the monitor is told: 0 for networks that do not come to rest, else that of
// half of the squared error with the same place of rest.
double known_decay(const model& about) {
    return about.comes_to_rest()
               ? about.training.weight_decay /
                     about.training.samples.loss->squared(about.samples->outputs())
               : 0;
}

training with_biases_of(const model& about) {
    training how = about.training;
    how.samples = about.on_samples();
    return how;
}

// Training on samples, watched.
class sample_loop final : public epoch_loop {
public:
    sample_loop(const model& about, const run_options& options, const network_shape& shape,
                const known_end& known, state weights)
        : epoch_loop(about, options, known, known_decay(about), false, steps_per_epoch(about)),
          shape_(shape), descent_(shape, *about.samples, with_biases_of(about), std::move(weights),
                                  order_seed(about.training.seed, options.repeat)),
          decay_(known_decay(about)), comes_to_rest_(about.comes_to_rest()) {}

    [[nodiscard]] state take_weights() override { return descent_.take_parameters(); }

private:
    const Eigen::VectorXd& begin() override { return measure(); }
    const Eigen::VectorXd& train() override {
        before_ = now_;
        descent_.epoch();
        return measure();
    }
    [[nodiscard]] double loss_now(const Eigen::VectorXd& /*total*/) const override {
        return now_.loss;
    }
    [[nodiscard]] double loss_known(const Eigen::VectorXd& /*before*/) const override {
        return now_.loss;
    }
    [[nodiscard]] double accuracy_now() const override { return now_.accuracy; }
    [[nodiscard]] double branch_norm(int m) const override {
        return matrix(descent_.parameters().data(), shape_.branch(m).front()).norm();
    }
    [[nodiscard]] bool fades_now(const data::modality_set& who,
                                 const Eigen::VectorXd& residuals) override {
        return fades(shape_, descent_.parameters().data(), who, residuals, decay_);
    }
    void forget_epoch() override { now_ = before_; }
    [[nodiscard]] bool ends_with(theory::outcome /*seen*/) const override { return comes_to_rest_; }

    const Eigen::VectorXd& measure() {
        now_.loss = descent_.measure();
        now_.accuracy = descent_.network().accuracy();
        return descent_.network().total_weights();
    }

    const network_shape& shape_;
    sample_descent descent_;
    double decay_;
    bool comes_to_rest_;
    sample_score now_{};
    sample_score before_{};
};

void check_training(const model& about) {
    const sample_options& how = about.training.samples;
    data::need(about.training.method == training_method::gradient_descent, "method",
               "need gd on samples, got flow");
    data::need(how.batch <= about.samples->count(), "batch",
               "need at most the number of samples, {}, got {}", about.samples->count(), how.batch);
    how.match(*about.samples);
}

// Appends biases of zero where the weights have none.
state with_biases(state weights, const network_shape& shape, Eigen::Index size) {
    const auto given = std::ssize(weights);
    data::need(given == size || given == shape.size(), "weights", "need {} numbers, got {}", size,
               given);
    if (!std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); })) {
        throw data::input_error("weights", "must be finite");
    }
    weights.resize(static_cast<std::size_t>(size), 0.0);
    return weights;
}

}  // namespace

answer train_on_samples(const model& about, const run_options& options, weighted_network start) {
    check_training(about);
    about.architecture.match(about.samples->input_moments());
    trained_network network{.shape = start.shape};
    network.widths = hidden_widths::of(start.shape).along_longest_path();
    network.drawn_widths = network.widths;
    network.asymmetry = data::asymmetry(*about.samples);
    network.at_start =
        with_biases(std::move(start.weights), start.shape,
                    about.has_biases() ? start.shape.size_with_biases() : start.shape.size());
    return run_watched(std::move(network), [&](const trained_network& of, const known_end& known) {
        return std::make_unique<sample_loop>(about, options, of.shape, known, of.at_start);
    });
}

}  // namespace fusionflow::solver
