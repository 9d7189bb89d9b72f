#include "data/moments_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <new>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "data/error.hpp"
#include "data/text_file.hpp"

namespace fusionflow::data {

namespace {

using nlohmann::json;

// More than the largest moments hold (5000^2 numbers in the covariance), few enough to fit.
constexpr std::size_t most_values = 26'000'000;
constexpr int deepest = 64;

// A rule is broken at a place that the caller names: turned into input_error(source, rule) by it.
[[noreturn]] void refuse(const std::string& rule) { throw input_error("", rule); }

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

std::string quoted(const std::string& key) { return shown(json(key)); }

[[noreturn]] void refuse_kind(const char* key, const char* need, const json& got) {
    refuse(fmt::format("\"{}\": need {}, got {}", key, need, shown(got)));
}

// `byte` counts from one and is the last one read; one past the end where the text stops too early.
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

// Looks at every value while it is read: refuses what the parsed tree would hide (a key given
// twice) and what it would cost too much to hold.
class guard {
public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed) {
        using happened = json::parse_event_t;
        if (event == happened::key && depth == 1 &&
            !keys_.insert(parsed.get<std::string>()).second) {
            refuse("key " + quoted(parsed.get<std::string>()) + " is there twice");
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

json parse_tree(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == text.npos) {
        refuse("is empty, need a JSON object");
    }
    try {
        guard watch;
        return json::parse(text, std::ref(watch));
    } catch (const json::parse_error& e) {
        refuse(not_json(text, e.byte));
    } catch (const json::out_of_range& e) {
        // The library quotes the number and has no position for it.
        const std::string_view message = e.what();
        const std::size_t quote = message.find('\'');
        const auto number = quote == message.npos ? std::string_view() : message.substr(quote + 1);
        refuse(fmt::format("number beyond double precision: {}",
                           shortened(std::string(number.substr(0, number.find('\''))))));
    }
}

void check_keys(const json& tree) {
    if (!tree.is_object()) {
        refuse("need a JSON object, got " + shown(tree));
    }
    static const std::set<std::string> needed{"names", "dims", "covariance", "correlation",
                                              "target_power"};
    for (const auto& item : tree.items()) {
        if (needed.count(item.key()) == 0 && item.key() != "provenance") {
            refuse("unknown key " + quoted(item.key()));
        }
    }
    for (const std::string& key : needed) {
        if (!tree.contains(key)) {
            refuse("missing key " + quoted(key));
        }
    }
}

const json& list(const json& value, const char* key, const char* need) {
    if (!value.is_array()) {
        refuse_kind(key, need, value);
    }
    return value;
}

double number(const json& value, const char* key, const char* need) {
    if (!value.is_number()) {
        refuse_kind(key, need, value);
    }
    return value.get<double>();
}

std::vector<std::string> read_names(const json& value) {
    std::vector<std::string> names;
    for (const json& name : list(value, "names", "a list of texts")) {
        if (!name.is_string()) {
            refuse_kind("names", "texts", name);
        }
        names.push_back(name.get<std::string>());
    }
    return names;
}

std::vector<int> read_dims(const json& value) {
    std::vector<int> dims;
    for (const json& dim : list(value, "dims", "a list of whole numbers")) {
        if (!dim.is_number_integer()) {
            refuse_kind("dims", "whole numbers", dim);
        }
        const bool fits = dim.is_number_unsigned() ? std::in_range<int>(dim.get<std::uint64_t>())
                                                   : std::in_range<int>(dim.get<std::int64_t>());
        if (!fits) {
            refuse_kind("dims", "numbers of at most nine digits", dim);
        }
        dims.push_back(dim.get<int>());
    }
    return dims;
}

// Rows of one length make a matrix, right or not: that is for `moments` to say. Rows of different
// lengths do not, and the first that does not have `dimension` numbers is named.
Eigen::MatrixXd read_rows(const json& rows, const char* key, std::size_t dimension) {
    list(rows, key, "a list of rows");
    bool ragged = false;
    for (const json& row : rows) {
        ragged = list(row, key, "rows of numbers").size() != rows[0].size() || ragged;
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
                number(rows[i][j], key, "numbers");
        }
    }
    return matrix;
}

// Numbers, or a row of them for each of several targets.
Eigen::MatrixXd read_correlation(const json& value, std::size_t dimension) {
    list(value, "correlation", "a list of numbers");
    if (!value.empty() && value[0].is_array()) {
        return read_rows(value, "correlation", dimension);
    }
    Eigen::MatrixXd correlation(1, static_cast<Eigen::Index>(value.size()));
    for (std::size_t i = 0; i < value.size(); ++i) {
        correlation(0, static_cast<Eigen::Index>(i)) = number(value[i], "correlation", "numbers");
    }
    return correlation;
}

moments read_tree(const json& tree) {
    check_keys(tree);
    const std::vector<int> dims = read_dims(tree["dims"]);
    const std::int64_t sum = std::accumulate(dims.begin(), dims.end(), std::int64_t{0});
    const auto dimension = static_cast<std::size_t>(std::max<std::int64_t>(sum, 0));
    return moments::of_targets(read_names(tree["names"]), dims,
                               read_rows(tree["covariance"], "covariance", dimension),
                               read_correlation(tree["correlation"], dimension),
                               number(tree["target_power"], "target_power", "a number"));
}

// Every failure becomes an input_error about `source`.
template <typename Action>
auto naming(const std::string& source, Action&& action) {
    try {
        return action();
    } catch (const input_error& e) {
        throw input_error(source, e.field().empty() ? e.rule() : e.what());
    } catch (const std::bad_alloc&) {
        throw input_error(source, "does not fit into memory");
    } catch (const std::exception& e) {
        throw input_error(source, e.what());
    }
}

}  // namespace

moments parse_moments(std::string_view text, const std::string& source) {
    return naming(source, [&] { return read_tree(parse_tree(text)); });
}

moments read_moments(const std::filesystem::path& file) {
    return parse_moments(read_text(file), file.string());
}

std::string format_moments(const moments& m) {
    // Shortest digits that read back to the same number; bytes that are no UTF-8 are replaced.
    const auto dumped = [](const json& value) {
        return value.dump(-1, ' ', false, json::error_handler_t::replace);
    };
    const auto dumped_rows = [&dumped](const Eigen::MatrixXd& matrix) {
        std::string rows;
        for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
            const auto row = matrix.row(i);
            rows += (i == 0 ? "" : ",\n    ") + dumped(std::vector<double>(row.begin(), row.end()));
        }
        return rows;
    };
    const std::string s = dumped_rows(m.matrix(m.correlations()));
    return fmt::format("{{\n  \"names\": {},\n  \"dims\": {},\n  \"covariance\": [\n    {}\n  ],\n"
                       "  \"correlation\": {},\n  \"target_power\": {}\n}}\n",
                       dumped(m.names()), dumped(m.dims()), dumped_rows(m.covariance()),
                       m.outputs() == 1 ? s : "[\n    " + s + "\n  ]", dumped(m.target_power()));
}

}  // namespace fusionflow::data
