#include "fusionflow/validation/experiments/toml_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <sstream>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"

namespace fusionflow::validation {

void toml_reader::refuse(const toml::node& node, const std::string& rule) const {
    throw data::input_error(source_, fmt::format("line {}: {}", node.source().begin.line, rule));
}

void toml_reader::only(const std::vector<std::string>& keys) const {
    for (const auto& [key, node] : table_) {
        if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
            refuse(node, fmt::format("unknown key '{}' in {}; keys are {}", short_key(key.str()),
                                     what_, fmt::join(keys, ", ")));
        }
    }
}

const toml::node& toml_reader::node(std::string_view key) const {
    const toml::node* found = table_.get(key);
    if (found == nullptr) {
        refuse(fmt::format("{} needs a key '{}'", what_, key));
    }
    return *found;
}

std::string toml_reader::text(std::string_view key) const {
    const auto* value = node(key).as_string();
    if (value == nullptr || value->get().empty()) {
        refuse(node(key), fmt::format("{} must be a text that is not empty", key));
    }
    return value->get();
}

std::string toml_reader::text(std::string_view key, const std::string& otherwise) const {
    return has(key) ? text(key) : otherwise;
}

std::string toml_reader::one_of(std::string_view key, const std::vector<std::string>& names) const {
    std::string value = text(key);
    if (std::find(names.begin(), names.end(), value) == names.end()) {
        refuse(node(key),
               fmt::format("{} must be one of {}, got '{}'", key, fmt::join(names, ", "), value));
    }
    return value;
}

double toml_reader::number(std::string_view key) const {
    const auto value = node(key).value<double>();
    if (!(value && std::isfinite(*value))) {
        refuse(node(key), fmt::format("{} must be a number", key));
    }
    return *value;
}

double toml_reader::positive(std::string_view key) const {
    const auto value = node(key).value<double>();
    if (!(value && *value > 0 && std::isfinite(*value))) {
        refuse(node(key), fmt::format("{} must be a number > 0", key));
    }
    return *value;
}

int toml_reader::count(std::string_view key, int most) const {
    const auto value = node(key).value<std::int64_t>();
    if (!(value && *value >= 1)) {
        refuse(node(key), fmt::format("{} must be a whole number >= 1", key));
    }
    if (!(*value <= most)) {
        refuse(node(key), fmt::format("{} must be at most {}, got {}", key, most, *value));
    }
    return static_cast<int>(*value);
}

bool toml_reader::flag(std::string_view key) const {
    const auto* value = node(key).as_boolean();
    if (value == nullptr) {
        refuse(node(key), fmt::format("{} must be true or false", key));
    }
    return value->get();
}

std::vector<std::string> toml_reader::texts(std::string_view key) const {
    const auto* list = node(key).as_array();
    std::vector<std::string> all;
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const auto* value = (*list)[i].as_string();
        if (value == nullptr || value->get().empty()) {
            refuse((*list)[i], fmt::format("{} must be a list of texts, none of them empty", key));
        }
        all.push_back(value->get());
    }
    if (all.empty()) {
        refuse(node(key), fmt::format("{} must be a list of texts", key));
    }
    return all;
}

std::vector<toml_reader> toml_reader::tables(std::string_view key, const std::string& what) const {
    std::vector<toml_reader> all;
    if (!has(key)) {
        return all;
    }
    const auto* list = node(key).as_array();
    if (list == nullptr || list->empty()) {
        refuse(node(key), fmt::format("need one [[{}]] or more", key));
    }
    for (const toml::node& element : *list) {
        const auto* table = element.as_table();
        if (table == nullptr) {
            refuse(element, fmt::format("{0} must be a table: [[{0}]]", key));
        }
        all.emplace_back(*table, source_, what);
    }
    return all;
}

toml_reader toml_reader::child(std::string_view key, const std::string& what) const {
    const auto* table = node(key).as_table();
    if (table == nullptr) {
        refuse(node(key), fmt::format("{} must be a table", key));
    }
    return {*table, source_, what};
}

