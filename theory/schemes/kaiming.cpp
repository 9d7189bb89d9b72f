#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

namespace {

// Variance gain^2/fan_in of an entry; the gain is initialisation::scale().
double kaiming_power(const layer_entries& of) { return of.count / of.columns; }

}  // namespace

/// Entries U(-b, b), b = gain sqrt(3/fan_in), as torch.nn.init.kaiming_uniform_ draws with
/// nonlinearity="linear"; its own default, for rectifiers, has a gain of sqrt(2).
/// \see tests/theory/schemes_test.cpp
extern const scheme kaiming_scheme = {.name = "kaiming",
                                      .about = "uniform entries of variance 1/fan_in",
                                      .power = kaiming_power,
                                      .uniform = true,
                                      .scaled = false,
                                      .has_gain = true};

/// Entries N(0, gain^2/fan_in), as torch.nn.init.kaiming_normal_ draws.
extern const scheme kaiming_normal_scheme = {.name = "kaiming-normal",
                                             .about = "normal entries of variance 1/fan_in",
                                             .power = kaiming_power,
                                             .scaled = false,
                                             .has_gain = true};

}  // namespace fusionflow::theory
