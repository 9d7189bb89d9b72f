#pragma once

#include <string>

namespace fusionflow::validation {

/// Text as it stands between the tags of XML or HTML; what data::printable() does not
/// let through becomes spaces.
[[nodiscard]] std::string escape_xml(const std::string& text);

/// Gives an SVG file of gnuplot's a title and a description of its own; it must have both.
void describe_svg(std::string& svg, const std::string& title, const std::string& description);

}  // namespace fusionflow::validation
