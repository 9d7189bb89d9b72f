#include "fusionflow/validation/study/sheet.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "fusionflow/data/readers/csv.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

// Width of a text on a terminal, where each character of UTF-8, not each byte, takes one cell.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

void add_padded(std::string& line, const std::string& text, std::size_t width, bool right) {
    const std::size_t space = width - std::min(width, width_of(text));
    line.append(right ? space : 0, ' ');
    line += text;
    line.append(right ? 0 : space, ' ');
}

std::vector<std::string> header_of(const sheet& s) {
    std::vector<std::string> names;
    for (const sheet::column& c : s.columns) {
        names.push_back(c.name);
    }
    return names;
}

std::vector<std::size_t> widths_of(const sheet& s) {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < s.columns.size(); ++c) {
        std::size_t width = width_of(s.columns[c].name);
        for (const auto& row : s.rows) {
            width = std::max(width, width_of(row[c]));
        }
        widths.push_back(width);
    }
    return widths;
}

// One row with every cell padded to its column.
std::string aligned(const sheet& s, const std::vector<std::string>& row,
                    const std::vector<std::size_t>& widths, std::string_view between) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
        line += c == 0 ? "" : between;
        add_padded(line, row[c], widths[c], s.columns[c].number);
    }
    return line;
}

std::string escape(const std::string& text, std::string_view special, std::string_view with) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) {
            result += with;
        }
        result += c;
    }
    return result;
}

std::string latex_text(const std::string& text) {
    std::string result;
    for (const char c : escape(text, "&%$#_{}", "\\")) {
        switch (c) {
            case '~': result += "\\textasciitilde{}"; break;
            case '^': result += "\\textasciicircum{}"; break;
            default: result += c;
        }
    }
    constexpr std::string_view plus_minus = "±";
    for (std::size_t at = result.find(plus_minus); at != std::string::npos;
         at = result.find(plus_minus)) {
        result.replace(at, plus_minus.size(), "$\\pm$");
    }
    return result;
}

// The sheet with another spelling of every text.
template <typename Spell>
sheet respelled(const sheet& s, const Spell& spell) {
    sheet result = s;
    for (sheet::column& c : result.columns) {
        c.name = spell(c.name);
    }
    for (auto& row : result.rows) {
        std::transform(row.begin(), row.end(), row.begin(), spell);
    }
    return result;
}

// The lines of all rows; threads write pieces of 500 rows.
template <typename Line>
std::string lines_of(const sheet& s, const Line& line) {
    constexpr std::size_t piece = 500;
    std::vector<std::string> texts((s.rows.size() + piece - 1) / piece);
    for_each_index(texts.size(), s.jobs, [&](std::size_t p) {
        const std::size_t end = std::min((p + 1) * piece, s.rows.size());
        for (std::size_t i = p * piece; i < end; ++i) {
            texts[p] += line(s.rows[i]);
        }
    });
    std::string all;
    for (const std::string& text : texts) {
        all += text;
    }
    return all;
}

}  // namespace

std::string to_text(const sheet& s) {
    const std::vector<std::size_t> widths = widths_of(s);
    const auto line = [&](const std::vector<std::string>& row) {
        std::string text = aligned(s, row, widths, "  ");
        text.erase(text.find_last_not_of(' ') + 1);
        return text + '\n';
    };
    return line(header_of(s)) + lines_of(s, line);
}

std::string to_markdown(const sheet& s) {
    const sheet escaped = respelled(s, [](const std::string& t) { return escape(t, "|\\", "\\"); });
    std::vector<std::size_t> widths = widths_of(escaped);
    std::string rule;
    for (std::size_t c = 0; c < widths.size(); ++c) {
        widths[c] = std::max<std::size_t>(widths[c], 3);
        rule += fmt::format("|{:->{}}{}", "", widths[c] + 1, s.columns[c].number ? ":" : "-");
    }
    const auto line = [&](const std::vector<std::string>& row) {
        return fmt::format("| {} |\n", aligned(escaped, row, widths, " | "));
    };
    return line(header_of(escaped)) + rule + "|\n" + lines_of(escaped, line);
}

std::string to_csv(const sheet& s) {
    const auto line = [](const std::vector<std::string>& row) {
        std::string text;
        for (std::size_t c = 0; c < row.size(); ++c) {
            text += c == 0 ? "" : ",";
            text += data::csv_field(row[c]);
        }
        return text + '\n';
    };
    return line(header_of(s)) + lines_of(s, line);
}

std::string to_latex(const sheet& s) {
    const sheet escaped = respelled(s, latex_text);
    std::string text = "\\begin{tabular}{";
    for (const sheet::column& c : s.columns) {
        text += c.number ? 'r' : 'l';
    }
    text += fmt::format("}}\n\\hline\n{} \\\\\n\\hline\n", fmt::join(header_of(escaped), " & "));
    text += lines_of(escaped, [](const std::vector<std::string>& row) {
        return fmt::format("{} \\\\\n", fmt::join(row, " & "));
    });
    return text + "\\hline\n\\end{tabular}\n";
}

std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (lines.empty() || lines.back().size() + 1 + word.size() > columns) {
            lines.push_back(word);
        } else {
            lines.back() += ' ' + word;
        }
    }
    return lines;
}

}  // namespace fusionflow::validation
