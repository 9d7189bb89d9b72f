#pragma once

#include <string>
#include <string_view>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/study/sheet.hpp"

// The tables of a diagnosis, for text and pages alike; times in epochs where there is a learning
// rate.
namespace fusionflow::validation {

/// `epochs`, or `times (tau)`.
[[nodiscard]] std::string time_unit(const diagnosis_request& request);

/// tau / time_unit().
[[nodiscard]] double time_scale(const diagnosis_request& request);

/// Who is there, by strength, and what becomes of each in late fusion.
[[nodiscard]] sheet modality_sheet(const diagnosis& d);

/// What is left on the plateaus of late fusion.
[[nodiscard]] sheet plateau_sheet(const diagnosis_request& request, const diagnosis& d);

/// A row for each way to fuse and modality: predictions with their errors, quantiles of networks.
[[nodiscard]] sheet time_sheet(const diagnosis_request& request, const diagnosis& d);

/// The same from further initial norms, in fewer columns.
[[nodiscard]] sheet further_sheet(const diagnosis_request& request, const diagnosis& d);

/// What a method predicts of a way to fuse; null where it does not exist.
[[nodiscard]] const theory::learning* find_prediction(const fusion_facts& f,
                                                      std::string_view method);

/// The best flow there is of networks of the scheme: exact, chain or reduced; null without any.
[[nodiscard]] const theory::learning* best_flow(const fusion_facts& f);

/// How late a prediction is, in per cent of the median of the networks that learned the modality:
///
///     100 (t_predicted / t_median - 1)
///
/// \param modality  0 ... M - 1.
/// \return          NaN where either is unknown or never.
/// \see tests/validation/diagnosis_report_test.cpp
[[nodiscard]] double prediction_error(const fusion_facts& f, const theory::learning& prediction,
                                      int modality);

/// The same of what the formula says of the power of a modality, against the first network.
[[nodiscard]] double power_error(const fusion_facts& f, int modality);

}  // namespace fusionflow::validation
