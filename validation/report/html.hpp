#pragma once

#include <string>

#include "fusionflow/validation/study/sheet.hpp"

// What the pages of reports are made of.
namespace fusionflow::validation {

/// A page that needs no other file, no network and no script, light or dark, for any width.
///
/// \param body   HTML, below the title.
/// \param small  Provenance, the small print at the end: plain text.
[[nodiscard]] std::string html_page(const std::string& title, const std::string& body,
                                    const std::string& small);

/// A few words in the colour of a verdict.
///
/// \param kind  A class of the style sheet: pass, qualified, failed, ...
/// \param text  Plain text.
[[nodiscard]] std::string chip(const std::string& kind, const std::string& text);

/// A table; one that is wider than the page scrolls by itself.
[[nodiscard]] std::string to_html(const sheet& s);

/// An SVG of gnuplot as a figure of a page; empty where `svg` is empty.
///
/// \param svg   What gnuplot wrote, with its XML head.
/// \param name  Letters, digits and dashes, unique on the page: it prefixes the names inside of the
///              SVG, which must differ between the figures of a page.
[[nodiscard]] std::string html_figure(const std::string& svg, const std::string& name);

}  // namespace fusionflow::validation
