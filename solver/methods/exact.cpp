// The exact flow of two-layer late or early fusion: the W(t) of a full network that starts from the
// same weights, whatever its width (docs/theory.md#exact-two-layer).

#include "fusionflow/solver/methods/exact.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/flows/early_flow.hpp"
#include "fusionflow/solver/flows/gram_flow.hpp"
#include "fusionflow/solver/flows/two_layer_flow.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

namespace {

// P = |a_+|^2, Q = |a_-|^2 and a_+ . a_- of scalar modalities in late fusion, a_+- = (w1 +- w2)/2.
struct half_grams {
    std::vector<double> plus;
    std::vector<double> minus;
    std::vector<double> overlap;
};

// Returns nothing for vectors, for balanced weights, whose Q is rounding, and where P or Q is 0.
std::optional<half_grams> sinh_start(const two_layer_start& start) {
    half_grams halves;
    for (const two_layer_start::block& b : start.blocks()) {
        if (b.weights.cols() != 2 || start.keeps_signs()) {
            return std::nullopt;
        }
        const Eigen::VectorXd plus = (b.weights.col(0) + b.weights.col(1)) / 2;
        const Eigen::VectorXd minus = (b.weights.col(0) - b.weights.col(1)) / 2;
        halves.plus.push_back(plus.squaredNorm());
        halves.minus.push_back(minus.squaredNorm());
        halves.overlap.push_back(plus.dot(minus));
        if (!(halves.plus.back() > 0 && halves.minus.back() > 0)) {
            return std::nullopt;
        }
    }
    return halves;
}

std::optional<data::input_error> refuse_drawn(const model& about) {
    if (auto refused = reason_of([&] { require_two_layers(about.architecture); })) {
        return refused;
    }
    return need_one_target(about);
}

// W(t) of balanced weights does not differ between draws: the reduced flow stands for them.
std::optional<data::input_error> refuse_expected(const model& about) {
    if (about.init.balanced()) {
        return data::input_error(
            "scheme", "the expected start is for random weights; use flow for balanced ones");
    }
    return refuse_drawn(about);
}

answer run_expected(const model& about, const run_options& options) {
    return integrate_exact(
        about, two_layer_start::expected(about.moments, about.architecture, about.init), options);
}

answer run_drawn(const model& about, const run_options& options) {
    const std::uint64_t seed = data::repeat_seed(about.training.seed, options.repeat);
    return integrate_exact(
        about, two_layer_start::drawn(about.moments, about.architecture, about.init, seed),
        options);
}

}  // namespace

answer integrate_exact(const model& about, const two_layer_start& start,
                       const run_options& options) {
    about.validate();
    start.match(about.architecture);
    const auto saddles = theory::race_saddles(about.moments, about.architecture, about.init);
    const auto halves = sinh_start(start);
    std::unique_ptr<flow> system;
    if (halves) {
        system = std::make_unique<two_layer_flow>(about.moments, halves->plus, halves->minus,
                                                  halves->overlap);
    } else if (early_flow::serves(about.moments, start)) {
        system = std::make_unique<early_flow>(about.moments, start);
    } else {
        system = std::make_unique<gram_flow>(about.moments, start);
    }
    answer result = run_flow(*system, about.moments, about.architecture, saddles, options);
    result.equations = halves ? "sinh" : "gram";
    return result;
}

/// \see tests/solver/integrate_exact_test.cpp
extern const method exact_method = {
    .name = "exact",
    .about = "exact flow of two-layer late or early fusion, from expected random weights",
    .kind = method_kind::flow,
    .starts_random = true,
    .label = "exact flow",
    .refusal = refuse_expected,
    .stands = statistical_if_linear,
    .run = run_expected};

extern const method exact_drawn_method = {.name = "exact-drawn",
                                          .about = "the same from the weights that full draws",
                                          .kind = method_kind::flow,
                                          .draws = method_draws::weights,
                                          .forms_weights = true,
                                          .label = "exact flow of the draw",
                                          .refusal = refuse_drawn,
                                          .stands = exact_if_linear,
                                          .run = run_drawn};

}  // namespace fusionflow::solver
