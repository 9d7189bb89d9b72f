#include "fusionflow/validation/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "fusionflow/validation/figures/svg.hpp"
#include "fusionflow/validation/report/report_style.hpp"

namespace fusionflow::validation {

namespace {

// `th` or `td`, numbers to the right.
std::string cell(const char* tag, const sheet::column& column, const std::string& text) {
    return fmt::format("<{0}{1}>{2}</{0}>", tag, column.number ? " class=\"n\"" : "",
                       escape_xml(text));
}

void add_prefix(const std::string& prefix, std::string& tag) {
    for (const std::string_view before : {" id='", " id=\"", "href='#", "href=\"#", "url(#"}) {
        for (std::size_t at = 0; (at = tag.find(before, at)) != std::string::npos;) {
            at += before.size();
            tag.insert(at, prefix);
        }
    }
}

// Several SVGs of gnuplot's in one page must not share the names of their parts, which stand inside
// of tags.
std::string own_names(const std::string& svg, const std::string& prefix) {
    std::string result;
    const std::size_t start = svg.find("<svg");
    for (std::size_t at = start == std::string::npos ? 0 : start; at < svg.size();) {
        const std::size_t tag = std::min(svg.find('<', at), svg.size());
        const std::size_t end = std::min(svg.find('>', tag), svg.size());
        result.append(svg, at, tag - at);
        std::string inside = svg.substr(tag, end - tag);
        add_prefix(prefix, inside);
        result += inside;
        at = end;
    }
    return result;
}

}  // namespace

std::string html_page(const std::string& title, const std::string& body, const std::string& small) {
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<link rel=\"icon\" href=\"data:,\">\n"
                       "<title>fusionflow: {0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
                       "{2}<p class=\"soft\">{3}</p>\n</body>\n</html>\n",
                       escape_xml(title), report_style, body, escape_xml(small));
}

std::string chip(const std::string& kind, const std::string& text) {
    return fmt::format("<span class=\"chip {}\">{}</span>", kind, escape_xml(text));
}

std::string to_html(const sheet& s) {
    std::string html = "<div class=\"scroll\"><table><tr>";
    for (const sheet::column& column : s.columns) {
        html += cell("th", column, column.name);
    }
    html += "</tr>\n";
    for (const std::vector<std::string>& row : s.rows) {
        html += "<tr>";
        for (std::size_t c = 0; c < row.size(); ++c) {
            html += cell("td", s.columns[c], row[c]);
        }
        html += "</tr>\n";
    }
    return html + "</table></div>\n";
}

std::string html_figure(const std::string& svg, const std::string& name) {
    return svg.empty() ? "" : fmt::format("<figure>{}</figure>\n", own_names(svg, name + "-"));
}

}  // namespace fusionflow::validation
