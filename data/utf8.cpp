#include "fusionflow/data/utf8.hpp"

namespace fusionflow::data {

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
