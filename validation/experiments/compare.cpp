#include "fusionflow/validation/experiments/compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace fusionflow::validation {

namespace {

// Times and ratio of a method, mean over repeats; nothing (and the reason) if one run failed.
std::vector<double> mean_answer(const settings& s, const solver::method& how, int repeats,
                                const conditions& under, std::string& trouble) {
    const solver::model about = build_model(s);
    if (how.refusal(about)) {
        trouble = fmt::format("{}: not available for this model", how.name);
        return {};
    }
    std::vector<double> mean;
    const int runs = solver::is_random(how, s.init, s.training) ? repeats : 1;
    solver::run_options options = s.run;
    for (options.repeat = 0; options.repeat < runs; ++options.repeat) {
        const solver::answer result = under.run(how, about, options);
        if (theory::is_failure(result.ended)) {
            trouble = fmt::format("{}: {}", how.name, theory::to_string(result.ended));
            return {};
        }
        mean.resize(result.times.size() + 1);
        for (std::size_t m = 0; m < result.times.size(); ++m) {
            mean[m] += result.times[m] / runs;
        }
        mean.back() += result.time_ratio() / runs;
    }
    return mean;
}

}  // namespace

double relative_error(double measured, double expected) {
    if (std::isinf(measured) && measured == expected) {
        return 0;
    }
    if (!std::isfinite(measured) || !std::isfinite(expected)) {
        // One says never, the other a time: as far apart as can be.
        const bool unknown = std::isnan(measured) || std::isnan(expected);
        return unknown ? std::numeric_limits<double>::quiet_NaN()
                       : std::numeric_limits<double>::infinity();
    }
    return measured == expected ? 0 : std::abs(measured - expected) / std::abs(expected);
}

comparison compare(const settings& s, const solver::method& measured,
                   const solver::method& expected, int repeats, const conditions& under) {
    comparison result;
    result.expected = mean_answer(s, expected, repeats, under, result.trouble);
    if (result.trouble.empty()) {
        result.measured = mean_answer(s, measured, repeats, under, result.trouble);
    }
    if (result.trouble.empty()) {
        for (std::size_t i = 0; i < result.expected.size(); ++i) {
            result.errors.push_back(relative_error(result.measured[i], result.expected[i]));
        }
    }
    return result;
}

}  // namespace fusionflow::validation
