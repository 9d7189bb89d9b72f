#include "solver/simulate_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "data/error.hpp"
#include "data/random.hpp"
#include "solver/draw.hpp"
#include "solver/half_height.hpp"
#include "solver/sample_network.hpp"

namespace fusionflow::solver {

namespace {

using theory::outcome;

constexpr long epochs_per_report = 100;
constexpr double diverged_loss = 10;  // of the initial loss

// Nonlinear networks, and other losses than the squared error, move on where linear ones stay.
bool comes_to_rest(const data::samples& data, const simulate_options& options) {
    return options.samples.units.is_linear() && options.samples.loss == loss_kind::mse &&
           !data.has_features();
}

// Gradient descent on samples; the half-heights lie on straight lines between epochs.
class sample_descent final : private step_view {
public:
    sample_descent(const network_shape& shape, const data::samples& data,
                   const theory::architecture& arch, const theory::initialisation& init,
                   const simulate_options& options, std::optional<data::modality_set> rest,
                   state weights)
        : shape_(shape), options_(options), network_(shape, data, options.samples),
          decay_(comes_to_rest(data, options) ? options.weight_decay : 0),
          monitor_(data.feature_moments(), arch,
                   expected_saddles(data.feature_moments(), arch, init, decay_), std::move(rest),
                   decay_),
          recorder_(data.feature_moments(), options.flow.record), weights_(std::move(weights)),
          gradient_(weights_.size()), order_(static_cast<std::size_t>(data.count())),
          batch_(options.samples.batch == 0 ? order_.size()
                                            : static_cast<std::size_t>(options.samples.batch)),
          random_(data::repeat_seed(options.seed, -1)), branch_(shape.count()),
          steps_((order_.size() + batch_ - 1) / batch_),
          comes_to_rest_(comes_to_rest(data, options)) {
        std::iota(order_.begin(), order_.end(), Eigen::Index{0});
    }

    integration run();
    [[nodiscard]] state take_weights() && { return std::move(weights_); }
    /// Where the network came to rest, if the monitor did not know.
    [[nodiscard]] const std::optional<data::modality_set>& rest() const { return rest_; }
    /// Of an epoch, in units of tau.
    [[nodiscard]] double length() const override {
        return options_.learning_rate * static_cast<double>(steps_);
    }

private:
    // What the monitor sees of an epoch: places are times since it began.
    [[nodiscard]] double accuracy() const override { return 1e-12; }
    void glance(double place, Eigen::VectorXd& weights) override { look(place, weights); }
    void look(double place, Eigen::VectorXd& weights) override {
        weights = before_ + place / length() * (total_ - before_);
    }
    [[nodiscard]] instant when(double place) override {
        const double now = length() * static_cast<double>(epoch_ - 1) + place;
        return {now, now - last_half_height_};
    }
    void restart(double place) override { last_half_height_ = when(place).total; }

    [[nodiscard]] bool is_full_batch() const { return steps_ == 1; }
    void measure();
    void descend();
    void train_epoch();
    bool note_end(double time);
    outcome march();
    void record(bool last);

