#pragma once

/// \file
/// Formulas, flows and trained networks as methods that answer one model: solver::run().

#include "fusionflow/solver/method.hpp"
#include "fusionflow/theory.hpp"
