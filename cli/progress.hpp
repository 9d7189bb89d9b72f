#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "fusionflow/validation/study/work_done.hpp"

namespace fusionflow::cli {

/// One line on stderr that is written over, only if stderr is a terminal; it is cleared at the end.
class progress_line {
public:
    explicit progress_line(bool quiet);
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line();

    /// True a few times a second: when it is worth making a text for show().
    [[nodiscard]] bool due();
    void show(const std::string& text);

    /// If due(), shows what is done and failed, the rate since the line began, and the time left.
    ///
    /// \param before  Text that comes first.
    /// \param what    What is counted, in the plural.
    void report(const validation::work_done& work, std::string_view before, std::string_view what);

private:
    bool wanted_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point start_;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace fusionflow::cli
