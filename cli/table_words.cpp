#include "fusionflow/cli/table_words.hpp"

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/column_selection.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::cli {

namespace {

char read_character(const char* option, const std::string& text, const char* need) {
    data::need(text.size() == 1, option, "need {}, got '{}'", need, text);
    return text[0];
}

char read_delimiter(const std::string& text) {
    if (text == "tab" || text == "\\t") {
        return '\t';
    }
    if (text == "blank" || text == "space") {
        return ' ';
    }
    return read_character("delimiter", text, "one character, tab or blank");
}

data::missing_rule read_missing(const std::string& rule) {
    data::need(rule == "refuse" || rule == "skip", "missing", "need refuse or skip, got '{}'",
               rule);
    return rule == "skip" ? data::missing_rule::skip : data::missing_rule::refuse;
}

// Reads a comma list, perhaps after `only:`.
void read_marks(std::string text, data::table_options& options) {
    constexpr std::string_view only = "only:";
    if (text.starts_with(only)) {
        options.usual_marks = false;
        text = text.substr(only.size());
    }
    options.missing_marks =
        data::at_place("missing-marks", [&] { return data::selection_items(text); });
    if (options.missing_marks.empty() && options.usual_marks) {
        throw data::input_error("missing-marks", "need texts apart by commas, got none");
    }
}

}  // namespace

std::vector<option> table_reading_options() {
    return {
        {"missing", "RULE", "refuse missing values, or skip rows that have some (refuse)"},
        {"missing-marks", "A,B,...", "texts that are missing values besides NA, None, ?, -, ..."},
        {"delimiter", "C", "of text: a character, tab or blank (what the first lines show)"},
        {"no-header", "", "of text: the first line holds values; columns are 0, 1, ..."},
        {"skip-lines", "N", "of text: pass over the first N lines (0)"},
        {"comment", "C", "of text: pass over lines that begin with this character (none)"},
        {"decimal", "C", "of text: . or , before the fraction of numbers (.)"},
    };
}

data::table_options read_table_options(const arguments& given) {
    data::table_options options;
    if (given.has("delimiter")) {
        options.delimiter = read_delimiter(given.get("delimiter"));
    }
    if (given.has("missing")) {
        options.missing = read_missing(given.get("missing"));
    }
    if (given.has("missing-marks")) {
        read_marks(given.get("missing-marks"), options);
    }
    options.header = !given.has("no-header");
    if (given.has("skip-lines")) {
        const long lines = validation::parse_whole("skip-lines", given.get("skip-lines"));
        data::need(lines >= 0, "skip-lines", "need a whole number >= 0, got {}", lines);
        options.skip_lines = static_cast<std::uint64_t>(lines);
    }
    if (given.has("comment")) {
        options.comment = read_character("comment", given.get("comment"), "one character");
    }
    if (given.has("decimal")) {
        options.decimal = read_character("decimal", given.get("decimal"), ". or ,");
    }
    options.validate();
    return options;
}

}  // namespace fusionflow::cli
