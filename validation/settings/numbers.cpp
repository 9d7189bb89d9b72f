#include "fusionflow/validation/settings/numbers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"

namespace fusionflow::validation {

namespace {

template <typename Number>
Number parse(std::string_view name, std::string_view text, std::string_view kind) {
    // People write a plus sign, which std::from_chars does not take.
    const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
    const std::string_view digits = text.substr(plus ? 1 : 0);
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range) {
        throw data::input_error(std::string(name),
                                fmt::format("need {} within range, got '{}'", kind, text));
    }
    if (error != std::errc() || end != digits.data() + digits.size()) {
        throw data::input_error(std::string(name), fmt::format("need {}, got '{}'", kind, text));
    }
    return value;
}

}  // namespace

double parse_number(std::string_view name, std::string_view text) {
    const auto value = parse<double>(name, text, "a number");
    data::need(std::isfinite(value), name, "need a finite number, got '{}'", text);
    return value;
}

long parse_whole(std::string_view name, std::string_view text) {
    // People write 1e6 for a whole number; it is read as a double, exact up to 2^53.
    if (text.find_first_of("eE") == std::string_view::npos) {
        return parse<long>(name, text, "a whole number");
    }
    const auto value = parse<double>(name, text, "a whole number");
    data::need(value == std::floor(value) && std::abs(value) <= 0x1p53, std::string(name),
               "need a whole number, got '{}'", text);
    return static_cast<long>(value);
}

int parse_int(std::string_view name, std::string_view text) {
    return parse<int>(name, text, "a whole number");
}

std::uint64_t parse_seed(std::string_view name, std::string_view text) {
    // Seeds of repeats use all 64 bits, more than parse_whole() reads.
    if (text.find_first_of("eE-") == std::string_view::npos) {
        return parse<std::uint64_t>(name, text, "a whole number");
    }
    const long seed = parse_whole(name, text);
    data::need(seed >= 0, std::string(name), "need a whole number >= 0, got {}", seed);
    return static_cast<std::uint64_t>(seed);
}

bool parse_flag(std::string_view name, std::string_view text) {
    data::need(text == "true" || text == "false", name, "need true or false, got '{}'", text);
    return text == "true";
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> pieces;
    for (;;) {
        const std::size_t end = text.find(separator);
        const std::string_view piece = text.substr(0, end);
        const std::size_t first = piece.find_first_not_of(" \t");
        const std::size_t last = piece.find_last_not_of(" \t");
        pieces.emplace_back(first == std::string_view::npos
                                ? std::string_view()
                                : piece.substr(first, last - first + 1));
        if (end == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

}  // namespace fusionflow::validation
