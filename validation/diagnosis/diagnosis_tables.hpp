#pragma once

#include <string>
#include <string_view>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/study/sheet.hpp"

// The tables of a diagnosis, for text and pages alike. Times are in epochs where there is a
// learning rate.
namespace fusionflow::validation {

/// `epochs`, or `times (tau)`.
[[nodiscard]] std::string time_unit(const diagnosis_request& request);

/// The factor from times in tau to times in time_unit().
[[nodiscard]] double time_scale(const diagnosis_request& request);

/// A row per modality, by strength: its facts, and what becomes of it in late fusion.
[[nodiscard]] sheet modality_sheet(const diagnosis& d);

/// The budget in units of tau; only where the request has one.
[[nodiscard]] double budget_time(const diagnosis_request& request);

/// The median of the networks as the tables have it: where most have a time, of those, since some
/// may begin above one half; else ensemble::median().
[[nodiscard]] double usual_time(const fusion_facts& fusion, int modality);

/// A row per plateau of late fusion: the loss that is left there.
[[nodiscard]] sheet plateau_sheet(const diagnosis_request& request, const diagnosis& d);

/// With a budget, a row per depth and layer of fusion: the part of what can be explained that the
/// networks explain after it, and their loss on held-out samples.
[[nodiscard]] sheet budget_sheet(const diagnosis_request& request, const diagnosis& d);

/// What the text of a diagnosis begins with: all that is known before networks are trained.
[[nodiscard]] std::string first_text(const diagnosis_request& request, const diagnosis& d);

/// A row per depth, layer of fusion and modality: predicted times with their errors, and quantiles
/// of the networks.
[[nodiscard]] sheet time_sheet(const diagnosis_request& request, const diagnosis& d);

/// The rows of time_sheet() for the further initial norms; the median is the only quantile.
[[nodiscard]] sheet further_sheet(const diagnosis_request& request, const diagnosis& d);

/// Where factors were looked for, a row per depth and modality: its factor, and the medians without
/// and with it.
[[nodiscard]] sheet solved_sheet(const diagnosis_request& request, const diagnosis& d, aim to);

/// The prediction of a method for one way to fuse; null where the method does not apply.
[[nodiscard]] const theory::learning* find_prediction(const fusion_facts& f,
                                                      std::string_view method);

/// The best prediction for one way to fuse (solver::best_prediction()); null where it has no times
/// by the clock.
[[nodiscard]] const predicted* best_prediction(const fusion_facts& f);

/// Its answer; null without it.
[[nodiscard]] const theory::learning* best_answer(const fusion_facts& f);

/// One sentence that names the best prediction for each way to fuse, and its standing: "The best
/// prediction without networks is the exact flow (statistical) for 1/2, 2/2 and the chain flow
/// (asymptotic) for 1/3." Empty where there is none.
///
/// \see tests/validation/diagnosis_report_test.cpp
[[nodiscard]] std::string best_prediction_text(const diagnosis& d);

/// True for modalities that are negligible by the clock of the networks (theory::clock::negligible)
/// in most of them: noise may carry them through one half.
[[nodiscard]] bool is_negligible(const fusion_facts& f, int modality);

/// One sentence that names the modalities that are negligible in every way to fuse; empty where
/// there are none.
[[nodiscard]] std::string negligible_text(const diagnosis& d);

/// How late a prediction is, in per cent of the median of the networks that learned the modality:
///
///     100 (t_predicted / t_median - 1)
///
/// \param modality  0 ... M - 1.
/// \return          NaN where either is unknown or never.
/// \see tests/validation/diagnosis_report_test.cpp
[[nodiscard]] double prediction_error(const fusion_facts& f, const theory::learning& prediction,
                                      int modality);

}  // namespace fusionflow::validation
