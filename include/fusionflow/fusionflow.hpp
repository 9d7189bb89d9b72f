#pragma once

/// \file
/// The whole public library. docs/library.md shows what it offers; the four headers that this one
/// includes are for programs that link to fewer of the libraries.

#include "fusionflow/data.hpp"
#include "fusionflow/solver.hpp"
#include "fusionflow/theory.hpp"
#include "fusionflow/validation.hpp"
