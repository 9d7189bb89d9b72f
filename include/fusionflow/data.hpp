#pragma once

/// \file
/// What a model is asked about: second moments of modalities and their target, and samples.

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/samples.hpp"
#include "fusionflow/data/toy.hpp"
