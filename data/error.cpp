#include "data/error.hpp"

#include <utility>

namespace fusionflow::data {

namespace {

// A file or a key may be called anything; the message stays one line all the same.
std::string one_line(std::string text) {
    for (char& c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || code == 0x7f) {
            c = '?';
        }
    }
    return text;
}

}  // namespace

input_error::input_error(std::string field, std::string rule)
    : std::invalid_argument(one_line(field + ": " + rule)), field_(std::move(field)),
      rule_(std::move(rule)) {}

void refuse(const std::string& rule) { throw input_error("", rule); }

}  // namespace fusionflow::data
