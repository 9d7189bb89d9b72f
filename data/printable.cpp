#include "fusionflow/data/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace fusionflow::data {

namespace {

bool steers(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfffe || code == 0xffff;
}

}  // namespace

std::string printable(std::string_view text, char instead, std::string_view kept) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const auto plain =
            std::find_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c >= 0x7f; });
        safe.append(text.begin(), plain);
        text.remove_prefix(static_cast<std::size_t>(plain - text.begin()));
        if (text.empty()) {
            break;
        }
        const utf8_character c = first_character(text);
        const bool wanted = c.bytes == 1 && kept.find(text.front()) != std::string_view::npos;
        const bool stays = c.bytes > 0 && (!steers(c.code) || wanted);
        if (stays) {
            safe += text.substr(0, c.bytes);
        } else {
            safe += instead;
        }
        text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
    }
    return safe;
}

std::string escaped(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t bytes = first_character(text).bytes;
        if (printable_bytes(text) > 0) {
            shown += text.substr(0, bytes);
        } else if (bytes == 0) {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        } else {
            const auto code = static_cast<unsigned>(first_character(text).code);
            shown += code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
        }
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return shown;
}

std::size_t printable_bytes(std::string_view text) {
    const utf8_character c = first_character(text);
    return steers(c.code) ? 0 : c.bytes;
}

namespace {

std::size_t length_by_first_byte(unsigned char first) {
    return first < 0x80                    ? 1
           : first >= 0xc2 && first < 0xe0 ? 2
           : first >= 0xe0 && first < 0xf0 ? 3
           : first >= 0xf0 && first < 0xf5 ? 4
                                           : 0;
}

}  // namespace

utf8_character first_character(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t bytes = length_by_first_byte(first);
    if (bytes == 0 || bytes > text.size()) {
        return {};
    }
    char32_t code = bytes == 1 ? first : first & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80U) {
            return {};
        }
        code = code << 6U | (next & 0x3fU);
    }
    const bool too_long = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return too_long || surrogate || code > 0x10ffff ? utf8_character{}
                                                    : utf8_character{code, bytes};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t bytes = first_character(text).bytes;
        if (bytes == 0) {
            return false;
        }
        text.remove_prefix(bytes);
    }
    return true;
}

}  // namespace fusionflow::data
