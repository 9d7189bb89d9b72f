#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

/// Reads the keys of one table of a TOML file. It refuses with data::input_error, whose field is
/// the file and whose text names the line.
class toml_reader {
public:
    /// \param what  How errors name the table: "a check".
    toml_reader(const toml::table& table, std::string source, std::string what)
        : table_(table), source_(std::move(source)), what_(std::move(what)) {}

    [[noreturn]] void refuse(const toml::node& node, const std::string& rule) const;
    [[noreturn]] void refuse(const std::string& rule) const { refuse(table_, rule); }

    /// Refuses keys that are not among these.
    void only(const std::vector<std::string>& keys) const;
    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    /// Refuses a key that is not there.
    [[nodiscard]] const toml::node& node(std::string_view key) const;

    /// A text that is not empty.
    [[nodiscard]] std::string text(std::string_view key) const;
    /// `otherwise` where the key is not there.
    [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise) const;
    [[nodiscard]] std::string one_of(std::string_view key,
                                     const std::vector<std::string>& names) const;
    [[nodiscard]] double number(std::string_view key) const;
    [[nodiscard]] double positive(std::string_view key) const;
    /// A whole number, 1 ... most.
    [[nodiscard]] int count(std::string_view key, int most = std::numeric_limits<int>::max()) const;
    [[nodiscard]] bool flag(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    /// The tables of an array, with readers of their own; none where the key is not there.
    [[nodiscard]] std::vector<toml_reader> tables(std::string_view key,
                                                  const std::string& what) const;
    [[nodiscard]] toml_reader child(std::string_view key, const std::string& what) const;

    /// The options in a table, as the command line would set them; `moments` is the name of a file
    /// beside the suite or a table with the keys of such a file.
    [[nodiscard]] settings model(std::string_view key) const;

    /// Runs an action; what it refuses is refused with the line of `where`.
    template <typename Action>
    void at(const toml::node& where, const Action& action) const {
        try {
            action();
        } catch (const data::input_error& e) {
            refuse(where, e.what());
        }
    }

    [[nodiscard]] const toml::table& table() const { return table_; }
    [[nodiscard]] const std::string& source() const { return source_; }

private:
    [[nodiscard]] std::string option_text(const toml::node& node) const;

    const toml::table& table_;
    std::string source_;
    std::string what_;
};

/// Refuses TOML with a key of more than 16 parts (`a.b.c` has three) in headers, before `=` or in
/// inline tables: the parser recurses for every part, and a long key would overflow the stack. No
/// suite needs more than four.
///
/// \param text    It may be no TOML at all; the parser says what else is wrong with it.
/// \param source  How errors name it.
/// \throws data::input_error  with `source` as its field, and the line.
/// \see tests/validation/suite_test.cpp
void check_key_parts(std::string_view text, const std::string& source);

/// A key for an error message: a long one is cut after 60 bytes at most and ends in "...".
[[nodiscard]] std::string short_key(std::string_view key);

}  // namespace fusionflow::validation
