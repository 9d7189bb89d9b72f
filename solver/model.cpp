#include "fusionflow/solver/model.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::solver {

training_method parse_training_method(std::string_view name) {
    for (const training_method t :
         {training_method::gradient_descent, training_method::gradient_flow}) {
        if (name == to_string(t)) {
            return t;
        }
    }
    throw data::input_error("method", fmt::format("need gd or flow, got '{}'", name));
}

std::string_view to_string(training_method t) {
    return t == training_method::gradient_descent ? "gd" : "flow";
}

void training::validate() const {
    data::need(rate() > 0 && std::isfinite(rate()), "learning-rate", "need finite eta > 0, got {}",
               rate());
    data::need(rates.equal() || weight_decay == 0, "learning-rates",
               "cannot be combined with weight-decay");
    data::need(max_epochs >= 1, "max-epochs", "need at least 1, got {}", max_epochs);
    data::need(!epochs || *epochs >= 1, "epochs", "need at least 1, got {}", epochs.value_or(0));
    data::need(!epochs || method == training_method::gradient_descent, "epochs",
               "need gd, got flow");
    data::need(decay_rate > 0 && decay_rate <= 1, "decay-rate", "need 0 < r <= 1, got {}",
               decay_rate);
    samples.validate();
    theory::check_weight_decay(weight_decay);
    if (method == training_method::gradient_descent && !(rate() * weight_decay < 1)) {
        throw data::input_error(
            "weight-decay",
            fmt::format("need lambda x learning rate below 1, got {} x {}", weight_decay, rate()));
    }
}

bool model::comes_to_rest() const {
    if (!samples) {
        return true;
    }
    const sample_options& how = training.samples;
    return how.units.is_linear() && how.loss->squared != nullptr && !beyond_linear() &&
           (samples->outputs() == 1 || training.weight_decay == 0);
}

bool model::biases_matter() const {
    if (!has_biases()) {
        return false;
    }
    const auto& means = moments.means();
    return init.bias() == theory::bias_start::drawn || samples || !means ||
           !(means->inputs.isZero(0) && means->targets.isZero(0));
}

void model::validate() const {
    training.validate();
    architecture.match(moments);
    init.validate(moments.count());
    training.rates.validate(moments.count());
    theory::require_widths(architecture, init);
    if (has_biases() && !samples) {
        (void)moments.centered();  // refuses moments without means
    }
    if (!samples && !training.samples.rule->plain) {
        throw data::input_error(
            "optimizer", fmt::format("networks from moments take steps of {}, got {}: need "
                                     "samples",
                                     gradient_descent_rule.name, training.samples.rule->name));
    }
    data::need(samples || training.decay_rate == 1, "decay-rate",
               "networks from moments take steps of one size, got {}: need samples",
               training.decay_rate);
}

}  // namespace fusionflow::solver
