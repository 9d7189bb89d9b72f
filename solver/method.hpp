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
    weights,              ///< initial weights, in random schemes
    weights_and_batches,  ///< weights, and the order of samples in batches
};

/// How close an answer is to W(t) of the networks that a model is about, trained by gradient flow
/// or by the steps that the model asks for; the closest first.
enum class standing {
    exact,        ///< W(t) itself, of the draw where weights are drawn, within the tolerance asked
    statistical,  ///< an expectation over draws, or a sample that is only like them in distribution
    asymptotic,   ///< the leading order in small initial weights or in large width
};

/// `exact`, `statistical` or `asymptotic`.
[[nodiscard]] std::string_view to_string(standing s);

/// A way to find out when each modality is learned. Each method is defined in a file of
/// solver/methods/ and listed in solver/methods/registry.cpp, and nowhere else.
struct method {
    std::string_view name;   ///< as in `table --methods`
    std::string_view about;  ///< one line
    method_kind kind = method_kind::formula;
    method_draws draws = method_draws::nothing;
    bool forms_weights = false;  ///< has a drawn network's own matrices in memory
    bool compresses = false;     ///< trains a smaller network that stands for the drawn one
    bool takes_start = false;    ///< can start from run_options::start
    bool starts_random = false;  ///< draws nothing, and starts like random weights do on average
    std::string_view label{};    ///< readable: "reduced flow"; networks: the word before the scheme
    /// Says why a model has no answer: which part stands in the way, and what would do instead.
    std::optional<data::input_error> (*refusal)(const model& about);
    /// How close the answer is for a model that is not refused.
    standing (*stands)(const model& about);
    /// Computes the answer for a valid model and options, where there is no refusal.
    answer (*run)(const model& about, const run_options& options);
};

/// All methods, in the order of the help.
[[nodiscard]] std::span<const method* const> methods();

/// The names of all methods.
[[nodiscard]] std::vector<std::string> method_names();

/// \throws data::input_error with field "methods": unknown name, and the ones there are.
[[nodiscard]] const method& find_method(std::string_view name);

/// True for methods that say what to expect before any network is drawn: formulas, and flows that
/// draw nothing.
[[nodiscard]] bool predicts(const method& how);

/// The best prediction that exists for a model without drawing a network: of the methods that
/// predict and do not refuse it, the one of the closest standing; of several such, a flow rather
/// than a formula, and then the one whose start is more like that of the model's networks.
///
/// \return  Null where every method refuses the model.
/// \see docs/real-tables.md, where predictions are held against networks;
///      tests/validation/standing_test.cpp
[[nodiscard]] const method* best_prediction(const model& about);

/// Asks a method about a model: the front door of the library.
///
///     solver::run("flow", {.moments = data::toy_moments({.rho = 0.5}),
///                          .architecture = theory::architecture::fused(4, 2, 2),
///                          .init = {.u0 = 0.1}})
///
/// \return  The answer, whose outcome says how the run ended: numerical trouble is an outcome, not
///          an exception.
/// \throws data::input_error naming the part of the model, or the option, that is not valid or that
///         the method has no answer for; its rule says what would do.
/// \see docs/architecture.md; tests/validation/methods_test.cpp
[[nodiscard]] answer run(const method& how, const model& about, const run_options& options = {});
[[nodiscard]] answer run(std::string_view method_name, const model& about,
                         const run_options& options = {});

/// A method's readable name; networks are named by scheme and units: "balanced network".
[[nodiscard]] std::string label(const method& how, const theory::initialisation& init,
                                const training& trained);

/// True where repeats differ: the method draws random weights or shuffles batches.
[[nodiscard]] bool is_random(const method& how, const theory::initialisation& init,
                             const training& trained);

}  // namespace fusionflow::solver
