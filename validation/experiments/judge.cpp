#include "fusionflow/validation/experiments/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace fusionflow::validation {

namespace {

check_result start(const experiment& e, const statement& s, const std::string& point) {
    check_result result;
    result.name = e.name_of(s);
    std::string which = point;
    if (s.one_of_several) {
        which += (which.empty() ? "" : ", ") + s.quantity;
    }
    if (!which.empty()) {
        result.name += ": " + which;
    }
    result.claim = s.says;
    result.quantity = s.quantity;
    result.reason = s.reason;
    result.says = s.means;
    result.measured_by = s.measured;
    result.expected_by = s.expected;
    return result;
}

// How the runs of a series at a point came to trouble; empty where none did.
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

void judge_agreement(const experiment& e, const measurements& m, const statement& s,
                     std::size_t point, check_result& result) {
    const mean_value measured = m.mean(point, e.find(s.measured), s.quantity);
    const mean_value expected = m.mean(point, e.find(s.expected), s.quantity);
    result.measured = measured.mean;
    result.expected = expected.mean;
    result.standard_error = measured.standard_error;
    result.error = relative_error(measured.mean, expected.mean);
    result.tolerance = s.tolerance;
    const double scatter = std::hypot(finite_or_zero(measured.standard_error),
                                      finite_or_zero(expected.standard_error));
    if (s.standard_errors > 0 && std::isfinite(expected.mean)) {
        result.tolerance += s.standard_errors * scatter / std::abs(expected.mean);
    }
    result.allowed = about(result.expected, result.tolerance);
    result.passed = result.error <= result.tolerance;
}

// Judges the draw in which the two series are furthest apart; an unknown value is the furthest.
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
    result.tolerance = s.tolerance;
    result.allowed = about(result.expected, s.tolerance);
    result.passed = result.error <= result.tolerance;
}

// Judges against the bounds of the statement, widened by a scatter, and gives the error where the
// suite states a value.
void judge_range(const statement& s, double scatter, check_result& result) {
    result.allowed = {s.low - scatter, s.high + scatter};
    result.passed = result.allowed.holds(result.measured);
    if (s.value) {
        result.expected = *s.value;
        result.error = relative_error(result.measured, *s.value);
        result.tolerance = (result.allowed.high - *s.value) / std::abs(*s.value);
    }
}

void judge_within(const experiment& e, const measurements& m, const statement& s, std::size_t point,
                  check_result& result) {
    const mean_value measured = m.mean(point, e.find(s.measured), s.quantity);
    result.measured = measured.mean;
    result.standard_error = measured.standard_error;
    // Bounds from a stated value hold its standard error already; the measured one is not used.
    const double more = s.value ? 0 : s.standard_errors * finite_or_zero(measured.standard_error);
    judge_range(s, more, result);
}

void judge_outcome(const experiment& e, const measurements& m, const statement& s,
                   std::size_t point, check_result& result) {
    const run_records& runs = m.runs[point][e.find(s.measured)];
    const auto all = static_cast<double>(runs.size());
    result.quantity = fmt::format("runs that ended as {}", s.ended);
    result.measured = static_cast<double>(std::count_if(
        runs.begin(), runs.end(), [&](const run_record& r) { return r.outcome == s.ended; }));
    result.allowed = {all, all};
    result.passed = result.allowed.holds(result.measured);
}

// Measures the order between the last two points: there the initial norms are smallest.
check_result judge_convergence(const experiment& e, const measurements& m, const statement& s) {
    check_result result = start(e, s, "");
    result.quantity = "order of " + s.quantity;
    result.expected = s.order;
    result.tolerance = s.tolerance;
    result.allowed = {s.order - s.tolerance, s.order + s.tolerance};
    std::array<double, 2> apart{};
    std::array<double, 2> scale{};
    for (std::size_t i = 0; i < apart.size(); ++i) {
        const std::size_t p = e.points.size() - apart.size() + i;
        result.trouble = trouble_of(m, p, e, s);
        if (!result.trouble.empty()) {
            return result;
        }
        apart[i] = relative_error(m.mean(p, e.find(s.measured), s.quantity).mean,
                                  m.mean(p, e.find(s.expected), s.quantity).mean);
        const double u0 = e.points.at(e.model, p).init.u0;
        scale[i] = s.logarithmic ? 1 / std::log(1 / u0) : u0;
    }
    result.measured = std::log(apart[0] / apart[1]) / std::log(scale[0] / scale[1]);
    result.error = std::abs(result.measured - s.order);
    result.passed = result.error <= s.tolerance;
    return result;
}

