// Builds a model from options.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/population.hpp"
#include "fusionflow/data/random_moments.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

namespace {

// The population of --data gaussian. It shares the option for noise with the toy.
data::population_options population_of(const settings& s) {
    data::population_options options{
        .variances = s.world.variances, .input_weight = s.world.input_weight, .noise = s.toy.noise};
    if (!s.world.dims.empty()) {
        options.dims = s.world.dims;
    }
    return options;
}

data::moments build_world(const settings& s) {
    const world_settings& chosen = s.world;
    if (chosen.kind == world::random) {
        return data::random_moments(chosen.dims.empty() ? std::vector{10, 10} : chosen.dims,
                                    chosen.seed);
    }
    if (chosen.kind == world::gaussian) {
        return chosen.draws > 0 ? data::drawn_moments(population_of(s), chosen.draws, chosen.seed)
                                : data::population_moments(population_of(s));
    }
    return data::toy_moments(s.toy);
}

// The samples that networks train on; null where they see moments only.
std::shared_ptr<const data::samples> build_samples(const settings& s) {
    if (s.samples.read) {
        return s.samples.read;
    }
    if (s.samples.count == 0) {
        return nullptr;
    }
    const data::samples drawn =
        s.world.kind == world::xor_data
            ? data::draw_xor_samples(s.samples.count, s.samples.variance, s.world.seed)
            : data::draw_toy_samples(s.toy, s.samples.count, s.world.seed, s.samples.symmetric);
    const bool labels = s.training.samples.loss->needs_labels;
    return std::make_shared<const data::samples>(labels ? drawn.labelled() : drawn);
}

theory::architecture build_architecture(const settings& s, int modalities) {
    if (!s.branches.empty()) {
        return {s.branches, s.shared};
    }
    const int fusion = s.fusion.value_or(s.depth == 1 ? 1 : 2);
    return theory::architecture::fused(s.depth, fusion, modalities);
}

// A modality that is called trunk goes before the trunk.
theory::learning_rates build_rates(const settings& s, const data::moments& moments) {
    theory::learning_rates rates;
    const std::vector<std::string>& names = moments.names();
    for (const named_factor& f : s.rates) {
        const auto at = std::find(names.begin(), names.end(), f.name);
        data::need(at != names.end() || f.name == "trunk", "learning-rates",
                   "there is no modality '{}': need {} or trunk", f.name, fmt::join(names, ", "));
        if (at == names.end()) {
            rates.trunk = f.factor;
        } else {
            rates.branches.resize(names.size(), 1.0);
            rates.branches[static_cast<std::size_t>(at - names.begin())] = f.factor;
        }
    }
    return rates;
}

}  // namespace

std::string_view to_string(world w) {
    switch (w) {
        case world::toy: return "toy";
        case world::xor_data: return "xor";
        case world::random: return "random";
        case world::gaussian: break;
    }
    return "gaussian";
}

solver::model build_model(const settings& s) {
    check_options(s);
    s.training.validate();
    s.run.validate();
    auto samples = build_samples(s);
    data::moments moments = samples     ? samples->feature_moments()
                            : s.moments ? *s.moments
                                        : build_world(s);
    theory::architecture architecture = build_architecture(s, moments.count());
    solver::model about{.moments = std::move(moments),
                        .architecture = std::move(architecture),
                        .init = s.init,
                        .training = s.training,
                        .samples = std::move(samples)};
    about.training.rates = build_rates(s, about.moments);
    if (s.world.draws > 0) {
        about.population = data::population_moments(population_of(s));
    }
    about.validate();
    return about;
}

}  // namespace fusionflow::validation
