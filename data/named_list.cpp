#include "fusionflow/data/named_list.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace fusionflow::data {

std::string spelled(std::string_view name, const named_parameter& parameter, double number) {
    return parameter.letter.empty() ? std::string(name) : fmt::format("{}:{}", name, number);
}

double read_parameter(std::string_view field, std::string_view name,
                      const named_parameter& parameter, std::string_view text) {
    double number = parameter.usual;
    if (parameter.letter.empty()) {
        return number;
    }
    bool legal = !std::isnan(number);
    if (text.size() > name.size()) {
        const std::string_view digits = text.substr(name.size() + 1);
        const char* end = digits.data() + digits.size();
        const auto read = std::from_chars(digits.data(), end, number);
        legal = read.ec == std::errc() && read.ptr == end && parameter.legal(number);
    }
    if (!legal) {
        throw input_error(std::string(field), fmt::format("need {}:{} with {}, got '{}'", name,
                                                          parameter.letter, parameter.range, text));
    }
    return number;
}

}  // namespace fusionflow::data
