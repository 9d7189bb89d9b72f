#include "data/error.hpp"

#include <utility>

namespace fusionflow::data {

namespace {

// A file or a key may be called anything; the message stays one line all the same.
std::string one_line(const std::string& text) {
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        // The control characters above ASCII are two bytes of UTF-8.
        const bool high = code == 0xc2 && next >= 0x80 && next < 0xa0;
        line += code < 0x20 || code == 0x7f || high ? '?' : text[i];
        i += high ? 1 : 0;
    }
    return line;
}

}  // namespace

input_error::input_error(std::string field, std::string rule)
    : std::invalid_argument(one_line(field + ": " + rule)), field_(std::move(field)),
      rule_(std::move(rule)) {}

void refuse(const std::string& rule) { throw input_error("", rule); }

}  // namespace fusionflow::data
