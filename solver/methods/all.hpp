#pragma once

#include "fusionflow/solver/method.hpp"

// The methods that solver/method.cpp lists; each is defined in a file of this folder.
namespace fusionflow::solver {

extern const method formula_method;
extern const method refined_method;
extern const method law_method;
extern const method flow_method;
extern const method chain_method;
extern const method exact_method;
extern const method exact_drawn_method;
extern const method one_way_method;
extern const method exact_epochs_method;
extern const method compressed_method;
extern const method sampled_method;
extern const method full_method;

}  // namespace fusionflow::solver
