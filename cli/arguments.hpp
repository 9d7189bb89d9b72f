#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/ranks.hpp"

namespace fusionflow::cli {

enum class exit_code { done = 0, check_failed = 1, bad_input = 2, numerical_failure = 3 };

/// What is done with the file that a word names.
enum class file_use {
    none,            ///< it names no file, or command::more_files says which
    read,            ///< "-" stands for standard input
    read_behind_at,  ///< a file where the word is @FILE, @FILE:COLUMNS or NAME=@...
    written
};

/// An option that is not one of the settings.
struct option {
    std::string_view name;
    std::string_view argument;  ///< empty: a flag
    std::string_view help;
    bool where_output_goes = false;  ///< it changes no result: left out of the provenance
    bool repeats = false;            ///< may be given several times
    file_use use = file_use::none;   ///< what is done with the file that its value names
};

/// What was given on the command line.
class arguments {
public:
    std::string command;
    std::map<std::string, std::string, std::less<>> values;  ///< of the command's own options
    std::map<std::string, std::vector<std::string>, std::less<>> lists;  ///< of those that repeat
    std::vector<std::string> positional;
    validation::settings settings;
    bool quiet = false;
    bool json = false;
    bool help = false;
    validation::ranks* team = nullptr;  ///< the ranks that run the command together, if any
    std::string provenance;             ///< version, options, seed, tolerance; one line

    [[nodiscard]] bool has(std::string_view name) const { return values.contains(name); }
    /// The values of an option that repeats.
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
    /// Refuses some options, whether they are the command's own or settings.
    ///
    /// \throws data::input_error naming the first of them that was given, and the rule.
    void refuse(std::initializer_list<std::string_view> names, const std::string& rule) const;
    /// True on the rank that reads and writes files and prints.
    [[nodiscard]] bool first() const { return team == nullptr || team->first(); }
    /// The provenance without seeds and tolerances, on which results about data do not depend.
    [[nodiscard]] std::string provenance_of_data() const {
        return provenance.substr(0, provenance.rfind(" (seed "));
    }
    /// The value of an option; empty where it was not given.
    [[nodiscard]] std::string get(std::string_view name) const;
};

}  // namespace fusionflow::cli
