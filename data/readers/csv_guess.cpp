#include "fusionflow/data/readers/csv_guess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/number_text.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"
#include "fusionflow/data/readers/csv_records.hpp"
#include "fusionflow/data/readers/missing_marks.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t most_records = 20;
constexpr std::string_view no_header_hint =
    "the first line holds numbers alone: --no-header if it names no columns";

struct record {
    std::string text;
    std::uint64_t line = 1;  // of the file
};

// The first records of a text, blank lines left out.
std::vector<record> first_records(std::string_view sample, bool whole, const line_rules& rules) {
    sample.remove_prefix(sample.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    std::string text(sample);
    line_filter filter(rules);
    text.resize(filter.apply(text, 0, text.size()));
    std::vector<record> records;
    std::uint64_t line = 1;
    for (std::string_view rest = text; !rest.empty() && records.size() < most_records;) {
        const std::size_t end = first_record_end(rest);
        if (end == 0 && !whole) {
            break;
        }
        const std::string_view one = rest.substr(0, end == 0 ? rest.size() : end);
        if (one.find_first_not_of(" \t\r\n") != std::string_view::npos) {
            records.push_back({std::string(one), filter.line_of(line)});
        }
        line += static_cast<std::uint64_t>(std::count(one.begin(), one.end(), '\n'));
        rest.remove_prefix(one.size());
    }
    return records;
}

std::vector<std::string> fields_of(const record& of, char delimiter) {
    try {
        return read_csv_header(of.text, delimiter);
    } catch (const input_error&) {
        return {};  // quotes are wrong, or too many columns
    }
}

bool is_number(const std::string& field) {
    return read_number(field).what == number_text::kind::finite ||
           read_number(field, ',').what == number_text::kind::finite;
}

// How a delimiter cuts the first records.
struct cut {
    char delimiter = ',';
    std::size_t columns = 0;  // number of columns; 0 where records differ
    double numbers = 0;       // share of the fields after the header that are numbers or missing
    bool number_in_each = true;

    /// Blanks delimit only where every record has a number.
    [[nodiscard]] bool cuts() const { return columns > 1 && (delimiter != ' ' || number_in_each); }
};

cut try_delimiter(const std::vector<record>& records, char delimiter) {
    const missing_marks marks;
    cut result{delimiter};
    double fields_seen = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto fields = fields_of(records[i], delimiter);
        if (i > 0 && fields.size() != result.columns) {
            return {delimiter};
        }
        result.columns = fields.size();
        if (i > 0) {
            const auto numbers = std::count_if(fields.begin(), fields.end(), is_number);
            const auto gaps = std::count_if(fields.begin(), fields.end(),
                                            [&](const auto& f) { return marks.is_gap(f); });
            fields_seen += static_cast<double>(fields.size());
            result.numbers += static_cast<double>(numbers + gaps);
            result.number_in_each = result.number_in_each && numbers > 0;
        }
    }
    result.numbers /= std::max(fields_seen, 1.0);
    result.number_in_each = result.number_in_each && records.size() > 1;
    return result;
}

std::string candidates_for(std::string_view file, const table_options& options) {
    return is_named_for(file, '\t') ? "\t,;| " : options.decimal == ',' ? ";\t| ," : ",;\t| ";
}

line_rules rules_of(const table_options& options, char delimiter) {
    return {options.skip_lines, options.comment, delimiter == ' '};
}

// The delimiter that cuts best; 0 if none cuts all records alike.
char best_delimiter(std::string_view sample, bool whole, const std::string& candidates,
                    const table_options& options) {
    cut best;
    for (const char delimiter : candidates) {
        const cut tried =
            try_delimiter(first_records(sample, whole, rules_of(options, delimiter)), delimiter);
        if (tried.cuts() && (best.columns == 0 || tried.numbers > best.numbers)) {
            best = tried;
        }
    }
    return best.columns == 0 ? '\0' : best.delimiter;
}

// Share of the fields that are numbers.
double share_of_numbers(const record& of, char delimiter) {
    const auto fields = fields_of(of, delimiter);
    const auto numbers = std::count_if(fields.begin(), fields.end(), is_number);
    return fields.empty() ? 0 : static_cast<double>(numbers) / static_cast<double>(fields.size());
}

// A header mostly of numbers looks like a row, unless it is 0, 1, 2, ... as pandas writes it.
bool looks_like_a_row(const record& of, char delimiter) {
    const auto fields = fields_of(of, delimiter);
    bool counts = true;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        counts = counts && fields[i] == std::to_string(i);
    }
    return !counts && share_of_numbers(of, delimiter) > 0.5;
}

// The character that marks a record as a remark; 0 if the record is none.
char mark_of_remark(const record& of) {
    const char first = of.text[0];
    return first == '#' || first == '%' ? first : '\0';
}

