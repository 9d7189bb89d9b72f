#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/population.hpp"

namespace fusionflow::validation {

struct settings;

/// Where data come from that are not read from a file.
enum class world {
    toy,       ///< "toy": two scalar modalities, data::toy_moments
    xor_data,  ///< "xor": data::draw_xor_samples, for networks on samples only
    random,    ///< "random": data::random_moments
    gaussian,  ///< "gaussian": data::population_moments, or of some draws
};

[[nodiscard]] std::string_view to_string(world w);

/// What the options say about the data's world, beside those of the toy.
struct world_settings {
    world kind = world::toy;
    std::vector<int> dims{};              ///< of random and gaussian; empty: their defaults
    std::vector<double> variances{3, 1};  ///< of gaussian, one per modality
    double input_weight = 0.1;            ///< of gaussian
    long draws = 0;                       ///< of gaussian, P; 0: the population's own moments
    std::uint64_t seed = 1;               ///< of samples, random data and draws
};

/// Sets `data`, `dims`, `variances`, `input-weight`, `draws` or `data-seed` from its text.
///
/// \throws data::input_error with the option's name.
void set_world_option(settings& s, std::string_view name, const std::string& value);

/// Refuses options of the data that do not fit each other.
///
/// \throws data::input_error naming the option.
void check_world_options(const settings& s);

/// The population that --data gaussian says; its noise is the toy's.
[[nodiscard]] data::population_options population_of(const settings& s);

/// The moments of a world without samples or a file.
///
/// \throws data::input_error as data::toy_moments, data::random_moments, data::population_moments
///         and data::drawn_moments.
[[nodiscard]] data::moments build_world(const settings& s);

}  // namespace fusionflow::validation
