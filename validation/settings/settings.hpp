#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/toy.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/validation/settings/sample_settings.hpp"
#include "fusionflow/validation/settings/world_settings.hpp"

namespace fusionflow::validation {

/// An option that was set, in the words of the command line.
struct given_option {
    std::string name;
    std::string value;
};

/// Everything a user can say about a model and how to run it, in the words of the command line.
/// Command line, table grids and suites all fill it through set_option().
struct settings {
    data::toy_options toy;
    world_settings world{};                          ///< the data, if not from a file
    std::shared_ptr<const data::moments> moments{};  ///< from a file; excludes the options of data
    int depth = 2;
    std::optional<int> fusion{};  ///< absent: 2, or 1 at depth 1
    std::vector<int> branches{};  ///< not empty: excludes depth and fusion
    int shared = 0;
    theory::initialisation init{};
    solver::training training{};
    solver::run_options run{};
    sample_settings samples{};          ///< where networks train on samples
    std::vector<given_option> given{};  ///< what was set, in order, the last value of each

    [[nodiscard]] bool has(std::string_view name) const;
};

/// An option that sets a part of `settings`.
struct setting_info {
    std::string_view name;      ///< without dashes, e.g. "target-weights"
    std::string_view argument;  ///< how the value is called in --help, e.g. "H"; empty: a flag
    std::string_view help;      ///< one line, with the default
    std::string_view
        group;     ///< "data", "network", "start", "drawing", "training", "samples", "compression",
                   ///< "solver"
    bool numeric;  ///< one number: may be a grid axis
};

/// All of them, in the order of --help.
[[nodiscard]] std::span<const setting_info> setting_table();

/// The entry of an option; null where there is none.
[[nodiscard]] const setting_info* find_setting(std::string_view name);

/// Sets one option from its text; `moments` reads its file here.
///
/// \throws data::input_error with the option's name: unknown, or not a value of its kind; or naming
///         the moments file.
void set_option(settings& s, std::string_view name, const std::string& value);

/// Sets `moments` to some that were read already.
///
/// \param value  What is said of where they come from: the option's value in `given`.
void set_moments(settings& s, std::shared_ptr<const data::moments> moments,
                 const std::string& value);

/// Checks every rule of the options and that they fit each other (moments with toy options,
/// branches with depth or fusion), and builds the model.
///
/// \throws data::input_error naming the option.
[[nodiscard]] solver::model build_model(const settings& s);

/// The options given, as `--name value ...`, quoted for a shell: for provenance.
[[nodiscard]] std::string command_line(const settings& s);

/// A word as a shell would read it back, quoted where it has to be: always one line of UTF-8. What
/// has control characters, or bytes that are no UTF-8, becomes $'...' with escapes, as bash has it.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace fusionflow::validation
