#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/validation/settings/settings.hpp"

namespace fusionflow::validation {

/// What a method answered.
struct method_result {
    theory::learning answer;
    solver::trajectory path;        ///< empty for formulas, or where no path was asked for
    Eigen::VectorXd weights_final;  ///< W at the end; empty for formulas
    bool available = true;          ///< false where the method does not exist for the model
};

/// What a method is good for in a picture or a comparison.
enum class method_kind { formula, flow, network };

/// One way to find out when each modality is learned.
struct method {
    std::string_view name;   ///< as in --methods
    std::string_view about;  ///< one line
    method_kind kind;
    bool forms_weights;  ///< has a network's own matrices in memory
    /// \param s       Options; every rule was checked (build_model).
    /// \param repeat  0, 1, ...: weights are drawn from data::repeat_seed(seed, repeat).
    /// \param record  Keep the trajectory.
    method_result (*run)(const settings& s, int repeat, bool record);
};

/// All methods; a new one is a function and a line here.
[[nodiscard]] std::span<const method> method_table();

/// Their names.
[[nodiscard]] std::vector<std::string> method_names();

/// \throws data::input_error with field "methods": unknown name, and the ones there are.
[[nodiscard]] const method& find_method(std::string_view name);

/// A method's name for people, with the scheme where that matters: "balanced network".
[[nodiscard]] std::string label(const method& m, const settings& s);

/// Trains the network of a model, on its samples if it has any.
///
/// \throws data::input_error as solver::simulate.
[[nodiscard]] solver::simulation train(const model& m, const solver::simulate_options& options);

/// The same from given weights, biases after them where they are trained.
///
/// \throws data::input_error as solver::simulate_from.
[[nodiscard]] solver::simulation train_from(const model& m, const solver::simulate_options& options,
                                            solver::weighted_network start);

/// True where repeats differ: networks from random weights, or their exact flows.
[[nodiscard]] bool is_random(const method& m, const settings& s);

}  // namespace fusionflow::validation
