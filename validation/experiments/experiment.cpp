#include "fusionflow/validation/experiments/experiment.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

// Texts of the same number: "0.10" is "0.1".
bool same_value(const std::string& a, const std::string& b) {
    return parse_number("grid", a) == parse_number("grid", b);
}

}  // namespace

settings experiment::at(const series& one, std::size_t point) const {
    settings s = points.at(model, point);
    for (const given_option& option : one.own.given) {
        if (option.name == "moments") {
            set_moments(s, one.own.moments, option.value);
        } else {
            set_option(s, option.name, option.value);
        }
    }
    return s;
}

bool experiment::judges_times_of(std::string_view method_name) const {
    const auto uses = [&](const std::string& series_name) {
        return !series_name.empty() && all[find(series_name)].method == method_name;
    };
    return std::any_of(statements.begin(), statements.end(), [&](const statement& s) {
        return s.kind != statement_kind::outcome && is_of_times(s.quantity) &&
               uses(s.measured) != uses(s.expected);
    });
}

std::size_t experiment::find(std::string_view series_name) const {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const series& s) { return s.name == series_name; });
    return static_cast<std::size_t>(found - all.begin());
}

std::string experiment::name_of(const statement& s) const {
    return s.name.empty() ? name : name + "/" + s.name;
}

bool experiment::shows(const series& one) const {
    return std::find(figure->shown.begin(), figure->shown.end(), one.name) != figure->shown.end();
}

std::vector<std::size_t> experiment::selected(const grid& where) const {
    std::vector<std::size_t> result;
    for (std::size_t p = 0; p < points.size(); ++p) {
        const std::vector<std::string> values = points.point(p);
        bool wanted = true;
        for (const grid_axis& condition : where.axes()) {
            for (std::size_t a = 0; a < values.size(); ++a) {
                wanted = wanted &&
                         (points.axes()[a].option != condition.option ||
                          std::any_of(condition.values.begin(), condition.values.end(),
                                      [&](const auto& v) { return same_value(v, values[a]); }));
            }
        }
        if (wanted) {
            result.push_back(p);
        }
    }
    return result;
}

}  // namespace fusionflow::validation
