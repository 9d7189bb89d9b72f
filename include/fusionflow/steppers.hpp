#pragma once

/// \file
/// The stiff steppers `radau` and `rkc` for systems of one's own, driven by Boost.Odeint. They are
/// apart from fusionflow.hpp since Odeint's headers are long to compile.

#include "fusionflow/solver/steps/odeint_steppers.hpp"
