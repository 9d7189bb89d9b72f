#include "solver/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "data/error.hpp"
#include "solver/adaptive.hpp"
#include "solver/descent.hpp"
#include "solver/draw.hpp"
#include "solver/network_flow.hpp"
#include "solver/truncated.hpp"
#include "theory/weight_decay.hpp"

namespace fusionflow::solver {

namespace {

using theory::outcome;

constexpr long epochs_per_report = 1000;
constexpr double diverged_loss = 10;  // of the initial loss

// Full-batch gradient descent in place; the half-heights lie on straight lines between epochs.
class descent_loop final : private step_view {
public:
    descent_loop(const network_shape& shape, const data::moments& moments,
                 const theory::architecture& arch, const theory::initialisation& init,
                 const simulate_options& options, std::optional<data::modality_set> rest,
                 state weights, comparison* compared)
        : shape_(shape), moments_(moments), options_(options),
          descent_(shape, moments, std::move(weights), options.learning_rate, options.weight_decay),
          monitor_(moments, arch, expected_saddles(moments, arch, init, options.weight_decay),
                   std::move(rest), options.weight_decay),
          recorder_(moments, options.flow.record), total_(descent_.total_weights()),
          before_(total_), branch_(moments.count()),
          keeps_signs_(init.drawn == theory::scheme::balanced), compared_(compared) {}

    integration run();
    [[nodiscard]] state take_weights() && { return std::move(descent_).take_weights(); }
    /// Where the network came to rest, if the monitor did not know.
    [[nodiscard]] const std::optional<data::modality_set>& rest() const { return rest_; }

private:
    // What the monitor sees of an epoch: places are times since it began.
    [[nodiscard]] double length() const override { return options_.learning_rate; }
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

    outcome march();
    void record(bool last);

    const network_shape& shape_;
    const data::moments& moments_;
    const simulate_options& options_;
    network_descent descent_;
    half_height_monitor monitor_;
    recorder recorder_;
    Eigen::VectorXd total_;
    Eigen::VectorXd before_;
    Eigen::VectorXd branch_;
    bool keeps_signs_;
    comparison* compared_;  // may be null
    std::optional<data::modality_set> rest_;
    long epoch_ = 0;
    double last_half_height_ = 0;
};

void descent_loop::record(bool last) {
    if (recorder_.wanted()) {
        for (int m = 0; m < shape_.count(); ++m) {
            branch_(m) = descent_.branch_norm(m);
        }
        recorder_.offer(options_.learning_rate * static_cast<double>(epoch_), total_, branch_,
                        last);
    }
}

outcome descent_loop::march() {
    const double rate = options_.learning_rate;
    std::optional<outcome> ended;
    double last_instant = theory::never;
    monitor_.start(total_);
    if (compared_ != nullptr) {
        compared_->start(total_);
    }
    const auto fades = [this](const auto& who, const auto& residuals) {
        return descent_.fades(who, residuals);
    };
    const double loss_limit = diverged_loss * loss(moments_, total_);
    for (;;) {
        const double time = rate * static_cast<double>(epoch_);
        if (!ended) {
            if (const auto end = monitor_.finished(total_, keeps_signs_, fades)) {
                ended = end->outcome;
                rest_ = end->rest;
                last_instant = rest_ ? time : time * (1 + options_.flow.tail);
            }
        }
        if (!(time < last_instant)) {
            return *ended;
        }
        if (!(time < options_.flow.max_time && epoch_ < options_.max_epochs)) {
            return ended.value_or(outcome::time_limit);
        }
        before_ = total_;
        descent_.step();
        total_ = descent_.total_weights();
        ++epoch_;
        if (compared_ != nullptr) {
            compared_->follow(total_);
        }
        if (!total_.allFinite()) {
            total_ = before_;
            return outcome::non_finite;
        }
        // The loss before the step, from the residual that the step needed anyway.
        const double loss_before = (moments_.target_power() -
                                    (moments_.correlation() + descent_.residual()).dot(before_)) /
                                   2;
        if (!(loss_before <= loss_limit)) {
            return outcome::diverged;
        }
        if (!ended) {
            monitor_.step(*this, total_, 0);
        }
        record(false);
        if (options_.flow.progress && epoch_ % epochs_per_report == 0) {
            options_.flow.progress(epoch_, time, static_cast<int>(std::ssize(monitor_.learned())));
        }
    }
}

integration descent_loop::run() {
    integration result;
    result.loss_initial = loss(moments_, total_);
    record(true);
    const outcome ended = total_.allFinite() ? march() : outcome::non_finite;
    record(true);
    result.answer =
        theory::conclude(monitor_.times(), monitor_.phases(), ended, {epoch_, 0, epoch_});
    result.loss_final = loss(moments_, total_);
    result.time_final = options_.learning_rate * static_cast<double>(epoch_);
    result.weights_final = total_;
    result.path = std::move(recorder_).take();
    result.path.partial = theory::is_failure(result.answer.ended);
    result.stepper = "gradient descent";
    return result;
}

// A second time, with that known, where the network came to rest unexpectedly.
void descend(const data::moments& moments, const theory::architecture& arch,
             const theory::initialisation& init, const simulate_options& options,
             comparison* compared, simulation& result) {
    std::optional<data::modality_set> rest;
    for (int watched = 0; watched < 2; ++watched) {
        descent_loop loop(result.shape, moments, arch, init, options, rest, result.weights_initial,
                          compared);
        result.run = loop.run();
        rest = loop.rest();
        result.weights_final = std::move(loop).take_weights();
        if (!rest) {
            break;
        }
    }
    for (const double time : result.run.answer.times) {
        result.epochs.push_back(time / options.learning_rate);
    }
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
    if (weight_decay > 0) {
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
    const network_shape shape(moments.dims(), hidden_widths::of(arch, init));
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
    bool fits = start.shape.count() == moments.count() && start.shape.outputs() == 1 &&
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
