#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/cli/arguments.hpp"
#include "fusionflow/validation/files/file_plan.hpp"

namespace fusionflow::cli {

/// A command of the program; a new one is a file with one of these and a line in main.cpp.
struct command {
    std::string_view name;
    std::string_view about;                  ///< what it does, for --help
    std::string_view positional;             ///< what may follow without dashes, e.g. "[SUITE...]"
    std::vector<std::string_view> settings;  ///< options of validation::setting_table()
    std::vector<option> options;             ///< options of its own
    std::string_view example;  ///< a line that runs as it stands; more on lines of their own
    exit_code (*run)(const arguments& given);
    bool by_ranks = false;            ///< processes that mpirun started together run it as one
    file_use words = file_use::none;  ///< what is done with words without dashes
    /// Adds files whose names are not simply values of options; may be null.
    void (*more_files)(const arguments& given, validation::file_plan& plan) = nullptr;
    /// The command's own defaults of settings, where they differ from the table's; may be null.
    std::vector<validation::given_option> (*defaults)(const validation::settings&) = nullptr;
};

extern const command predict_command;
extern const command integrate_command;
extern const command simulate_command;
extern const command table_command;
extern const command merge_command;
extern const command moments_command;
extern const command columns_command;
extern const command diagnose_command;
extern const command validate_command;

/// Names of the settings in some groups, in table order. \see validation::setting_info::group
[[nodiscard]] std::vector<std::string_view> settings_in(
    const std::vector<std::string_view>& groups);

/// Reads the words after the command. Prints nothing.
///
/// \throws data::input_error naming an option: unknown, twice, without its value, ...
[[nodiscard]] arguments parse(const command& c, const std::vector<std::string>& words);

/// The text of `fusionflow COMMAND --help`.
[[nodiscard]] std::string help(const command& c);

/// True if a command has an option of this name: errors about it are printed with dashes.
[[nodiscard]] bool is_option(const command& c, std::string_view name);

}  // namespace fusionflow::cli
