#include "fusionflow/data/readers/number_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fusionflow/data/number_text.hpp"

namespace fusionflow::data {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The text with one 0 for each run of digits: `1,234.5` becomes `0,0.0`.
std::string shape_of(std::string_view text) {
    std::string shape;
    for (const char c : text) {
        if (!is_digit(c)) {
            shape += c;
        } else if (shape.empty() || shape.back() != '0') {
            shape += '0';
        }
    }
    return shape;
}

bool is_date(std::string_view text) {
    constexpr std::array<std::string_view, 3> shapes = {"0-0-0", "0/0/0", "0:0"};
    const std::string shape = shape_of(text);
    if (shape == "0.0.0") {  // with a year of two or four digits at one end
        const std::size_t last = text.size() - text.rfind('.') - 1;
        return last == 2 || last == 4 || text.find('.') == 4;
    }
    return std::any_of(shapes.begin(), shapes.end(),
                       [&](std::string_view s) { return shape.starts_with(s); });
}

// True if one to three digits come before a group of three: 1,234 or 1.234,5 or 1 234 or 1'234.
bool has_thousands(std::string_view text) {
    constexpr std::string_view marks = ",. '_";
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    const std::size_t first = text.find_first_of(marks);
    if (first == std::string_view::npos || first == 0 || first > 3) {
        return false;
    }
    const std::string_view group = text.substr(first + 1);
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(group.begin(), group.end(), is_digit) - group.begin());
    return digits == 3 && shape_of(text).find_first_not_of("0,. '_") == std::string::npos;
}

bool is_text(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
    };
    return std::any_of(text.begin(), text.end(), is_letter) &&
           std::none_of(text.begin(), text.begin() + 1, is_digit);
}

}  // namespace

std::string number_advice(std::string_view text, char decimal) {
    const char other = decimal == '.' ? ',' : '.';
    const bool other_reads = read_number(text, other).what == number_text::kind::finite;
    if (has_thousands(text)) {
        return fmt::format(
            "(marks of thousands are not read, take them out{})",
            other_reads ? fmt::format("; if it is a decimal mark: --decimal {}", other) : "");
    }
    if (other_reads) {
        return fmt::format("(--decimal {} reads such numbers)", other);
    }
    if (is_date(text)) {
        return "(dates and times are not read: write them as numbers, of days for example)";
    }
    if (is_text(text)) {
        return "(categories: --one-hot COLUMN for those of an input, --target-classes for the "
               "target's)";
    }
    return "";
}

}  // namespace fusionflow::data
