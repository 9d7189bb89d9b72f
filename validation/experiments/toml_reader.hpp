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

/// A table of a TOML file, whose keys are taken one by one; refusals are data::input_error with the
/// file as their field and name the line.
class toml_reader {
public:
    /// \param what  What errors call the table: "a check".
    toml_reader(const toml::table& table, std::string source, std::string what)
        : table_(table), source_(std::move(source)), what_(std::move(what)) {}

    [[noreturn]] void refuse(const toml::node& node, const std::string& rule) const;
    [[noreturn]] void refuse(const std::string& rule) const { refuse(table_, rule); }

    /// Refuses keys that are not among these.
    void only(const std::vector<std::string>& keys) const;
    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    /// Refuses a key that is not there.
    [[nodiscard]] const toml::node& node(std::string_view key) const;

    /// Not empty.
    [[nodiscard]] std::string text(std::string_view key) const;
    /// `otherwise` where the key is not there.
    [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise) const;
    [[nodiscard]] std::string one_of(std::string_view key,
                                     const std::vector<std::string>& names) const;
    [[nodiscard]] double number(std::string_view key) const;
    [[nodiscard]] double positive(std::string_view key) const;
    /// At least 1, at most so many.
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

    /// What `action` refuses is refused with the line of the key.
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

/// Refuses a text of TOML with a key of more than 16 parts (`a.b.c` has three), in headers, before
/// `=` and in inline tables: the parser calls itself for every part, and a long key is the end of
/// the stack. No suite needs more than four.
///
/// \param text    May be no TOML at all: what is wrong with it is for the parser to say.
/// \param source  What errors call it.
/// \throws data::input_error  with `source` as its field, and the line.
/// \see tests/validation/suite_test.cpp
void check_key_parts(std::string_view text, const std::string& source);

/// A key for an error message: its begin, where it is long.
[[nodiscard]] std::string short_key(std::string_view key);

}  // namespace fusionflow::validation
