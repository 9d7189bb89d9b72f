#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fusionflow::validation {

/// Reads a number that is the whole text, alike in every locale; so do the functions below.
///
/// \param name  What errors call the value: an option's name.
/// \throws data::input_error  `name: need a number, got 'abc'`
[[nodiscard]] double parse_number(std::string_view name, std::string_view text);
/// \throws data::input_error  `name: need a whole number, got '1.5'`
[[nodiscard]] long parse_whole(std::string_view name, std::string_view text);
/// As parse_whole(), for numbers that fit an int.
[[nodiscard]] int parse_int(std::string_view name, std::string_view text);

/// As parse_whole(), for seeds: 0 ... 2^64 - 1.
[[nodiscard]] std::uint64_t parse_seed(std::string_view name, std::string_view text);
/// \throws data::input_error  `name: need true or false, got 'yes'`
[[nodiscard]] bool parse_flag(std::string_view name, std::string_view text);

/// The pieces between separators, without spaces at their ends; one piece where there are none.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// The pieces between commas, each read by one of the functions above.
template <typename Number>
[[nodiscard]] std::vector<Number> parse_list(std::string_view name, std::string_view text,
                                             Number (*read)(std::string_view, std::string_view)) {
    std::vector<Number> numbers;
    for (const std::string& piece : split(text, ',')) {
        numbers.push_back(read(name, piece));
    }
    return numbers;
}

}  // namespace fusionflow::validation