double statistic_of(std::vector<double> values, const std::string& name) {
    if (values.empty() ||
        std::any_of(values.begin(), values.end(), [](double v) { return !std::isfinite(v); })) {
        return check_result::unknown;
    }
    std::sort(values.begin(), values.end());
    constexpr auto at = std::to_array<std::pair<std::string_view, double>>({{"min", 0},
                                                                            {"p10", 0.1},
                                                                            {"p25", 0.25},
                                                                            {"median", 0.5},
                                                                            {"p75", 0.75},
                                                                            {"p90", 0.9},
                                                                            {"max", 1}});
    const auto* const found =
        std::find_if(at.begin(), at.end(), [&](const auto& s) { return s.first == name; });
    return quantile(values, found->second);
}

// The quantity of which a distribution has the statistic, or how two series compare in it.
std::string compared_quantity(const statement& s) {
    return s.expected.empty() ? s.quantity
           : s.of_ratio       ? fmt::format("{}, {} over {}", s.quantity, s.measured, s.expected)
                              : fmt::format("relative difference of {}", s.quantity);
}

check_result judge_distribution(const experiment& e, const measurements& m, const statement& s,
                                const std::vector<std::size_t>& points) {
    check_result result = start(e, s, fmt::format("{} of {}", s.statistic, compared_quantity(s)));
    result.quantity = fmt::format("{} of {}", s.statistic, compared_quantity(s));
    result.expected_by.clear();
    std::vector<double> values;
    for (const std::size_t p : points) {
        result.trouble = trouble_of(m, p, e, s);
        if (!result.trouble.empty()) {
            return result;
        }
        const double measured = m.mean(p, e.find(s.measured), s.quantity).mean;
        if (s.expected.empty()) {
            values.push_back(measured);
            continue;
        }
        const double expected = m.mean(p, e.find(s.expected), s.quantity).mean;
        values.push_back(s.of_ratio ? measured / expected : relative_error(measured, expected));
    }
    result.measured = statistic_of(std::move(values), s.statistic);
    result.standard_error = s.standard_error;
    judge_range(s, 0, result);
    return result;
}

// Judges how many runs over all points have the outcome.
check_result judge_outcomes(const experiment& e, const measurements& m, const statement& s,
                            const std::vector<std::size_t>& points) {
    check_result result = start(e, s, fmt::format("runs that ended as {}", s.ended));
    result.quantity = fmt::format("runs that ended as {}", s.ended);
    result.measured = 0;
    for (const std::size_t p : points) {
        const run_records& runs = m.runs[p][e.find(s.measured)];
        result.measured += static_cast<double>(std::count_if(
            runs.begin(), runs.end(), [&](const run_record& r) { return r.outcome == s.ended; }));
    }
    judge_range(s, 0, result);
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

bool is_unstable(const measurements& m, std::size_t point, std::size_t one) {
    const run_records& runs = m.runs[point][one];
    return std::any_of(runs.begin(), runs.end(), [](const run_record& r) {
        return r.outcome == unstable_step || r.outcome == to_string(theory::outcome::diverged);
    });
}

// The points that a statement is about. Those at which a step size is unstable are left out where
// the statement says how many there may be; a result of its own then counts them.
std::vector<std::size_t> judged_points(const experiment& e, const measurements& m,
                                       const statement& s, std::vector<check_result>& results) {
    std::vector<std::size_t> points = e.selected(s.where);
    if (s.most_left_out == 0) {
        return points;
    }
    const auto left_out = std::erase_if(points, [&](std::size_t p) {
        return is_unstable(m, p, e.find(s.measured)) ||
               (!s.expected.empty() && is_unstable(m, p, e.find(s.expected)));
    });
    check_result count = start(e, s, "points left out");
    count.quantity = "points left out, where a step size is unstable";
    count.expected_by.clear();
    count.is_count_of_left_out = true;
    count.measured = static_cast<double>(left_out);
    count.allowed.high = s.most_left_out;
    count.passed = count.allowed.holds(count.measured);
    results.push_back(std::move(count));
    return points;
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
        const std::vector<std::size_t> points = judged_points(e, m, s, results);
        if (s.kind == statement_kind::distribution) {
            results.push_back(judge_distribution(e, m, s, points));
            continue;
        }
        if (s.kind == statement_kind::outcome && s.counts_runs()) {
            results.push_back(judge_outcomes(e, m, s, points));
            continue;
        }
        if (s.kind == statement_kind::convergence) {
            results.push_back(judge_convergence(e, m, s));
            continue;
        }
        for (const std::size_t p : points) {
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
