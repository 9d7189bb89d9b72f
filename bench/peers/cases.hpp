#pragma once

#include <string>
#include <vector>

namespace peers {

/// One line of cases.csv: toy data, a network fused at a layer, an initial scale.
struct test_case {
    std::string name;
    std::string set;  ///< reference or stiff
    int depth = 0;    ///< L
    int fusion = 0;   ///< L_f
    // As written in the file: the oracle must not round 0.1 to a double, and the peers must.
    std::string rho;
    std::string kappa;
    std::string u0;
};

/// \throws std::runtime_error naming the file.
[[nodiscard]] std::vector<test_case> read_cases(const std::string& file);

/// The case of that name.
/// \throws std::runtime_error naming file and case.
[[nodiscard]] test_case read_case(const std::string& file, const std::string& name);

/// A line of a file of comma-separated values without quotes.
[[nodiscard]] std::vector<std::string> split(const std::string& line);

}  // namespace peers
