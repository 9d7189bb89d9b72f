#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fusionflow::validation {

/// How far a table or a suite is.
struct work_done {
    std::size_t done = 0;    ///< rows or checks, those of an earlier run included
    std::size_t all = 0;     ///< of so many
    std::size_t failed = 0;  ///< of those done
    std::size_t before = 0;  ///< done by an earlier run: they say nothing about the rate
};

/// Is told after every row or check, by one thread at a time.
using progress_report = std::function<void(const work_done&)>;

/// A line for people: "120 of 400 rows, 3 failed, 25 rows/s, 11 s left"; without rate and time left
/// while nothing was done in this run.
///
/// \param seconds  Since this run began, >= 0.
/// \param what     Plural of what is counted.
/// \see tests/validation/work_done_test.cpp
[[nodiscard]] std::string describe(const work_done& work, double seconds, std::string_view what);

}  // namespace fusionflow::validation
