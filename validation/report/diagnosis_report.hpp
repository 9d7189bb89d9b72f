#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// JSON with the keys samples, modalities, first_learned, explains_most, superficial_preference,
/// explained, plateaus, fusions, further, advice, warnings, provenance. json_text() is its text.
///
/// \param provenance  Version, commit, options, seeds: one line.
/// \see docs/cli.md; tests/validation/diagnosis_report_test.cpp
[[nodiscard]] nlohmann::ordered_json to_json(const diagnosis_request& request, const diagnosis& d,
                                             const std::string& provenance);
[[nodiscard]] std::string json_text(const diagnosis_request& request, const diagnosis& d,
                                    const std::string& provenance);

/// The diagnosis for people, without warnings and provenance. Times are in epochs where there is a
/// learning rate.
[[nodiscard]] std::string to_text(const diagnosis_request& request, const diagnosis& d);

/// What follows first_text() where the training of networks is interrupted: the tables of the
/// depths and layers of fusion that are complete, under a line that says that this is not all.
///
/// \param d  As diagnose() gives it to its so_far.
[[nodiscard]] std::string partial_text(const diagnosis_request& request, const diagnosis& d);

/// Writes a diagnosis for reading: `index.html`, one page with figures that needs no other file and
/// no network, and `diagnosis.json`. Files of the same name are replaced. Nothing is trained again.
///
/// \param folder  Made if it is not there.
/// \throws data::input_error naming report, or plot: no gnuplot, or gnuplot failed.
/// \see docs/diagnose.md#as-a-page; tests/validation/diagnosis_report_test.cpp
void write_diagnosis_report(const diagnosis_request& request, const diagnosis& d,
                            const std::string& folder, const std::string& provenance);

}  // namespace fusionflow::validation
