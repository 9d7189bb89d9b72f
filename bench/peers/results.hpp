#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cases.hpp"

namespace peers {

/// One line of results.csv, held against the oracle.
struct point {
    std::string method;
    std::string about;  ///< name of the case
    double tolerance = 0;
    std::string status;
    double seconds = 0;  ///< infinite unless the status is ok
    /// The larger of the relative errors of t_A and t_B; infinite unless the status is ok.
    double error = 0;
    std::string stepper;
};

/// All points, in the order of the file.
/// \throws std::runtime_error naming the file and the line.
[[nodiscard]] std::vector<point> read_points(const std::string& results, const std::string& oracle);

/// A family of methods of one maker.
struct family {
    std::string name;    ///< as people write it
    std::string prefix;  ///< what its methods' names begin with
};

/// SciPy, CVODE, Odeint and fusionflow.
[[nodiscard]] const std::vector<family>& families();

/// The fastest run of a family on a case among those whose error is at most `target`; nothing if
/// there is none.
[[nodiscard]] std::optional<point> fastest(const std::vector<point>& points, const family& of,
                                           const test_case& about, double target);

/// False for a maker whose methods were left out, so that nothing can be said of them.
[[nodiscard]] bool was_run(const std::vector<point>& points, const family& of);

/// The names of the methods that were run, in the order of the file.
[[nodiscard]] std::vector<std::string> methods_in(const std::vector<point>& points);

/// The middle value; infinities count as larger than any number. NaN for none.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace peers
