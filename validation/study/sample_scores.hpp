#pragma once

#include <optional>
#include <vector>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/networks/sample_measures.hpp"

namespace fusionflow::validation {

/// How well a network answers samples: with all modalities, and with each of them alone.
struct sample_scores {
    solver::sample_score all;
    std::vector<solver::sample_score> alone;  ///< one per modality, the others blank
};

/// The scores of a trained network on the samples that it was trained on and on others.
struct trained_scores {
    sample_scores training;
    std::optional<sample_scores> held_out{};
};

/// \param about     A model with samples.
/// \param network   A network that was trained on them, with its weights at the end.
/// \param held_out  Samples of the same modalities and targets; may be null.
/// \param blank     What stands for the modalities that are not shown; their means are those of the
///                  samples that were trained on.
/// \see tests/validation/sample_scores_test.cpp
[[nodiscard]] trained_scores score_network(const solver::model& about,
                                           const solver::trained_network& network,
                                           const data::samples* held_out,
                                           solver::blank_inputs blank);

}  // namespace fusionflow::validation
