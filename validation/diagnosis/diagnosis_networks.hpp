#pragma once

#include <string>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

// The networks of a diagnosis: how they are run, and how many there are.
namespace fusionflow::validation {

/// Trains some networks of an architecture, as in the diagnosis, on changed data or from changed
/// initial weights. They are drawn from the same seeds as the first networks of the diagnosis, so
/// that differences are the change's own.
///
/// \param about     The changed model.
/// \param networks  How many: as many as the diagnosis has, but no more than this.
/// \param rounds    The fewest rounds of compression to try; 0: as few as there may be.
/// \param jobs      Threads.
[[nodiscard]] ensemble try_networks(const diagnosis_request& request, const solver::model& about,
                                    int networks, int rounds = 0, int jobs = 1);

/// Options of the networks' runs: with a budget, weights are noted when it is used up. Where
/// neither was asked for, those of wide data take an rtol of 1e-3 and an accuracy of compression of
/// 0.1: times are off by about 2e-3, a fraction of what medians of ten networks are
/// (docs/cli.md#diagnose).
[[nodiscard]] solver::run_options run_of(const diagnosis_request& request);

/// What of these options the provenance does not say: " (networks: rtol 1e-3, accuracy 0.1)", or
/// nothing where it says all.
[[nodiscard]] std::string looser_options(const diagnosis_request& request);

/// How many networks have medians of their times that are known to 1.5 per cent, by their standard
/// error 1.2533 sigma / sqrt(n), where sigma is told by the quartiles of a first few:
///
///     n = n_first (standard error / (0.015 median))^2
///
/// of the modality that needs most; but at most 400, at most `usual` where networks are not small,
/// and at most ten of wide data.
///
/// \param first  Networks of the model, at least one.
/// \param usual  How many networks a diagnosis trains of each way to fuse.
/// \see docs/real-tables.md; tests/validation/diagnosis_test.cpp
[[nodiscard]] int networks_for_medians(const solver::model& about, const ensemble& first,
                                       int usual);

/// True where a network takes milliseconds: at most three layers, 200 units, and 20 inputs times
/// targets.
[[nodiscard]] bool has_small_networks(const solver::model& about);

/// True for more than 150 inputs times targets: a network takes seconds, and differs little from
/// the next one.
[[nodiscard]] bool has_wide_data(const solver::model& about);

/// Options of the runs of further networks, where the first one of the same architecture needed so
/// many rounds of compression: they take at least as many. Those of wide data take exactly as many
/// and are not held against networks of one round more, which costs more than half of the time.
[[nodiscard]] solver::run_options run_after(const solver::run_options& first,
                                            const solver::model& about, int rounds);

/// How many networks to begin with: `usual`, but five of wide data.
[[nodiscard]] int networks_at_first(const solver::model& about, int usual);

/// Shares of what can be explained that networks explain after the budget (answer::share).
[[nodiscard]] spread shares_at_budget(const diagnosis_request& request,
                                      const data::moments& moments, const ensemble& networks);

/// The model of one depth and layer of fusion, with the initial norm of the request.
[[nodiscard]] solver::model model_of(const diagnosis_request& request, int depth, int fusion);

}  // namespace fusionflow::validation