// A value as the text that the option would have on the command line.
std::string toml_reader::option_text(const toml::node& node) const {
    if (const auto* text = node.as_string()) {
        return text->get();
    }
    if (const auto* whole = node.as_integer()) {
        return std::to_string(whole->get());
    }
    if (const auto* real = node.as_floating_point()) {
        return fmt::format("{}", real->get());
    }
    if (const auto* yes = node.as_boolean()) {
        return yes->get() ? "true" : "false";
    }
    if (const auto* list = node.as_array()) {
        std::vector<std::string> pieces;
        for (const toml::node& element : *list) {
            pieces.push_back(option_text(element));
        }
        return fmt::format("{}", fmt::join(pieces, ","));
    }
    refuse(node, "need a number, a text, true or false, or a list of numbers");
}

namespace {

// Reads moments from a table with the keys of a file of moments. On the way through JSON numbers
// keep all their digits.
std::shared_ptr<const data::moments> read_moments(const toml::table& table) {
    std::ostringstream text;
    text << toml::json_formatter(table);
    return std::make_shared<const data::moments>(data::parse_moments(text.str(), "moments"));
}

}  // namespace

settings toml_reader::model(std::string_view key) const {
    const auto* options = node(key).as_table();
    if (options == nullptr) {
        refuse(node(key), fmt::format("{} must be a table of options", key));
    }
    settings s;
    for (const auto& [name, value] : *options) {
        if (const auto* inline_moments = value.as_table();
            inline_moments != nullptr && name.str() == "moments") {
            at(value, [&] { set_moments(s, read_moments(*inline_moments), "in the suite"); });
            continue;
        }
        std::string text = option_text(value);
        if (name.str() == "moments") {
            text = (std::filesystem::path(source_).parent_path() / text).string();
        }
        at(value, [&, option = std::string(name.str())] { set_option(s, option, text); });
    }
    return s;
}

namespace {

constexpr std::size_t most_parts = 16;

// Index behind a TOML text that begins with a quote at `at`. "..." and '...' end on their line,
// texts in three quotes may have several; a backslash escapes in double quotes only.
std::size_t end_of_text(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string three(3, quote);
    const bool many_lines = text.substr(at, 3) == three;
    for (std::size_t i = at + (many_lines ? 3 : 1); i < text.size(); ++i) {
        if (text[i] == '\\' && quote == '"') {
            ++i;
        } else if (many_lines && text.substr(i, 3) == three) {
            // Up to two quotes before the closing three belong to the text.
            return std::min({text.find_first_not_of(quote, i + 3), i + 5, text.size()});
        } else if (!many_lines && text[i] == quote) {
            return i + 1;
        } else if (!many_lines && text[i] == '\n') {
            return i;
        }
    }
    return text.size();
}

}  // namespace

// Dots count as those of one key until a character ends it. A value has fewer dots than the limit.
void check_key_parts(std::string_view text, const std::string& source) {
    constexpr std::string_view ends = "\n=,[]{}";
    std::size_t line = 1;
    std::size_t parts = 1;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            const std::size_t end = end_of_text(text, i);
            const std::string_view quoted = text.substr(i, end - i);
            line += static_cast<std::size_t>(std::count(quoted.begin(), quoted.end(), '\n'));
            i = end;
            continue;
        }
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            continue;
        }
        parts = ends.find(c) != std::string_view::npos ? 1 : parts + (c == '.' ? 1 : 0);
        if (parts > most_parts) {
            throw data::input_error(
                source, fmt::format("line {}: need keys of at most {} parts", line, most_parts));
        }
        line += c == '\n' ? 1 : 0;
        ++i;
    }
}

std::string short_key(std::string_view key) {
    constexpr std::size_t most = 60;
    if (key.size() <= most) {
        return std::string(key);
    }
    // The cut must not fall into the middle of a UTF-8 character.
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(key.substr(0, end)) + "...";
}

}  // namespace fusionflow::validation
