#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/answer.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/run_options.hpp"

namespace fusionflow::solver {

enum class method_kind {
    formula,  ///< closed form: no path
    flow,     ///< integrates an ODE that stands for networks of a kind
    network,  ///< trains a network
};

/// What a method draws anew for every repeat.
enum class method_draws {
    nothing,
    weights,              ///< those of random schemes
    weights_and_batches,  ///< and the order of samples in batches
};

/// A way to find out when each modality is learned. Each stands in a file of its own in
/// solver/methods/ and in the list of solver/methods/registry.cpp, and nowhere else.
struct method {
    std::string_view name;   ///< as in `table --methods`
    std::string_view about;  ///< one line
    method_kind kind = method_kind::formula;
    method_draws draws = method_draws::nothing;
    bool forms_weights = false;  ///< has a drawn network's own matrices in memory
    bool compresses = false;     ///< trains a smaller network that stands for the drawn one
    bool takes_start = false;    ///< can start from run_options::start
    std::string_view label{};    ///< for people: "reduced flow"; what goes before "network"
    /// Why there is no answer for a model: which part of it, and what would do instead.
    std::optional<data::input_error> (*refusal)(const model& about);
    /// The answer, where there is no refusal. The model and the options are valid.
    answer (*run)(const model& about, const run_options& options);
};

/// All methods, in the order of their help.
[[nodiscard]] std::span<const method* const> methods();

/// Their names.
[[nodiscard]] std::vector<std::string> method_names();

/// \throws data::input_error with field "methods": unknown name, and the ones there are.
[[nodiscard]] const method& find_method(std::string_view name);

/// Asks a method about a model: the front door of the library.
///
///     solver::run("flow", {.moments = data::toy_moments({.rho = 0.5}),
///                          .architecture = theory::architecture::fused(4, 2, 2),
///                          .init = {.u0 = 0.1}})
///
/// \return  Its outcome says how the run ended; numerical trouble is one of them, not an exception.
/// \throws data::input_error where a part of the model or an option is not valid, or the method has
///         no answer for the model: what it names is the part, and the rule says what would do.
/// \see docs/architecture.md; tests/validation/methods_test.cpp
[[nodiscard]] answer run(const method& how, const model& about, const run_options& options = {});
[[nodiscard]] answer run(std::string_view method_name, const model& about,
                         const run_options& options = {});

/// A method's name for people, with the scheme and the units of networks: "balanced network".
[[nodiscard]] std::string label(const method& how, const theory::initialisation& init,
                                const training& trained);

/// True where repeats differ: networks from random weights, or their exact flows.
[[nodiscard]] bool is_random(const method& how, const theory::initialisation& init,
                             const training& trained);

}  // namespace fusionflow::solver
