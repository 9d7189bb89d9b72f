#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

namespace {

// Variance gain^2 2/(fan_in + fan_out) of an entry; the gain is initialisation::scale().
double xavier_power(const layer_entries& of) { return of.count * 2 / (of.columns + of.rows); }

}  // namespace

/// Entries U(-b, b), b = gain sqrt(6/(fan_in + fan_out)), as torch.nn.init.xavier_uniform_ draws.
/// \see tests/theory/schemes_test.cpp
extern const scheme xavier_scheme = {.name = "xavier",
                                     .about = "uniform entries of variance 2/(fan_in + fan_out)",
                                     .power = xavier_power,
                                     .uniform = true,
                                     .scaled = false,
                                     .has_gain = true};

/// Entries N(0, gain^2 2/(fan_in + fan_out)), as torch.nn.init.xavier_normal_ draws.
extern const scheme xavier_normal_scheme = {.name = "xavier-normal",
                                            .about =
                                                "normal entries of variance 2/(fan_in + fan_out)",
                                            .power = xavier_power,
                                            .scaled = false,
                                            .has_gain = true};

}  // namespace fusionflow::theory
