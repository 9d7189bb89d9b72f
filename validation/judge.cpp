#include "validation/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "validation/compare.hpp"

namespace fusionflow::validation {

namespace {

check_result start(const experiment& e, const statement& s, const std::string& point) {
    check_result result;
    result.name = fmt::format("{}/{}", e.name, s.name);
    if (!point.empty()) {
        result.name += ": " + point;
    }
    result.claim = s.says;
    result.tolerance = s.tolerance;
    result.reason = s.reason;
    result.says = s.means;
    result.measured_by = s.measured;
    result.expected_by = s.expected;
    return result;
}

// What keeps runs from being measured, or nothing.
std::string trouble_of(const measurements& m, std::size_t point, const experiment& e,
                       const std::string& name) {
    const run_records& runs = m.runs[point][e.find(name)];
    const auto failed =
        std::find_if(runs.begin(), runs.end(), [](const auto& r) { return r.failed; });
    if (failed == runs.end()) {
        return {};
    }
    const auto count =
        std::count_if(runs.begin(), runs.end(), [](const auto& r) { return r.failed; });
    return runs.size() == 1 ? fmt::format("{}: {}", name, failed->outcome)
                            : fmt::format("{}: {} of {} runs ended in trouble, the first as {}",
                                          name, count, runs.size(), failed->outcome);
}

std::string trouble_of(const measurements& m, std::size_t point, const experiment& e,
                       const statement& s) {
    std::string trouble = trouble_of(m, point, e, s.measured);
    return trouble.empty() && !s.expected.empty() ? trouble_of(m, point, e, s.expected) : trouble;
}

double finite_or_zero(double value) { return std::isfinite(value) ? value : 0; }

void judge_agreement(const experiment& e, const measurements& m, const statement& s,
                     std::size_t point, check_result& result) {
    const mean_value measured = m.mean(point, e.find(s.measured), s.quantity);
    const mean_value expected = m.mean(point, e.find(s.expected), s.quantity);
    result.measured = measured.mean;
    result.expected = expected.mean;
    result.standard_error = measured.standard_error;
    result.error = relative_error(measured.mean, expected.mean);
    const double scatter = std::hypot(finite_or_zero(measured.standard_error),
                                      finite_or_zero(expected.standard_error));
    if (s.standard_errors > 0 && std::isfinite(expected.mean)) {
        result.tolerance += s.standard_errors * scatter / std::abs(expected.mean);
    }
    result.passed = result.error <= result.tolerance;
}

// Draw by draw: the pair that is furthest apart, an unknown value further than any.
void judge_pairs(const experiment& e, const measurements& m, const statement& s, std::size_t point,
                 check_result& result) {
    const auto measured = m.values(point, e.find(s.measured), s.quantity);
    const auto expected = m.values(point, e.find(s.expected), s.quantity);
    const auto draws = std::max(measured.size(), expected.size());
    for (std::size_t r = 0; r < draws && !(r > 0 && std::isnan(result.error)); ++r) {
        // A series that does not depend on the draw has one run.
        const double one = measured[measured.size() == 1 ? 0 : r];
        const double other = expected[expected.size() == 1 ? 0 : r];
        const double apart = relative_error(one, other);
        if (r == 0 || !(apart <= result.error)) {
            result.error = apart;
            result.measured = one;
            result.expected = other;
        }
    }
    result.passed = result.error <= result.tolerance;
}

// Outside [low, high] by so much, relative to the end that is passed.
double outside(double value, double low, double high) {
    const double below = low - value;
    const double above = value - high;
    if (!std::isfinite(value)) {
        return std::isnan(value) ? check_result::unknown : value > high ? value : 0;
    }
    if (below > 0) {
        return low == 0 ? below : below / std::abs(low);
    }
    return above > 0 ? (high == 0 ? above : above / std::abs(high)) : 0;
}

void judge_bounds(const statement& s, double scatter, check_result& result) {
    result.expected = std::isfinite(s.low) ? s.low : s.high;
    result.error = outside(result.measured, s.low - scatter, s.high + scatter);
    result.tolerance = 0;
    result.passed = result.error <= 0;
    result.reason +=
        fmt::format(" [{}{}{}]", std::isfinite(s.low) ? fmt::format("{:g} <= ", s.low) : "",
                    s.quantity, std::isfinite(s.high) ? fmt::format(" <= {:g}", s.high) : "");
}

void judge_within(const experiment& e, const measurements& m, const statement& s, std::size_t point,
                  check_result& result) {
    const mean_value measured = m.mean(point, e.find(s.measured), s.quantity);
    result.measured = measured.mean;
    result.standard_error = measured.standard_error;
    judge_bounds(s, s.standard_errors * finite_or_zero(measured.standard_error), result);
}

void judge_outcome(const experiment& e, const measurements& m, const statement& s,
                   std::size_t point, check_result& result) {
    const run_records& runs = m.runs[point][e.find(s.measured)];
    result.measured = static_cast<double>(std::count_if(
        runs.begin(), runs.end(), [&](const run_record& r) { return r.outcome == s.ended; }));
    result.expected = static_cast<double>(runs.size());
    result.error = result.expected - result.measured;
    result.tolerance = 0;
    result.passed = result.error <= 0;
    result.reason += fmt::format(" [runs that ended as {}]", s.ended);
}

double statistic_of(std::vector<double> values, const std::string& name) {
    if (values.empty() ||
        std::any_of(values.begin(), values.end(), [](double v) { return !std::isfinite(v); })) {
        return check_result::unknown;
    }
    std::sort(values.begin(), values.end());
    return name == "min"   ? values.front()
           : name == "max" ? values.back()
                           : quantile(values, name == "median" ? 0.5 : 0.9);
}

check_result judge_distribution(const experiment& e, const measurements& m, const statement& s) {
    const bool compares = !s.expected.empty();
    check_result result = start(
        e, s, fmt::format("{} of {}", s.statistic, compares ? "relative difference" : s.quantity));
    std::vector<double> values;
    for (const std::size_t p : e.selected(s.where)) {
        result.trouble = trouble_of(m, p, e, s);
        if (!result.trouble.empty()) {
            return result;
        }
        const double measured = m.mean(p, e.find(s.measured), s.quantity).mean;
        values.push_back(
            compares ? relative_error(measured, m.mean(p, e.find(s.expected), s.quantity).mean)
                     : measured);
    }
    result.measured = statistic_of(std::move(values), s.statistic);
    judge_bounds(s, 0, result);
    return result;
}

check_result judge_point(const experiment& e, const measurements& m, const statement& s,
                         std::size_t point) {
    check_result result = start(e, s, e.points.describe(point));
    if (s.kind == statement_kind::outcome) {
        judge_outcome(e, m, s, point, result);
        return result;
    }
    result.trouble = trouble_of(m, point, e, s);
    if (!result.trouble.empty()) {
        return result;
    }
    switch (s.kind) {
        case statement_kind::agreement: judge_agreement(e, m, s, point, result); break;
        case statement_kind::paired: judge_pairs(e, m, s, point, result); break;
        default: judge_within(e, m, s, point, result); break;
    }
    return result;
}

}  // namespace

std::string_view to_string(finding f) {
    switch (f) {
        case finding::confirmed: return "confirmed";
        case finding::qualified: return "qualified";
        case finding::contradicted: return "contradicted";
        case finding::failed: return "failed";
    }
    return "";
}

std::vector<check_result> judge(const experiment& e, const measurements& m) {
    std::vector<check_result> results;
    for (const statement& s : e.statements) {
        if (s.kind == statement_kind::distribution) {
            results.push_back(judge_distribution(e, m, s));
            continue;
        }
        for (const std::size_t p : e.selected(s.where)) {
            results.push_back(judge_point(e, m, s, p));
        }
    }
    return results;
}

finding conclude(const std::vector<check_result>& results) {
    const auto any = [&](const auto& what) {
        return std::any_of(results.begin(), results.end(), what);
    };
    if (any([](const check_result& r) { return !r.passed; })) {
        return finding::failed;
    }
    if (any([](const check_result& r) { return r.says == verdict::contradicts; })) {
        return finding::contradicted;
    }
    return any([](const check_result& r) { return r.says == verdict::qualifies; })
               ? finding::qualified
               : finding::confirmed;
}

}  // namespace fusionflow::validation
