#pragma once

#include <string>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"

namespace fusionflow::validation {

/// What stands beside a diagnosis in its report.
struct diagnosis_notes {
    std::string json;        ///< the diagnosis as JSON: what diagnosis.json holds
    std::string provenance;  ///< version, commit, options, seeds: the small print
};

/// Writes a diagnosis for reading: `index.html`, one page with figures that needs no other file and
/// no network, and `diagnosis.json`. Files of the same name are replaced. Nothing is trained again.
///
/// \param folder  Made if it is not there.
/// \throws data::input_error naming report, or plot: no gnuplot, or gnuplot failed.
/// \see docs/diagnose.md#as-a-page; tests/validation/diagnosis_report_test.cpp
void write_diagnosis_report(const diagnosis_request& request, const diagnosis& d,
                            const std::string& folder, const diagnosis_notes& notes);

}  // namespace fusionflow::validation
