#include "fusionflow/validation/experiments/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/experiments/compare.hpp"

namespace fusionflow::validation {

namespace {

// Long enough after the last half-height for the slow directions to settle.
constexpr double settling_tail = 20;

check_result start_result(const check& c, const std::string& what) {
    check_result result;
    result.name = what.empty() ? c.name : fmt::format("{}: {}", c.name, what);
    result.claim = c.claim;
    result.quantity = c.quantity;
    result.tolerance = c.tolerance;
    result.reason = c.reason;
    result.measured_by = c.measured;
    result.expected_by = c.expected;
    return result;
}

check_result troubled(check_result result, const std::string& trouble) {
    result.trouble = trouble;
    result.passed = false;
    return result;
}

// What of a comparison a quantity looks at: index into its numbers and a name.
struct looked_at {
    std::size_t index;
    std::string name;
};

std::vector<looked_at> select(const std::string& quantity, const settings& s,
                              const std::vector<double>& expected) {
    const std::size_t ratio = expected.size() - 1;
    if (quantity == "time_ratio") {
        return {{ratio, "time_ratio"}};
    }
    const std::vector<std::string> names = build_model(s).moments.names();
    if (quantity == "first_time") {
        const auto end = expected.begin() + static_cast<std::ptrdiff_t>(ratio);
        const auto first =
            static_cast<std::size_t>(std::min_element(expected.begin(), end) - expected.begin());
        return {{first, fmt::format("time of {}", names[first])}};
    }
    std::vector<looked_at> all;
    for (std::size_t m = 0; m < ratio; ++m) {
        all.push_back({m, fmt::format("time of {}", names[m])});
    }
    return all;
}

std::string case_name(const std::string& point, const std::string& what) {
    return point.empty() ? what : fmt::format("{}, {}", point, what);
}

std::vector<check_result> run_agreement(const check& c, const conditions& under) {
    std::vector<check_result> results;
    for (std::size_t p = 0; p < c.points.size(); ++p) {
        const settings s = under.seeded(c.points.at(c.model, p));
        const std::string point = c.points.describe(p);
        const comparison found = compare(s, solver::find_method(c.measured),
                                         solver::find_method(c.expected), c.repeats, under);
        if (!found.trouble.empty()) {
            results.push_back(troubled(start_result(c, point), found.trouble));
            continue;
        }
        for (const looked_at& look : select(c.quantity, s, found.expected)) {
            check_result result = start_result(c, case_name(point, look.name));
            result.expected = found.expected[look.index];
            result.measured = found.measured[look.index];
            result.error = found.errors[look.index];
            result.allowed = about(result.expected, c.tolerance);
            result.passed = result.error <= c.tolerance;
            results.push_back(std::move(result));
        }
    }
    return results;
}

double scale_of(const check& c, double init) {
    return c.logarithmic ? 1 / std::log(1 / init) : init;
}

// The order between the last two points, where the error is closest to its limit.
std::vector<check_result> run_convergence(const check& c, const conditions& under) {
    const std::size_t last = c.points.size() - 1;
    std::vector<comparison> found;
    std::vector<double> scales;
    for (const std::size_t p : {last - 1, last}) {
        const settings s = under.seeded(c.points.at(c.model, p));
        found.push_back(
            compare(s, solver::find_method(c.measured), solver::find_method(c.expected), 1, under));
        scales.push_back(scale_of(c, s.init.u0));
        if (!found.back().trouble.empty()) {
            return {troubled(start_result(c, c.points.describe(p)), found.back().trouble)};
        }
    }
    std::vector<check_result> results;
    for (const looked_at& look : select(c.quantity, c.model, found[1].expected)) {
        check_result result = start_result(c, fmt::format("order of {}", look.name));
        result.quantity = fmt::format("order of {}", look.name);
        result.expected = c.order;
        result.allowed = {c.order - c.tolerance, c.order + c.tolerance};
        result.measured = std::log(found[0].errors[look.index] / found[1].errors[look.index]) /
                          std::log(scales[0] / scales[1]);
        result.error = std::abs(result.measured - c.order);
        result.passed = result.error <= c.tolerance;
        results.push_back(std::move(result));
    }
    return results;
}

// The largest rise of the loss from one recorded instant to the next, over the initial loss.
double loss_rise(const solver::trajectory& path) {
    double rise = 0;
    for (std::size_t i = 1; i < path.size(); ++i) {
        rise = std::max(rise, path.loss[i] - path.loss[i - 1]);
    }
    return rise / path.loss.front();
}

// The invariant's deviation, or what kept the run from ending well.
struct deviation {
    double value = check_result::unknown;
    std::string trouble;
};

deviation measure(const std::string& quantity, const std::string& method_name, settings s,
                  const conditions& under) {
    const bool drift = quantity == "balance_drift";
    const bool to_the_end = quantity == "final_weights";
    s.run.tail = to_the_end ? settling_tail : s.run.tail;
    s.run.record = !drift;
    const solver::model about = build_model(s);
    const solver::method& how = solver::find_method(drift ? "full" : method_name);
    if (how.refusal(about)) {
        return {check_result::unknown, "not available for this model"};
    }
    const solver::answer result = under.run(how, about, s.run);
    if (theory::is_failure(result.ended)) {
        return {check_result::unknown, std::string(theory::to_string(result.ended))};
    }
    if (drift) {
        return {solver::balance_drift(result.network->shape, result.network->at_start,
                                      result.network->at_end),
                {}};
    }
    if (!to_the_end) {
        return {loss_rise(result.path), {}};
    }
    const auto all =
        theory::solve_partial(about.moments, data::all_modalities(about.moments.count()));
    return {(result.weights_final - all.weights).norm() / all.weights.norm(), {}};
}

std::vector<check_result> run_invariant(const check& c, const conditions& under) {
    std::vector<check_result> results;
    for (std::size_t p = 0; p < c.points.size(); ++p) {
        const deviation found =
            measure(c.quantity, c.measured, under.seeded(c.points.at(c.model, p)), under);
        check_result result = start_result(c, c.points.describe(p));
        if (!found.trouble.empty()) {
            results.push_back(troubled(std::move(result), found.trouble));
            continue;
        }
        result.expected = 0;
        result.allowed = {0, c.tolerance};
        result.measured = found.value;
        result.error = std::abs(found.value);
        result.passed = result.error <= c.tolerance;
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace

std::string_view to_string(verdict v) {
    switch (v) {
        case verdict::confirms: return "confirms";
        case verdict::qualifies: return "qualifies";
        case verdict::contradicts: return "contradicts";
    }
    return "";
}

std::vector<std::string> quantities_of(check_kind kind) {
    if (kind == check_kind::invariant) {
        return {"balance_drift", "loss_rise", "final_weights"};
    }
    return {"times", "first_time", "time_ratio"};
}

std::vector<check_result> run_check(const check& c, const conditions& under) {
    switch (c.kind) {
        case check_kind::agreement: return run_agreement(c, under);
        case check_kind::convergence: return run_convergence(c, under);
        case check_kind::invariant: return run_invariant(c, under);
    }
    return {};
}

double allowed_range::beyond(double value) const {
    if (std::isnan(value)) {
        return std::numeric_limits<double>::infinity();
    }
    // Equal first: infinity minus infinity is not known.
    return std::max(value == low ? 0 : low - value, value == high ? 0 : value - high);
}

allowed_range about(double expected, double tolerance) {
    if (!std::isfinite(expected)) {
        return {expected, expected};
    }
    const double width = tolerance * std::abs(expected);
    return {expected - width, expected + width};
}

std::string to_string(const allowed_range& r) {
    const auto spell = [](double value) {
        return std::isinf(value) ? std::string("never") : fmt::format("{:.6g}", value);
    };
    if (std::isnan(r.low) || std::isnan(r.high)) {
        return "nothing";
    }
    if (r.low == r.high) {
        return spell(r.low);
    }
    if (std::isinf(r.low)) {
        return std::isinf(r.high) ? "anything" : fmt::format("<= {}", spell(r.high));
    }
    return std::isinf(r.high) ? fmt::format(">= {}", spell(r.low))
                              : fmt::format("{} ... {}", spell(r.low), spell(r.high));
}

std::string_view check_name(const check_result& c) {
    const std::string_view name = c.name;
    return name.substr(0, name.find(':'));
}

std::string_view case_name(const check_result& c) {
    const std::string_view name = c.name;
    const std::size_t colon = name.find(": ");
    return colon == std::string_view::npos ? "" : name.substr(colon + 2);
}

std::string failure_text(const check_result& c) {
    if (!c.trouble.empty()) {
        return c.trouble;
    }
    const auto by = [](const std::string& who) {
        return who.empty() ? "" : fmt::format(" ({})", who);
    };
    const auto spell = [](double value) {
        return std::isnan(value)   ? "unknown"
               : std::isinf(value) ? "never"
                                   : fmt::format("{:.8g}", value);
    };
    const std::string found = fmt::format("measured {}{}", spell(c.measured), by(c.measured_by));
    if (std::isnan(c.expected)) {
        return fmt::format("{}, allowed {}", found, to_string(c.allowed));
    }
    const std::string line = fmt::format("expected {}{}, {}, allowed {}", spell(c.expected),
                                         by(c.expected_by), found, to_string(c.allowed));
    // Of what is expected to be 0, or is never learned, there is no relative error.
    return std::isfinite(c.error)
               ? fmt::format("{}, error {:.3g} of at most {:.3g}", line, c.error, c.tolerance)
               : line;
}

bool is_tighter(const check_result& first, const check_result& second) {
    const auto beyond = [](const check_result& c) {
        if (std::isnan(c.expected)) {
            return c.allowed.beyond(c.measured);
        }
        return std::isnan(c.error) ? std::numeric_limits<double>::infinity()
                                   : c.error - c.tolerance;
    };
    return beyond(first) > beyond(second);
}

bool judges_times_of(const check& c, std::string_view method_name) {
    return c.kind != check_kind::invariant &&
           (c.measured == method_name) != (c.expected == method_name);
}

}  // namespace fusionflow::validation
