#include "fusionflow/validation/figures/svg.hpp"

#include "fusionflow/data/printable.hpp"

namespace fusionflow::validation {

namespace {

/// Replaces what stands between two tags by a text.
void replace_between(const std::string& open, const std::string& close, const std::string& text,
                     std::string& in) {
    const std::size_t start = in.find(open);
    const std::size_t end = in.find(close, start);
    if (start != std::string::npos && end != std::string::npos) {
        in.replace(start + open.size(), end - start - open.size(), escape_xml(text));
    }
}

}  // namespace

std::string escape_xml(const std::string& text) {
    std::string safe;
    for (const char c : data::printable(text, ' ')) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            default: safe += c;
        }
    }
    return safe;
}

void describe_svg(std::string& svg, const std::string& title, const std::string& description) {
    replace_between("<title>", "</title>", title, svg);
    replace_between("<desc>", "</desc>", description, svg);
}

}  // namespace fusionflow::validation
