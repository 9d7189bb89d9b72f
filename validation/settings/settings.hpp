#pragma once

#include <cstdint>
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

namespace fusionflow::validation {

/// An option that was set, in the words of the command line.
struct given_option {
    std::string name;
    std::string value;
};

/// The sources of data other than a file.
enum class world {
    toy,       ///< "toy": two scalar modalities, data::toy_moments
    xor_data,  ///< "xor": data::draw_xor_samples, for networks on samples only
    random,    ///< "random": data::random_moments
    gaussian,  ///< "gaussian": data::population_moments, or data::drawn_moments
};

[[nodiscard]] std::string_view to_string(world w);

/// Options of the data other than those of the toy.
struct world_settings {
    world kind = world::toy;
    std::vector<int> dims{};              ///< of random and gaussian; empty: their defaults
    std::vector<double> variances{3, 1};  ///< of gaussian, one per modality
    double input_weight = 0.1;            ///< of gaussian
    long draws = 0;                       ///< of gaussian, P; 0: the population's own moments
    std::uint64_t seed = 1;               ///< of samples, random data and draws
};

/// Options of the group "samples" that describe data; solver::sample_options has the others.
struct sample_settings {
    long count = 0;  ///< P; 0: networks see moments, no samples
    bool symmetric = false;
    double variance = 1;                          ///< of the linear modality beside XOR
    std::shared_ptr<const data::samples> read{};  ///< from files; excludes the options of data

    /// True where networks train on samples, of either kind.
    [[nodiscard]] bool any() const noexcept { return count > 0 || read; }
};

/// The factor of the learning rate of a part of the network.
struct named_factor {
    std::string name;   ///< of a modality, or "trunk"
    double factor = 1;  ///< > 0
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
    std::vector<named_factor> rates{};  ///< --learning-rates; those that are not named are 1
    solver::run_options run{};
    sample_settings samples{};          ///< where networks train on samples
    std::vector<given_option> given{};  ///< what was set, in order, the last value of each

    [[nodiscard]] bool has(std::string_view name) const;
};

/// An option that sets a part of `settings`.
struct setting_info {
    std::string_view name;       ///< without dashes, e.g. "target-weights"
    std::string_view argument;   ///< name of the value in --help, e.g. "H"; empty: a flag
    std::string_view help;       ///< one line, with the default
    std::string_view group;      ///< "data", "network", "start", "drawing", "training", "samples",
                                 ///< "compression", "solver"
    bool numeric;                ///< its value is one number, so that it may be a grid axis
    std::string_view implied{};  ///< the value that may be left out; empty: there is none
};

/// All options, in the order of --help.
[[nodiscard]] std::span<const setting_info> setting_table();

/// The entry of an option; null where there is none.
[[nodiscard]] const setting_info* find_setting(std::string_view name);

/// Sets one option from its text; `moments` reads its file here.
///
/// \throws data::input_error with the option's name: unknown, or not a value of its kind; or naming
///         the moments file.
void set_option(settings& s, std::string_view name, const std::string& value);

/// Notes that an option was given, in place of an earlier value of the same one.
void note_given(settings& s, std::string_view name, const std::string& value);

/// Checks that the options that were given can be combined.
///
/// \throws data::input_error naming the option, and the one that it cannot be combined with or that
///         it needs.
void check_options(const settings& s);

/// Sets `moments` to moments that were read already.
///
/// \param value  The option's value in `given`, which says where they come from.
void set_moments(settings& s, std::shared_ptr<const data::moments> moments,
                 const std::string& value);

/// Checks every rule of the options, refuses those that exclude each other (such as moments with
/// toy options, or branches with depth), and builds the model.
///
/// \throws data::input_error naming the option.
[[nodiscard]] solver::model build_model(const settings& s);

/// The given options as `--name value ...`, quoted for a shell, for provenance.
[[nodiscard]] std::string command_line(const settings& s);

/// A word as a shell would read it back, quoted where it has to be: always one line of UTF-8. A
/// word with control characters or bytes that are no UTF-8 becomes $'...' with escapes, as in bash.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace fusionflow::validation
