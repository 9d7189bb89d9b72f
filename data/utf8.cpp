#include "data/utf8.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace fusionflow::data {

namespace {

// What begins a text: how many bytes of it are one character, and which. No bytes: none is.
struct character {
    std::size_t bytes = 0;
    char32_t code = 0;
};

unsigned byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

character first_character(std::string_view text) {
    const unsigned lead = byte_at(text, 0);
    if (lead < 0x80) {
        return {1, lead};
    }
    const std::size_t bytes = lead >= 0xf0 && lead < 0xf8   ? 4
                              : lead >= 0xe0 && lead < 0xf0 ? 3
                              : lead >= 0xc0 && lead < 0xe0 ? 2
                                                            : 0;
    if (bytes == 0 || text.size() < bytes) {
        return {};
    }
    char32_t code = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte_at(text, i) & 0xc0U) != 0x80U) {
            return {};
        }
        code = code << 6U | (byte_at(text, i) & 0x3fU);
    }
    // Written longer than need be, half of a pair of UTF-16, beyond Unicode.
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= least[bytes] && !surrogate && code <= 0x10ffff ? character{bytes, code}
                                                                  : character{};
}

bool is_control(character c) {
    return c.bytes > 0 && (c.code < 0x20 || (c.code >= 0x7f && c.code < 0xa0));
}

}  // namespace

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

std::string escaped(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const character c = first_character(text);
        if (c.bytes == 0 || is_control(c)) {
            shown += fmt::format("\\x{:02x}", c.bytes == 0 ? byte_at(text, 0) : unsigned{c.code});
            text.remove_prefix(c.bytes == 0 ? 1 : c.bytes);
        } else {
            shown += text.substr(0, c.bytes);
            text.remove_prefix(c.bytes);
        }
    }
    return shown;
}

}  // namespace fusionflow::data
