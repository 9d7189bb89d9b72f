#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/experiments/suite.hpp"

namespace fusionflow::validation {

/// What a report contains besides the results.
struct report_options {
    std::string provenance;            ///< version, commit, options, seeds: the small print
    std::vector<std::string> formats;  ///< of figures as files of their own: png, pdf
};

/// Writes a report: `index.html`, one page that needs no other file and no network, and
/// `results.json` with everything that was measured; `<suite>-<experiment>.png` and .pdf on
/// request. Files of the same name are replaced.
///
/// \param folder  Made if it is not there.
/// \throws data::input_error naming report, or plot as draw_picture().
/// \see tests/validation/report_test.cpp
void write_report(const std::vector<suite_result>& suites, const std::string& folder,
                  const report_options& options);

/// Refuses a folder that could not be written, before anything is computed; leaves none behind.
///
/// \throws data::input_error naming report.
void check_report_folder(const std::string& folder);

/// Makes the folder if it is not there; refuses as check_report_folder().
void make_report_folder(const std::string& folder);

/// The page as HTML.
///
/// \param figures  SVG text per experiment, in their order over all suites; may be empty.
[[nodiscard]] std::string report_page(const std::vector<suite_result>& suites,
                                      const std::vector<std::string>& figures,
                                      const std::string& provenance);

}  // namespace fusionflow::validation
