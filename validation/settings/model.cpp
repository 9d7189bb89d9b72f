// From options to a model.

#include <fmt/format.h>

#include <array>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

namespace {

// Two options of which the second says nothing once the first is there.
struct conflict {
    std::string_view with;
    std::string_view refused;
};

constexpr auto conflicts = std::to_array<conflict>({
    {"moments", "data"},
    {"moments", "rho"},
    {"moments", "ratio"},
    {"moments", "target-weights"},
    {"moments", "target-ratio"},
    {"target-weights", "target-ratio"},
    {"moments", "noise"},
    {"branches", "depth"},
    {"branches", "fusion"},
    {"widths", "width"},
    {"rounds", "accuracy"},
});

void check_conflicts(const settings& s) {
    for (const conflict& c : conflicts) {
        if (s.has(c.with) && s.has(c.refused)) {
            throw data::input_error(std::string(c.refused),
                                    fmt::format("cannot be combined with --{}", c.with));
        }
    }
    if (s.has("shared") && s.branches.empty()) {
        throw data::input_error("shared", "needs --branches (or use --depth and --fusion)");
    }
    check_world_options(s);
    check_sample_options(s);
    if (s.training.method == solver::training_method::gradient_flow) {
        for (const std::string_view name : {"learning-rate", "max-epochs"}) {
            if (s.has(name)) {
                throw data::input_error(std::string(name), "needs --method gd, got flow");
            }
        }
    }
}

theory::architecture build_architecture(const settings& s, int modalities) {
    if (!s.branches.empty()) {
        return {s.branches, s.shared};
    }
    const int fusion = s.fusion.value_or(s.depth == 1 ? 1 : 2);
    return theory::architecture::fused(s.depth, fusion, modalities);
}

}  // namespace

solver::model build_model(const settings& s) {
    check_conflicts(s);
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
    if (s.world.draws > 0) {
        about.population = data::population_moments(population_of(s));
    }
    about.validate();
    return about;
}

}  // namespace fusionflow::validation
