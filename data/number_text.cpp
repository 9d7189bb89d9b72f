#include "fusionflow/data/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace fusionflow::data {

namespace {

// Whether a number that is out of the range of doubles is above 1. It is made of digits, at most
// one point, and perhaps an exponent.
bool is_large(std::string_view digits) {
    const std::size_t e = std::min(digits.find_first_of("eE"), digits.size());
    const std::string_view mantissa = digits.substr(0, e);
    const std::size_t first = mantissa.find_first_of("123456789");
    if (first == std::string_view::npos) {
        return false;
    }
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    // The power of ten of the first digit; 0 for the digit before the point.
    const auto place = static_cast<double>(point) - static_cast<double>(first) - 1;
    double exponent = 0;
    for (const char c : digits.substr(e)) {
        exponent = c >= '0' && c <= '9' ? 10 * exponent + (c - '0') : exponent;
    }
    const bool negative = e + 1 < digits.size() && digits[e + 1] == '-';
    // An exponent with so many digits that it is infinite here decides alone.
    return (negative ? -exponent : exponent) + place > 0;
}

number_text read_with_point(std::string_view text) {
    using kind = number_text::kind;
    // People write a plus sign, which std::from_chars does not take.
    const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
    const std::string_view digits = text.substr(plus ? 1 : 0);
    double value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (stop != end || error == std::errc::invalid_argument) {
        return {};
    }
    if (error == std::errc::result_out_of_range) {
        return is_large(digits) ? number_text{kind::not_finite} : number_text{kind::finite, 0};
    }
    return std::isfinite(value) ? number_text{kind::finite, value} : number_text{kind::not_finite};
}

}  // namespace

std::optional<double> truth_value(std::string_view text) {
    const auto is_one_of = [text](const auto&... spellings) {
        return ((text == spellings) || ...);
    };
    return is_one_of("True", "TRUE", "true")      ? std::optional(1.0)
           : is_one_of("False", "FALSE", "false") ? std::optional(0.0)
                                                  : std::nullopt;
}

number_text read_number(std::string_view text, char decimal) {
    if (decimal == '.') {
        return read_with_point(text);
    }
    if (text.find('.') != std::string_view::npos) {
        return {};
    }
    std::string with_point(text);
    std::replace(with_point.begin(), with_point.end(), decimal, '.');
    return read_with_point(with_point);
}

}  // namespace fusionflow::data
