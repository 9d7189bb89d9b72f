#include "fusionflow/validation/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "fusionflow/validation/figures/svg.hpp"

namespace fusionflow::validation {

namespace {

// The style sheet of reports: readable on a phone, light or dark as the reader's system is.
// Figures keep a light ground, on which their colours were chosen.
constexpr const char* report_style = R"css(
:root { --ground: #ffffff; --text: #1d1f21; --soft: #5a6068; --line: #d7dbe0; --card: #f6f7f9;
  --good: #146c3a; --fair: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --text: #e6e7e9; --soft: #a3a9b1; --line: #343a41; --card: #1f2328;
    --good: #67d391; --fair: #f0b64a; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground);
  color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
h3 { font-size: 1.05rem; margin-bottom: .3rem; }
a { color: inherit; }
.soft { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; min-width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.chip { font-weight: 600; white-space: nowrap; }
.confirmed, .pass { color: var(--good); } .qualified { color: var(--fair); }
.contradicted, .failed { color: var(--bad); }
figure { margin: 1rem 0; background: #ffffff; border: 1px solid var(--line); border-radius: 6px;
  padding: .4rem; overflow-x: auto; }
figure svg { display: block; max-width: 100%; min-width: 33rem; height: auto; margin: 0 auto; }
pre { background: var(--card); padding: .6rem; overflow-x: auto; font-size: .85rem;
  border-radius: 6px; }
details > summary { cursor: pointer; color: var(--soft); }
)css";

// A cell of a table, by the tag `th` or `td`; numbers are aligned to the right.
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

// Prefixes the names of parts inside of an SVG's tags: SVGs of gnuplot use the same names, which
// must differ on one page.
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
