#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fusionflow/validation/experiments/judge.hpp"

namespace fusionflow::validation {

/// A named list of experiments.
struct suite {
    std::string name;
    std::string about;  ///< one sentence
    std::vector<experiment> experiments;
    std::uint32_t text = 0;  ///< checksum of the TOML text

    /// True where some experiment holds a method's times against something else.
    [[nodiscard]] bool judges_times_of(std::string_view method_name) const;
};

/// What an experiment came to.
struct experiment_result {
    experiment about;
    measurements measured;
    std::vector<check_result> results;  ///< names start with the suite's
    finding found = finding::confirmed;
};

struct suite_result {
    std::string name;
    std::string about;
    std::vector<experiment_result> experiments;

    /// All that was checked, in the order of the suite.
    [[nodiscard]] std::vector<check_result> all() const;
};

/// Names of the suites that come with the program.
[[nodiscard]] std::vector<std::string> suite_names();

/// Reads a suite from TOML (docs/file-formats.md#suites).
///
/// \param text    The TOML text.
/// \param source  What errors call it, as a rule a file, of which the suite takes its name.
/// \throws data::input_error  with `source` as its field: not TOML, a key that is missing, unknown
///         or of the wrong kind, a value that breaks a rule; always with the line.
[[nodiscard]] suite parse_suite(std::string_view text, const std::string& source);

/// One of suite_names(), one experiment of it (`paper/deep-correlation`), or a file ending
/// in .toml. \throws data::input_error naming it.
[[nodiscard]] suite load_suite(const std::string& name_or_file);

/// How many runs the experiments of a suite make.
[[nodiscard]] std::size_t planned_runs(const suite& s);

/// The work that a journal of these suites, run one after the other, is kept for: its fingerprint
/// is equal for equal suites under equal conditions.
[[nodiscard]] journal_work work_of(const std::vector<suite>& suites, const conditions& under);

/// Runs a suite; the results are in its order, whatever the number of threads. A journal keeps
/// every finished run, and what it already has is not run again.
///
/// \see tests/validation/suite_test.cpp
[[nodiscard]] suite_result run_suite(const suite& s, const measure_options& options,
                                     const progress_report& progress = {});

}  // namespace fusionflow::validation
