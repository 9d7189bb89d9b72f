#include "fusionflow/validation/experiments/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"

namespace fusionflow::validation {

namespace {

using nlohmann::json;

constexpr double same = 1e-9;
constexpr double digits = 1e-6;  // relative noise of results without randomness
constexpr double standard_errors = 3;

struct earlier {
    double measured;
    double standard_error;
    bool passed;
};

double number(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>()
                                                       : std::numeric_limits<double>::quiet_NaN();
}

std::map<std::string, earlier> read(const std::string& text, const std::string& source) {
    const json tree = json::parse(text, nullptr, false);
    const auto refuse = [&](const char* rule) {
        throw data::input_error("baseline", fmt::format("{}: {}", source, rule));
    };
    if (tree.is_discarded()) {
        refuse("not JSON");
    }
    if (!tree.is_object() || !tree.contains("checks") || !tree["checks"].is_array()) {
        refuse("need the JSON of `validate --format json`, with a list \"checks\"");
    }
    std::map<std::string, earlier> all;
    for (const json& c : tree["checks"]) {
        if (!c.is_object() || !c.contains("name") || !c["name"].is_string() ||
            !c.contains("passed") || !c["passed"].is_boolean()) {
            refuse(R"(every check needs a "name" and "passed")");
        }
        all[c["name"].get<std::string>()] = {number(c, "measured"), number(c, "standard_error"),
                                             c["passed"].get<bool>()};
    }
    return all;
}

// The smallest size that matters to a check: that of the smaller of its bounds other than 0. A
// value allowed up to 1e-4 has not moved where rounding turns 1e-15 into 2e-15.
double scale_of(const allowed_range& allowed) {
    double scale = std::numeric_limits<double>::infinity();
    for (const double bound : {allowed.low, allowed.high}) {
        if (bound != 0) {
            scale = std::min(scale, std::abs(bound));
        }
    }
    return finite_or_zero(scale);
}

}  // namespace

std::string_view to_string(change::kind k) {
    switch (k) {
        case change::kind::added: return "new";
        case change::kind::missing: return "missing";
        case change::kind::verdict: return "verdict";
        case change::kind::moved: return "moved";
        case change::kind::noise: return "noise";
    }
    return "";
}

std::vector<change> compare_with_baseline(const std::vector<check_result>& checks,
                                          const std::string& text, const std::string& source) {
    std::map<std::string, earlier> before = read(text, source);
    std::vector<change> changes;
    for (const check_result& c : checks) {
        const auto found = before.find(c.name);
        if (found == before.end()) {
            changes.push_back({change::kind::added, c.name,
                               std::numeric_limits<double>::quiet_NaN(), c.measured, c.passed});
            continue;
        }
        const earlier was = found->second;
        before.erase(found);
        if (was.passed != c.passed) {
            changes.push_back({change::kind::verdict, c.name, was.measured, c.measured, c.passed});
            continue;
        }
        const double apart = std::abs(c.measured - was.measured);
        const double size = std::max(std::abs(c.measured), std::abs(was.measured));
        const bool both_unknown = !std::isfinite(c.measured) && !std::isfinite(was.measured);
        if (both_unknown || apart <= same * std::max(size, scale_of(c.allowed))) {
            continue;
        }
        const double scatter =
            std::hypot(finite_or_zero(c.standard_error), finite_or_zero(was.standard_error));
        const double allowed = scatter > 0 ? standard_errors * scatter : digits * size;
        changes.push_back({apart <= allowed ? change::kind::noise : change::kind::moved, c.name,
                           was.measured, c.measured, c.passed});
    }
    for (const auto& [name, was] : before) {
        changes.push_back({change::kind::missing, name, was.measured,
                           std::numeric_limits<double>::quiet_NaN(), was.passed});
    }
    return changes;
}

}  // namespace fusionflow::validation
