#include "fusionflow/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/printable.hpp"

namespace fusionflow::cli {

namespace {

constexpr std::chrono::milliseconds pause{200};
constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

progress_line::progress_line(bool quiet)
    : wanted_(!quiet && ::isatty(STDERR_FILENO) != 0), start_(std::chrono::steady_clock::now()),
      last_(start_) {}

progress_line::~progress_line() {
    if (shown_) {
        say_as_it_is(clear_line);
    }
}

bool progress_line::due() {
    const auto now = std::chrono::steady_clock::now();
    if (!wanted_ || now - last_ < pause) {
        return false;
    }
    last_ = now;
    return true;
}

void progress_line::show(const std::string& text) {
    say_as_it_is(clear_line + data::printable(text));
    shown_ = true;
}

void progress_line::report(const validation::work_done& work, std::string_view before,
                           std::string_view what) {
    if (due()) {
        const std::chrono::duration<double> elapsed = last_ - start_;
        show(fmt::format("{}{}", before, validation::describe(work, elapsed.count(), what)));
    }
}

}  // namespace fusionflow::cli
