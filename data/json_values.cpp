#include "fusionflow/data/json_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

using nlohmann::json;

// The largest moments hold fewer (5000^2 numbers in the covariance), and so many fit into memory.
constexpr std::size_t most_values = 26'000'000;
constexpr int deepest = 64;

std::string shortened(std::string text) {
    constexpr std::size_t longest = 40;
    if (text.size() > longest) {
        text.resize(longest);
        text += "...";
    }
    return text;
}

std::string shown(const json& value) {
    if (value.is_structured()) {
        return value.is_array() ? "a list" : "an object";
    }
    const bool ascii_only = true;  // so that shortening cannot split a character
    return shortened(value.dump(-1, ' ', ascii_only));
}

std::string quoted_key(const std::string& key) { return shown(json(key)); }

// `byte`, from 1, is the last byte that was read; one past the end if the text stops too early.
std::string not_json(std::string_view text, std::size_t byte) {
    const std::size_t last = std::min(std::max<std::size_t>(byte, 1) - 1, text.size());
    const std::string_view before = text.substr(0, last);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = newline == before.npos ? last + 1 : last - newline;
    const auto place = fmt::format("not JSON at line {}, column {}", line, column);
    if (last == text.size()) {
        return place + ": unexpected end";
    }
    const char c = text[last];
    return c > 0x20 && c < 0x7f ? fmt::format("{}: unexpected '{}'", place, c) : place;
}

// Sees every value while the text is parsed. Refuses a key given twice, which the parsed tree would
// hide, and a tree too large or too deep to hold.
class guard {
public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed) {
        using happened = json::parse_event_t;
        if (event == happened::key && depth == 1 &&
            !keys_.insert(parsed.get<std::string>()).second) {
            refuse("key " + quoted_key(parsed.get<std::string>()) + " is there twice");
        }
        if (event == happened::array_start || event == happened::object_start ||
            event == happened::value) {
            if (depth > deepest) {
                refuse(fmt::format("nested deeper than {} levels", deepest));
            }
            if (++values_ > most_values) {
                refuse(fmt::format("more than {} values", most_values));
            }
        }
        return true;
    }

private:
    std::set<std::string> keys_;
    std::size_t values_ = 0;
};

}  // namespace

void refuse_json(const char* key, const char* need, const json& got) {
    refuse(fmt::format("\"{}\": need {}, got {}", key, need, shown(got)));
}

json parse_json(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == text.npos) {
        refuse("is empty, need a JSON object");
    }
    // The parser takes a NUL byte for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        refuse(not_json(text, nul + 1) + ": a NUL byte");
    }
    try {
        guard watch;
        return json::parse(text, std::ref(watch));
    } catch (const json::parse_error& e) {
        refuse(not_json(text, e.byte));
    } catch (const json::out_of_range& e) {
        // The library's message quotes the number and has no position for it.
        const std::string_view message = e.what();
        const std::size_t quote = message.find('\'');
        const auto number = quote == message.npos ? std::string_view() : message.substr(quote + 1);
        refuse(fmt::format("number beyond double precision: {}",
                           shortened(std::string(number.substr(0, number.find('\''))))));
    }
}

json parse_json_of_moments(std::string_view text) {
    try {
        return parse_json(text);
    } catch (const input_error& e) {
        const std::size_t first = text.find_first_not_of(" \t\r\n");
        if (first == text.npos || text[first] == '{' || !e.rule().starts_with("not JSON")) {
            throw;
        }
        refuse(e.rule() + " (fusionflow moments makes moments of a table)");
    }
}

const json& json_list(const json& value, const char* key, const char* need) {
    if (!value.is_array()) {
        refuse_json(key, need, value);
    }
    return value;
}

double json_number(const json& value, const char* key, const char* need) {
    if (!value.is_number()) {
        refuse_json(key, need, value);
    }
    return value.get<double>();
}

// Rows of one length make a matrix; whether its size is right is for `moments` to check. Where
// lengths differ, the error names the first row that does not have `dimension` numbers.
Eigen::MatrixXd json_rows(const json& rows, const char* key, std::size_t dimension) {
    (void)json_list(rows, key, "a list of rows");
    bool ragged = false;
    for (const json& row : rows) {
        ragged = json_list(row, key, "rows of numbers").size() != rows[0].size() || ragged;
    }
    for (std::size_t i = 0; ragged && i < rows.size(); ++i) {
        if (rows[i].size() != dimension) {
            refuse(fmt::format("\"{}\": row {} has {} numbers, need {}", key, i + 1, rows[i].size(),
                               dimension));
        }
    }
    const std::size_t width = rows.empty() ? 0 : rows[0].size();
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(rows.size()),
                           static_cast<Eigen::Index>(width));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < width; ++j) {
            matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                json_number(rows[i][j], key, "numbers");
        }
    }
    return matrix;
}

std::vector<std::string> json_texts(const json& value, const char* key) {
    std::vector<std::string> texts;
    for (const json& text : json_list(value, key, "a list of texts")) {
        if (!text.is_string()) {
            refuse_json(key, "texts", text);
        }
        texts.push_back(text.get<std::string>());
    }
    return texts;
}

void check_json_keys(const json& tree, const std::set<std::string>& needed,
                     const std::set<std::string>& allowed) {
    if (!tree.is_object()) {
        refuse("need a JSON object, got " + shown(tree));
    }
    for (const auto& item : tree.items()) {
        if (!needed.contains(item.key()) && !allowed.contains(item.key())) {
            refuse("unknown key " + quoted_key(item.key()));
        }
    }
    for (const std::string& key : needed) {
        if (!tree.contains(key)) {
            refuse("missing key " + quoted_key(key));
        }
    }
}

}  // namespace fusionflow::data
