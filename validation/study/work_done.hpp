#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fusionflow::validation {

/// How far the work on a table or a suite is.
struct work_done {
    std::size_t done = 0;    ///< rows or runs that are done, those of an earlier start included
    std::size_t all = 0;     ///< rows or runs in all
    std::size_t failed = 0;  ///< how many of those done failed
    std::size_t before = 0;  ///< done by an earlier start: they say nothing about the rate
};

/// Called after every row or run, by one thread at a time.
using progress_report = std::function<void(const work_done&)>;

/// A line for people: "120 of 400 rows, 3 failed, 25 rows/s, 11 s left". Rate and time left are not
/// there while this start has done nothing.
///
/// \param seconds  Time since this start, >= 0.
/// \param what     The plural of what is counted, such as "rows".
/// \see tests/validation/work_done_test.cpp
[[nodiscard]] std::string describe(const work_done& work, double seconds, std::string_view what);

}  // namespace fusionflow::validation