// The mark of the first remark among these records; 0 if there is none.
char mark_of_remarks(const std::vector<record>& records) {
    const auto remark = std::find_if(records.begin(), records.end(), mark_of_remark);
    return remark == records.end() ? '\0' : mark_of_remark(*remark);
}

// Number of columns that the first delimiter to cut all these records makes; 0 if none cuts them.
std::size_t columns_of(const std::vector<record>& records, const std::string& delimiters) {
    for (const char delimiter : delimiters) {
        const cut tried = try_delimiter(records, delimiter);
        if (tried.cuts()) {
            return tried.columns;
        }
    }
    return 0;
}

// A hint where the table begins, if the first line has another number of fields (remarks aside).
std::string hint_of_lines(std::string_view sample, bool whole, std::string_view file,
                          char delimiter, table_options options) {
    auto records = first_records(sample, whole, rules_of(options, delimiter));
    const char mark = options.comment ? 0 : mark_of_remarks(records);
    if (mark != 0) {
        options.comment = mark;
        records = first_records(sample, whole, rules_of(options, delimiter));
    }
    const std::size_t first = fields_of(records.front(), delimiter).size();
    const std::string delimiters =
        options.delimiter ? std::string(1, delimiter) : candidates_for(file, options);
    for (std::size_t i = 1; i + 1 < records.size(); ++i) {
        const std::vector<record> rest(records.begin() + static_cast<std::ptrdiff_t>(i),
                                       records.end());
        const std::size_t columns = columns_of(rest, delimiters);
        if (columns > 1 && columns != first) {
            return fmt::format("line {} has {} field{}, line {} and those after it have {}: "
                               "--skip-lines {}{} begins there",
                               records.front().line, first, first == 1 ? "" : "s", rest[0].line,
                               columns, rest[0].line - 1,
                               mark == 0 ? "" : fmt::format(" --comment '{}'", mark));
        }
    }
    return "";
}

std::string hint_of_comment(std::string_view sample, bool whole, char mark, char delimiter,
                            table_options options) {
    options.comment = mark;
    const auto records = first_records(sample, whole, rules_of(options, delimiter));
    const bool numbers = !records.empty() && share_of_numbers(records[0], delimiter) == 1;
    return fmt::format("the first line begins with '{0}': --comment '{0}'{1} passes over such "
                       "lines",
                       mark, numbers ? " --no-header" : "");
}

std::string find_hint(std::string_view sample, bool whole, std::string_view file, char delimiter,
                      const table_options& options) {
    const auto records = first_records(sample, whole, rules_of(options, delimiter));
    if (records.empty()) {
        return "";
    }
    const char mark = mark_of_remark(records[0]);
    if (options.header && !options.comment && mark != 0) {
        return hint_of_comment(sample, whole, mark, delimiter, options);
    }
    const std::size_t columns = fields_of(records[0], delimiter).size();
    if (columns == 1) {
        const char other = best_delimiter(sample, whole, candidates_for(file, options), options);
        if (other != '\0' && other != delimiter) {
            return fmt::format("the delimiter looks like another: --delimiter {0}",
                               spell_delimiter(other));
        }
    }
    if (std::string lines = hint_of_lines(sample, whole, file, delimiter, options);
        !lines.empty()) {
        return lines;
    }
    if (options.header && looks_like_a_row(records[0], delimiter)) {
        return share_of_numbers(records[0], delimiter) == 1
                   ? std::string(no_header_hint)
                   : "the first line holds numbers: --no-header if it names no columns";
    }
    if (columns == 1 && records[0].text.find_first_of(":;|^~!/ \t") != std::string::npos) {
        return "the first line is one column: --delimiter C if something else is between fields";
    }
    return "";
}

}  // namespace

bool is_named_for(std::string_view file, char delimiter) {
    file.remove_suffix(file.ends_with(".gz") ? 3 : 0);
    return delimiter == '\t' && (file.ends_with(".tsv") || file.ends_with(".tab"));
}

std::string spell_delimiter(char delimiter) {
    return delimiter == '\t' ? "tab" : delimiter == ' ' ? "blank" : fmt::format("'{}'", delimiter);
}

csv_guess guess_csv(std::string_view sample, bool whole, std::string_view file,
                    const table_options& options) {
    csv_guess guess;
    if (options.delimiter) {
        guess.delimiter = *options.delimiter;
    } else {
        const std::string candidates = candidates_for(file, options);
        const char best = best_delimiter(sample, whole, candidates, options);
        guess.delimiter = best == '\0' ? candidates[0] : best;
    }
    guess.hint = find_hint(sample, whole, file, guess.delimiter, options);
    guess.note = guess.hint == no_header_hint ? guess.hint : "";
    return guess;
}

}  // namespace fusionflow::data
