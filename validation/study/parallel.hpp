#pragma once

#include <cstddef>
#include <functional>

namespace fusionflow::validation {

/// \throws data::input_error naming jobs, if not 1 ... 1024 threads.
void check_jobs(int jobs);

/// Calls body(0) ... body(count - 1) on some threads, each once, in no particular order. What one
/// call throws is thrown again here, after the calls that had started have ended.
///
/// \param jobs   Threads, >= 1.
/// \param piece  The most calls that a thread takes at once: 1 where they may last long, many where
///               a call is as short as handing it out.
void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& body,
                    std::size_t piece = 1);

}  // namespace fusionflow::validation
