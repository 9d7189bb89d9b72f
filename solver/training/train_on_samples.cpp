#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"
#include "fusionflow/solver/training/epoch_loop.hpp"
#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

// True for linear networks under the squared error; others move on where these come to rest.
bool comes_to_rest(const model& about) {
    const sample_options& how = about.training.samples;
    return how.units.is_linear() && how.loss->squared && !about.beyond_linear();
}

std::size_t batch_size(const model& about) {
    const long batch = about.training.samples.batch;
    return static_cast<std::size_t>(batch == 0 ? about.samples->count() : batch);
}

long steps_per_epoch(const model& about) {
    const auto count = static_cast<std::size_t>(about.samples->count());
    const std::size_t batch = batch_size(about);
    return static_cast<long>((count + batch - 1) / batch);
}

// The weight decay that the monitor is told: 0 for networks that do not come to rest.
double known_decay(const model& about) {
    return comes_to_rest(about) ? about.training.weight_decay : 0;
}

// Training on samples by the model's update rule.
class sample_descent final : public epoch_loop {
public:
    sample_descent(const model& about, const run_options& options, const network_shape& shape,
                   const known_end& known, state weights)
        : epoch_loop(about, options, known, known_decay(about), false, steps_per_epoch(about)),
          shape_(shape), network_(shape, *about.samples, about.on_samples()),
          decay_(known_decay(about)), weights_(std::move(weights)), gradient_(weights_.size()),
          update_(about.training.samples.rule->begin(about.training.law(), shape.size())),
          order_(static_cast<std::size_t>(about.samples->count())), batch_(batch_size(about)),
          random_(data::repeat_seed(data::repeat_seed(about.training.seed, options.repeat), -1)),
          comes_to_rest_(comes_to_rest(about)) {
        std::iota(order_.begin(), order_.end(), Eigen::Index{0});
        if (!about.training.rates.equal()) {
            rates_ = parameter_rates(shape, about.training.rates, network_.size());
        }
    }

    [[nodiscard]] state take_weights() override { return std::move(weights_); }

private:
    const Eigen::VectorXd& begin() override { return measure(); }
    const Eigen::VectorXd& train() override;
    [[nodiscard]] double loss_now(const Eigen::VectorXd& /*total*/) const override { return loss_; }
    [[nodiscard]] double loss_known(const Eigen::VectorXd& /*before*/) const override {
        return loss_;
    }
    [[nodiscard]] double branch_norm(int m) const override {
        return matrix(weights_.data(), shape_.branch(m).front()).norm();
    }
    [[nodiscard]] bool fades_now(const data::modality_set& who,
                                 const Eigen::VectorXd& residuals) override {
        return fades(shape_, weights_.data(), who, residuals, decay_);
    }
    void forget_epoch() override { loss_ = loss_before_; }
    [[nodiscard]] bool ends_with(theory::outcome /*seen*/) const override { return comes_to_rest_; }

    [[nodiscard]] bool is_full_batch() const { return batch_ == order_.size(); }
    const Eigen::VectorXd& measure();
    void descend();

    const network_shape& shape_;
    sample_network network_;
    double decay_;
    state weights_;
    state gradient_;
    update update_;
    Eigen::ArrayXd rates_{};  // factor of the step of every parameter; empty where all are 1
    Eigen::ArrayXd before_{};
    std::vector<Eigen::Index> order_;
    std::size_t batch_;
    data::random_source random_;
    bool comes_to_rest_;
    double loss_ = 0;
    double loss_before_ = 0;
};

// A rule takes a step at the common rate, of which every parameter keeps its own multiple.
void sample_descent::descend() {
    Eigen::Map<Eigen::ArrayXd> parameters(weights_.data(), network_.size());
    if (rates_.size() > 0) {
        before_ = parameters;
    }
    update_(parameters, Eigen::Map<const Eigen::ArrayXd>(gradient_.data(), network_.size()));
    if (rates_.size() > 0) {
        parameters = before_ + rates_ * (parameters - before_);
    }
}

// Measures loss and W; with a full batch the same pass gives the gradient of the next step.
const Eigen::VectorXd& sample_descent::measure() {
    loss_ = is_full_batch() ? network_.gradient(weights_.data(), gradient_.data())
                            : network_.loss(weights_.data());
    return network_.total_weights();
}

const Eigen::VectorXd& sample_descent::train() {
    loss_before_ = loss_;
    if (is_full_batch()) {
        descend();
        return measure();
    }
    random_.shuffle(order_);
    const std::span<const Eigen::Index> order(order_);
    for (std::size_t first = 0; first < order.size(); first += batch_) {
        const std::size_t count = std::min(batch_, order.size() - first);
        network_.batch_gradient(weights_.data(), order.subspan(first, count), gradient_.data());
        descend();
    }
    return measure();
}

void check_training(const model& about) {
    const sample_options& how = about.training.samples;
    data::need(about.training.method == training_method::gradient_descent, "method",
               "need gd on samples, got flow");
    data::need(how.batch <= about.samples->count(), "batch",
               "need at most the number of samples, {}, got {}", about.samples->count(), how.batch);
    const auto is_label = [](double y) { return y == 1 || y == -1; };
    const auto& targets = about.samples->targets();
    if (how.loss->needs_labels && !std::all_of(targets.begin(), targets.end(), is_label)) {
        throw data::input_error("loss",
                                fmt::format("need targets of +1 and -1 for {}", how.loss->name));
    }
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
    const sample_network trained(start.shape, *about.samples, about.on_samples());
    trained_network network{.shape = start.shape};
    network.widths = hidden_widths::of(start.shape).along_longest_path();
    network.drawn_widths = network.widths;
    network.asymmetry = data::asymmetry(*about.samples);
    network.at_start = with_biases(std::move(start.weights), start.shape, trained.size());
    return run_watched(std::move(network), [&](const trained_network& of, const known_end& known) {
        return std::make_unique<sample_descent>(about, options, of.shape, known, of.at_start);
    });
}

}  // namespace fusionflow::solver
