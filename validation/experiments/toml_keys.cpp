#include "fusionflow/validation/experiments/toml_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fusionflow/data/error.hpp"

namespace fusionflow::validation {

namespace {

constexpr std::size_t most_parts = 16;

// Index behind a text that begins with a quote at `at`, as TOML has them: "..." and '...' on one
// line, three quotes around more; a backslash escapes in double quotes only.
std::size_t end_of_text(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string three(3, quote);
    const bool many_lines = text.substr(at, 3) == three;
    for (std::size_t i = at + (many_lines ? 3 : 1); i < text.size(); ++i) {
        if (text[i] == '\\' && quote == '"') {
            ++i;
        } else if (many_lines && text.substr(i, 3) == three) {
            // Up to two quotes before the last three belong to the text.
            return std::min({text.find_first_not_of(quote, i + 3), i + 5, text.size()});
        } else if (!many_lines && text[i] == quote) {
            return i + 1;
        } else if (!many_lines && text[i] == '\n') {
            return i;
        }
    }
    return text.size();
}

}  // namespace

// Dots in a row, with nothing that ends a key between them, are those of one key: no value has so
// many.
void check_key_parts(std::string_view text, const std::string& source) {
    constexpr std::string_view ends = "\n=,[]{}";
    std::size_t line = 1;
    std::size_t parts = 1;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            const std::size_t end = end_of_text(text, i);
            const std::string_view quoted = text.substr(i, end - i);
            line += static_cast<std::size_t>(std::count(quoted.begin(), quoted.end(), '\n'));
            i = end;
            continue;
        }
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            continue;
        }
        parts = ends.find(c) != std::string_view::npos ? 1 : parts + (c == '.' ? 1 : 0);
        if (parts > most_parts) {
            throw data::input_error(
                source, fmt::format("line {}: need keys of at most {} parts", line, most_parts));
        }
        line += c == '\n' ? 1 : 0;
        ++i;
    }
}

std::string short_key(std::string_view key) {
    constexpr std::size_t most = 60;
    if (key.size() <= most) {
        return std::string(key);
    }
    // Not in the middle of a character of UTF-8.
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(key.substr(0, end)) + "...";
}

}  // namespace fusionflow::validation
