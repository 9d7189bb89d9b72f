#include "fusionflow/validation/figures/picture.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <vector>

#include "fusionflow/validation/study/checksum.hpp"

namespace fusionflow::validation {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view png_begin = "\x89PNG\r\n\x1a\n"sv;
constexpr std::string_view png_end = "\0\0\0\0IEND\xae\x42\x60\x82"sv;

// True where every element has its end: `<g ...>` and `</g>`. Texts of gnuplot may hold a bare `>`.
bool svg_is_whole(std::string_view svg) {
    std::vector<std::string_view> open;
    for (std::size_t at = 0; (at = svg.find('<', at)) != std::string_view::npos;) {
        const std::size_t end = svg.find_first_of("<>", at + 1);
        if (end == std::string_view::npos || svg[end] != '>') {
            return false;
        }
        const std::string_view tag = svg.substr(at + 1, end - at - 1);
        const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/", 1));
        if (tag.starts_with('/')) {
            if (open.empty() || open.back() != tag.substr(1)) {
                return false;
            }
            open.pop_back();
        } else if (!tag.starts_with('?') && !tag.starts_with('!') && !tag.ends_with('/')) {
            open.push_back(name);
        }
        at = end;
    }
    return open.empty();
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char c : bytes.substr(0, 4)) {
        number = number << 8U | static_cast<unsigned char>(c);
    }
    return number;
}

// A PNG consists of chunks: a length, a type, as many bytes, and a checksum of type and bytes.
bool png_is_whole(std::string_view png) {
    constexpr std::size_t around = 12;
    png.remove_prefix(png_begin.size());
    while (png.size() >= around) {
        const std::size_t length = big_endian(png);
        if (length > png.size() - around ||
            checksum(png.substr(4, length + 4)) != big_endian(png.substr(length + 8))) {
            return false;
        }
        png.remove_prefix(length + around);
    }
    return png.empty();
}

// A PDF ends with the distance of its table of objects from the start; where bytes are missing, the
// table is not found there.
bool pdf_is_whole(std::string_view pdf) {
    constexpr std::string_view key = "startxref";
    const std::size_t at = pdf.rfind(key);
    if (at == std::string_view::npos) {
        return false;
    }
    std::size_t place = 0;
    const std::size_t digits = std::min(pdf.find_first_of("0123456789", at), pdf.size());
    const auto read = std::from_chars(pdf.data() + digits, pdf.data() + pdf.size(), place);
    if (read.ec != std::errc{} || place >= at) {
        return false;
    }
    const std::string_view table = pdf.substr(place);
    return table.starts_with("xref") || table.substr(0, table.find('\n')).ends_with(" obj");
}

struct picture_format {
    std::string_view name;
    std::string_view begin;
    std::string_view end;  // blanks and line ends may follow it, except in a PNG
    bool (*is_whole)(std::string_view);
};

constexpr auto formats = std::to_array<picture_format>({
    {"svg", "<?xml"sv, "</svg>"sv, svg_is_whole},
    {"png", png_begin, png_end, png_is_whole},
    {"pdf", "%PDF-"sv, "%%EOF"sv, pdf_is_whole},
});

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
        text.replace(at, what.size(), with);
    }
}

// Erases the titles of curves: `<g id="gnuplot_plot_1" ><title>$path_0 using 1:2</title>`.
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

// Overwrites dates with as many blanks: a PDF holds distances between its bytes.
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
            if (format != "png") {
                text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
            }
            return !text.starts_with(f.begin) ? "it begins as no " + format + " does"
                   : !text.ends_with(f.end)   ? "its end is missing"
                   : !f.is_whole(text)        ? "a part of it is missing"
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
