#include "fusionflow/validation/study/spelling.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace fusionflow::validation {

nlohmann::ordered_json number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json numbers(std::span<const double> values) {
    auto list = nlohmann::ordered_json::array();
    for (const double value : values) {
        list.push_back(number(value));
    }
    return list;
}

std::string json_text(const nlohmann::ordered_json& value) {
    return value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string spell(double value, int digits, std::string_view unknown) {
    if (std::isnan(value)) {
        return std::string(unknown);
    }
    return std::isinf(value) ? "never" : fmt::format("{:.{}g}", value, digits);
}

std::string spell(const std::vector<std::string>& names) {
    return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace fusionflow::validation