    const network_shape& shape_;
    const simulate_options& options_;
    sample_network network_;
    double decay_;  // that the monitor knows: of linear networks
    half_height_monitor monitor_;
    recorder recorder_;
    state weights_;
    state gradient_;
    std::vector<Eigen::Index> order_;
    std::size_t batch_;
    data::random_source random_;
    Eigen::VectorXd total_;
    Eigen::VectorXd before_;
    Eigen::VectorXd branch_;
    std::size_t steps_;  // of an epoch
    bool comes_to_rest_;
    double loss_ = 0;
    std::optional<outcome> ended_;
    double last_instant_ = theory::never;
    std::optional<data::modality_set> rest_;
    long epoch_ = 0;
    double last_half_height_ = 0;
};

// Loss and W now; with a full batch also the gradient of the next step, from the same pass.
void sample_descent::measure() {
    loss_ = is_full_batch() ? network_.gradient(weights_.data(), gradient_.data())
                            : network_.loss(weights_.data());
    total_ = network_.total_weights();
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

void sample_descent::train_epoch() {
    if (is_full_batch()) {
        descend();
        return;
    }
    random_.shuffle(order_);
    const std::span<const Eigen::Index> order(order_);
    for (std::size_t first = 0; first < order.size(); first += batch_) {
        const std::size_t count = std::min(batch_, order.size() - first);
        network_.batch_gradient(weights_.data(), order.subspan(first, count), gradient_.data());
        descend();
    }
}

void sample_descent::record(bool last) {
    if (recorder_.wanted()) {
        for (int m = 0; m < shape_.count(); ++m) {
            branch_(m) = matrix(weights_.data(), shape_.branch(m).front()).norm();
        }
        recorder_.offer(length() * static_cast<double>(epoch_), total_, branch_, loss_, last);
    }
}

// True once the run is over: everything learned and its tail seen, or at rest.
bool sample_descent::note_end(double time) {
    if (!ended_) {
        const auto end = monitor_.finished(
            total_, false, [this](const data::modality_set& who, const Eigen::VectorXd& residuals) {
                return fades(shape_, weights_.data(), who, residuals, decay_);
            });
        if (end && (comes_to_rest_ || end->outcome == outcome::learned)) {
            ended_ = end->outcome;
            rest_ = end->rest;
            last_instant_ = rest_ ? time : time * (1 + options_.flow.tail);
        }
    }
    return !(time < last_instant_);
}

outcome sample_descent::march() {
    monitor_.start(total_);
    const double loss_limit = diverged_loss * loss_;
    for (;;) {
        const double time = length() * static_cast<double>(epoch_);
        if (note_end(time)) {
            return *ended_;
        }
        if (!(time < options_.flow.max_time && epoch_ < options_.max_epochs)) {
            return ended_.value_or(outcome::time_limit);
        }
        before_ = total_;
        const double loss_before = loss_;
        train_epoch();
        ++epoch_;
        measure();
        if (!(total_.allFinite() && std::isfinite(loss_))) {
            total_ = before_;
            loss_ = loss_before;
            return outcome::non_finite;
        }
        if (!(loss_ <= loss_limit)) {
            return outcome::diverged;
        }
        if (!ended_) {
            monitor_.step(*this, total_, 0);
        }
        record(false);
        if (options_.flow.progress && epoch_ % epochs_per_report == 0) {
            options_.flow.progress(epoch_, time, static_cast<int>(std::ssize(monitor_.learned())));
        }
    }
}

integration sample_descent::run() {
    integration result;
    measure();
    result.loss_initial = loss_;
    record(true);
    const bool finite = total_.allFinite() && std::isfinite(loss_);
    const outcome ended = finite ? march() : outcome::non_finite;
    record(true);
    const long steps = epoch_ * static_cast<long>(steps_);
    result.answer =
        theory::conclude(monitor_.times(), monitor_.phases(), ended, {epoch_, 0, steps});
    result.loss_final = loss_;
    result.time_final = length() * static_cast<double>(epoch_);
    result.weights_final = total_;
    result.path = std::move(recorder_).take();
    result.path.partial = theory::is_failure(result.answer.ended);
    result.stepper = is_full_batch() ? "gradient descent" : "stochastic gradient descent";
    return result;
}

void check(const data::samples& data, const simulate_options& options) {
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
    check(data, options);
    arch.match(data.input_moments());
    const Eigen::Index size = sample_network(shape, data, options.samples).size();
    const auto widths = hidden_widths::of(shape).along_longest_path();
    simulation result{{}, {}, widths, shape, {}, {}, widths};
    result.asymmetry = data::asymmetry(data);
    result.weights_initial = with_biases(std::move(weights), shape, size);
    std::optional<data::modality_set> rest;
    // A second time, with that known, where the network came to rest unexpectedly.
    for (int watched = 0; watched < 2; ++watched) {
        sample_descent descent(shape, data, arch, init, options, rest, result.weights_initial);
        result.run = descent.run();
        result.epochs.clear();
        for (const double time : result.run.answer.times) {
            result.epochs.push_back(time / descent.length());
        }
        rest = descent.rest();
        result.weights_final = std::move(descent).take_weights();
        if (!rest) {
            break;
        }
    }
    return result;
}

simulation simulate(const data::samples& data, const theory::architecture& arch,
                    const theory::initialisation& init, const simulate_options& options) {
    check(data, options);
    init.validate(data.input_moments().count());
    arch.match(data.input_moments());
    const network_shape shape(data.input_moments().dims(), hidden_widths::of(arch, init));
    state drawn = draw_weights(shape, data.input_moments(), init, options.seed);
    return simulate_from(data, arch, shape, std::move(drawn), init, options);
}

}  // namespace fusionflow::solver
