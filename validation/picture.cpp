#include "validation/picture.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace fusionflow::validation {

namespace {

using namespace std::string_view_literals;

struct picture_format {
    std::string_view name;
    std::string_view begin;
    std::string_view end;  // but for blanks and line ends
};

constexpr auto formats = std::to_array<picture_format>({
    {"svg", "<?xml"sv, "</svg>"sv},
    {"png", "\x89PNG\r\n\x1a\n"sv, "\0\0\0\0IEND\xae\x42\x60\x82"sv},
    {"pdf", "%PDF-"sv, "%%EOF"sv},
});

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
        text.replace(at, what.size(), with);
    }
}

// Titles of curves: `<g id="gnuplot_plot_1" ><title>$path_0 using 1:2</title>`.
void erase_made_up_titles(std::string& svg) {
    constexpr std::string_view curve = "<g id=\"gnuplot_plot_";
    constexpr std::string_view begin = "<title>";
    constexpr std::string_view end = "</title>";
    for (std::size_t at = 0; (at = svg.find(curve, at)) != std::string::npos;) {
        at = std::min(svg.find('>', at), svg.size() - 1) + 1;
        const std::size_t last = svg.find(end, at);
        if (svg.compare(at, begin.size(), begin) == 0 && last != std::string::npos) {
            svg.erase(at, last + end.size() - at);
        }
    }
}

// Blanks of the same length: a PDF counts its bytes.
void blank_dates(std::string& pdf) {
    for (const std::string_view key : {"/CreationDate ("sv, "/ModDate ("sv}) {
        for (std::size_t at = 0; (at = pdf.find(key, at)) != std::string::npos;) {
            const std::size_t end = pdf.find(')', at);
            if (end == std::string::npos) {
                return;
            }
            pdf.replace(at, end + 1 - at, end + 1 - at, ' ');
        }
    }
}

}  // namespace

std::string damage_of(const std::string& picture, const std::string& format) {
    if (picture.empty()) {
        return "it is empty";
    }
    for (const picture_format& f : formats) {
        if (f.name == format) {
            std::string_view text = picture;
            const std::size_t blanks =
                format == "png" ? 0 : text.size() - 1 - text.find_last_not_of(" \t\r\n");
            text.remove_suffix(blanks < text.size() ? blanks : 0);
            return !text.starts_with(f.begin) ? "it begins as no " + format + " does"
                   : !text.ends_with(f.end)   ? "its end is missing"
                                              : "";
        }
    }
    return "there is no format " + format;
}

std::string cleaned(std::string picture, const std::string& format) {
    if (format == "svg") {
        replace_all(picture, "]]>", "]]&gt;");
        erase_made_up_titles(picture);
    } else if (format == "pdf") {
        blank_dates(picture);
    }
    return picture;
}

}  // namespace fusionflow::validation
