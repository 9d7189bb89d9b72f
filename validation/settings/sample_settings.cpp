#include "fusionflow/validation/settings/sample_settings.hpp"

#include <fmt/format.h>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/settings/rules.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

void set_sample_option(settings& s, std::string_view name, const std::string& value) {
    solver::sample_options& training = s.training.samples;
    if (name == "samples") {
        s.samples.count = parse_whole(name, value);
        need(s.samples.count >= 1, name, "need at least 1 sample");
    } else if (name == "variance") {
        s.samples.variance = parse_number(name, value);
    } else if (name == "symmetric") {
        s.samples.symmetric = parse_flag(name, value);
    } else if (name == "activation") {
        training.units = solver::parse_activation(value);
    } else if (name == "loss") {
        training.loss = solver::parse_loss(value);
    } else if (name == "bias") {
        training.bias = parse_flag(name, value);
    } else {
        training.batch = parse_whole(name, value);
        need(training.batch >= 1, name, "need at least 1 sample");
    }
}

void check_sample_options(const settings& s) {
    if (s.samples.count == 0) {
        for (const setting_info& info : setting_table()) {
            need(info.group != "samples" || !s.has(info.name), info.name, "needs --samples");
        }
        return;
    }
    need(!s.moments, "samples", "cannot be combined with --moments");
    need(s.training.method == solver::training_method::gradient_descent, "method",
         "need gd with --samples, got flow");
    need(s.world.kind == world::xor_data || !s.has("variance"), "variance", "needs --data xor");
    if (!(s.training.samples.batch <= s.samples.count)) {
        throw data::input_error("batch", fmt::format("need at most --samples {}, got {}",
                                                     s.samples.count, s.training.samples.batch));
    }
}

std::shared_ptr<const data::samples> build_samples(const settings& s) {
    if (s.samples.count == 0) {
        return nullptr;
    }
    const data::samples drawn =
        s.world.kind == world::xor_data
            ? data::draw_xor_samples(s.samples.count, s.samples.variance, s.world.seed)
            : data::draw_toy_samples(s.toy, s.samples.count, s.world.seed, s.samples.symmetric);
    const bool classes = s.training.samples.loss != solver::loss_kind::mse;
    return std::make_shared<const data::samples>(classes ? drawn.labelled() : drawn);
}

}  // namespace fusionflow::validation
