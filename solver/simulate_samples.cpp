#include "fusionflow/solver/simulate_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"
#include "fusionflow/solver/steps/epoch_loop.hpp"

namespace fusionflow::solver {

namespace {

// Nonlinear networks, and other losses than the squared error, move on where linear ones stay.
bool comes_to_rest(const data::samples& data, const simulate_options& options) {
    return options.samples.units.is_linear() && options.samples.loss == loss_kind::mse &&
           !data.has_features();
}

std::size_t batch_size(const data::samples& data, const simulate_options& options) {
    return static_cast<std::size_t>(options.samples.batch == 0 ? data.count()
                                                               : options.samples.batch);
}

long steps_per_epoch(const data::samples& data, const simulate_options& options) {
    const auto count = static_cast<std::size_t>(data.count());
    const std::size_t batch = batch_size(data, options);
    return static_cast<long>((count + batch - 1) / batch);
}

// Weight decay as far as the monitor knows it: of linear networks.
double known_decay(const data::samples& data, const simulate_options& options) {
    return comes_to_rest(data, options) ? options.weight_decay : 0;
}

// Gradient descent on samples.
class sample_descent final : public epoch_loop {
public:
    sample_descent(const network_shape& shape, const data::samples& data,
                   const theory::architecture& arch, const theory::initialisation& init,
                   const simulate_options& options, std::optional<data::modality_set> rest,
                   state weights)
        : epoch_loop(data.feature_moments(), arch, init, options, std::move(rest),
                     known_decay(data, options), false, steps_per_epoch(data, options)),
          shape_(shape), options_(options), network_(shape, data, options.samples),
          decay_(known_decay(data, options)), weights_(std::move(weights)),
          gradient_(weights_.size()), order_(static_cast<std::size_t>(data.count())),
          batch_(batch_size(data, options)), random_(data::repeat_seed(options.seed, -1)),
          comes_to_rest_(comes_to_rest(data, options)) {
        std::iota(order_.begin(), order_.end(), Eigen::Index{0});
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
    const simulate_options& options_;
    sample_network network_;
    double decay_;
    state weights_;
    state gradient_;
    std::vector<Eigen::Index> order_;
    std::size_t batch_;
    data::random_source random_;
    bool comes_to_rest_;
    double loss_ = 0;
    double loss_before_ = 0;
};

// Loss and W now; with a full batch also the gradient of the next step, from the same pass.
const Eigen::VectorXd& sample_descent::measure() {
    loss_ = is_full_batch() ? network_.gradient(weights_.data(), gradient_.data())
                            : network_.loss(weights_.data());
    return network_.total_weights();
}

void sample_descent::descend() {
    const Eigen::Index biases = network_.size() - shape_.size();
    Eigen::Map<Eigen::ArrayXd> weights(weights_.data(), shape_.size());
    const Eigen::Map<const Eigen::ArrayXd> slope(gradient_.data(), shape_.size());
    const double rate = options_.learning_rate;
    if (options_.weight_decay > 0) {
        weights -= rate * (slope + options_.weight_decay * weights);
    } else {
        weights -= rate * slope;
    }
    Eigen::Map<Eigen::ArrayXd>(weights_.data() + shape_.size(), biases) -=
        rate * Eigen::Map<const Eigen::ArrayXd>(gradient_.data() + shape_.size(), biases);
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

void check_training(const data::samples& data, const simulate_options& options) {
    options.validate();
    if (options.method != training::gradient_descent) {
        throw data::input_error("method", "need gd on samples, got flow");
    }
    if (!(options.samples.batch <= data.count())) {
        throw data::input_error("batch",
                                fmt::format("need at most the number of samples, {}, got {}",
                                            data.count(), options.samples.batch));
    }
    const auto is_label = [](double y) { return y == 1 || y == -1; };
    if (options.samples.loss != loss_kind::mse &&
        !std::all_of(data.targets().begin(), data.targets().end(), is_label)) {
        throw data::input_error("loss", fmt::format("need targets of +1 and -1 for {}",
                                                    to_string(options.samples.loss)));
    }
}

// The weights with biases of zero where there are none yet.
state with_biases(state weights, const network_shape& shape, Eigen::Index size) {
    const auto given = std::ssize(weights);
    if (given != size && given != shape.size()) {
        throw data::input_error("weights", fmt::format("need {} numbers, got {}", size, given));
    }
    if (!std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); })) {
        throw data::input_error("weights", "must be finite");
    }
    weights.resize(static_cast<std::size_t>(size), 0.0);
    return weights;
}

}  // namespace

simulation simulate_from(const data::samples& data, const theory::architecture& arch,
                         const network_shape& shape, state weights,
                         const theory::initialisation& init, const simulate_options& options) {
    check_training(data, options);
    arch.match(data.input_moments());
    const Eigen::Index size = sample_network(shape, data, options.samples).size();
    const auto widths = hidden_widths::of(shape).along_longest_path();
    simulation result{{}, {}, widths, shape, {}, {}, widths};
    result.asymmetry = data::asymmetry(data);
    result.weights_initial = with_biases(std::move(weights), shape, size);
    run_watched(
        [&](const std::optional<data::modality_set>& rest) {
            return std::make_unique<sample_descent>(shape, data, arch, init, options, rest,
                                                    result.weights_initial);
        },
        result);
    return result;
}

simulation simulate(const data::samples& data, const theory::architecture& arch,
                    const theory::initialisation& init, const simulate_options& options) {
    check_training(data, options);
    init.validate(data.input_moments().count());
    arch.match(data.input_moments());
    const network_shape shape(data.input_moments().dims(), hidden_widths::of(arch, init));
    state drawn = draw_weights(shape, data.input_moments(), init, options.seed);
    return simulate_from(data, arch, shape, std::move(drawn), init, options);
}

}  // namespace fusionflow::solver
