#include "fusionflow/validation/settings/world_settings.hpp"

#include <fmt/format.h>

#include <array>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random_moments.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/settings/rules.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

namespace {

constexpr auto worlds =
    std::to_array({world::toy, world::xor_data, world::random, world::gaussian});

world parse_world(const std::string& text) {
    for (const world w : worlds) {
        if (text == to_string(w)) {
            return w;
        }
    }
    throw data::input_error("data",
                            fmt::format("need toy, xor, random or gaussian, got '{}'", text));
}

bool is_drawn(const settings& s) {
    return s.samples.count > 0 || s.world.kind == world::random || s.has("draws");
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

void set_world_option(settings& s, std::string_view name, const std::string& value) {
    world_settings& chosen = s.world;
    if (name == "data") {
        chosen.kind = parse_world(value);
    } else if (name == "dims") {
        chosen.dims = parse_list(name, value, parse_int);
    } else if (name == "variances") {
        chosen.variances = parse_list(name, value, parse_number);
    } else if (name == "input-weight") {
        chosen.input_weight = parse_number(name, value);
    } else if (name == "draws") {
        chosen.draws = parse_whole(name, value);
        if (chosen.draws < 0) {
            throw data::input_error(std::string(name),
                                    fmt::format("need at least 0 samples, got {}", chosen.draws));
        }
    } else {
        chosen.seed = parse_seed(name, value);
    }
}

void check_world_options(const settings& s) {
    const world kind = s.world.kind;
    if (kind != world::toy) {
        for (const std::string_view name :
             {"rho", "ratio", "target-weights", "target-ratio", "noise", "symmetric"}) {
            const bool fits = kind == world::gaussian && name == "noise";
            if (s.has(name) && !fits) {
                throw data::input_error(
                    std::string(name),
                    fmt::format("cannot be combined with --data {}", to_string(kind)));
            }
        }
    }
    const bool has_dims = kind == world::random || kind == world::gaussian;
    if (has_dims && s.samples.count > 0) {
        throw data::input_error("samples",
                                fmt::format("cannot be combined with --data {}", to_string(kind)));
    }
    need(kind != world::xor_data || s.samples.count > 0, "data", "xor needs --samples");
    need(has_dims || !s.has("dims"), "dims", "needs --data random or gaussian");
    for (const std::string_view name : {"variances", "input-weight", "draws"}) {
        need(kind == world::gaussian || !s.has(name), name, "needs --data gaussian");
    }
    need(is_drawn(s) || !s.has("data-seed"), "data-seed",
         "needs --samples, --data random or --draws");
}

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

}  // namespace fusionflow::validation
