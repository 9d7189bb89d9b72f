#pragma once

#include <string>

namespace fusionflow::validation {

/// Text as it stands between the tags of XML or HTML; what data::printable() does not
/// let through becomes spaces.
[[nodiscard]] std::string escape_xml(const std::string& text);

/// Replaces the title and the description of an SVG of gnuplot, which must have both.
void describe_svg(std::string& svg, const std::string& title, const std::string& description);

}  // namespace fusionflow::validation
