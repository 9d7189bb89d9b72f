#include "fusionflow/validation/study/work_done.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fusionflow::validation {

namespace {

// A duration in two units at most: nobody plans by the seconds of an hour.
std::string spell_duration(double seconds) {
    constexpr double longest = 1e9;
    if (!(seconds < longest)) {
        return "years";
    }
    const auto whole = static_cast<long>(std::ceil(seconds));
    constexpr long minute = 60;
    constexpr long hour = 60 * minute;
    constexpr long day = 24 * hour;
    if (whole < minute) {
        return fmt::format("{} s", whole);
    }
    if (whole < hour) {
        return fmt::format("{} min {} s", whole / minute, whole % minute);
    }
    if (whole < day) {
        return fmt::format("{} h {} min", whole / hour, whole % hour / minute);
    }
    return fmt::format("{} d {} h", whole / day, whole % day / hour);
}

}  // namespace

std::string describe(const work_done& work, double seconds, std::string_view what) {
    std::string line =
        fmt::format("{} of {} {}, {} failed", work.done, work.all, what, work.failed);
    const double rate = static_cast<double>(work.done - work.before) / seconds;
    if (rate > 0 && std::isfinite(rate)) {
        line += fmt::format(", {:.3g} {}/s, {} left", rate, what,
                            spell_duration(static_cast<double>(work.all - work.done) / rate));
    }
    return line;
}

}  // namespace fusionflow::validation
