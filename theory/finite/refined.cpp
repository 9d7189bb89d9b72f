#include "fusionflow/theory/finite/refined.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/finite/refined_track.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/race/large_start.hpp"

namespace fusionflow::theory {

namespace {

std::optional<learning> refined(const data::moments& moments, const architecture& arch,
                                const std::vector<Eigen::MatrixXd>& grams, double log_scale,
                                std::optional<double> learning_rate) {
    arch.match(moments);
    if (learning_rate && !(*learning_rate > 0 && std::isfinite(*learning_rate))) {
        throw data::input_error("learning-rate",
                                fmt::format("need finite eta > 0, got {}", *learning_rate));
    }
    if (!arch.two_layer_late()) {
        return std::nullopt;
    }
    auto found = refined_track<double>(moments, grams, log_scale, learning_rate);
    learning result;
    result.times = std::move(found.times);
    result.ended = found.ended;
    result.phases = phases_from_times(result.times);
    for (std::size_t i = 0; i < found.above.size(); ++i) {
        const level& passed = found.levels[i];
        result.warnings.push_back(
            began_above(moments.name(found.above[i]), passed, moments.names_of(passed.saddle)));
    }
    result.above = std::move(found.above);
    return result;
}

// Makes all times unknown where a start is large: later modalities wait for earlier ones.
void take_large_starts_back(learning& result, const data::moments& moments,
                            const architecture& arch, const initialisation& init) {
    const partial_solution all = solve_partial(moments, data::all_modalities(moments.count()));
    bool any = false;
    for (int m = 0; m < moments.count(); ++m) {
        const double weight = moments.part(all.weights, m).norm();
        const std::string why = large_start(moments, arch, init, weight, m);
        if (!why.empty()) {
            any = true;
            result.warnings.push_back(
                fmt::format("no plateau: {} has no time: {}", moments.name(m), why));
        }
    }
    if (any) {
        std::fill(result.times.begin(), result.times.end(), unknown);
        result.ended = outcome::no_plateau;
        result.phases = phases_from_times(result.times);
    }
}

}  // namespace

std::optional<learning> refined_two_layer(const data::moments& moments, const architecture& arch,
                                          const std::vector<Eigen::MatrixXd>& grams,
                                          std::optional<double> learning_rate) {
    return refined(moments, arch, grams, 0, learning_rate);
}

std::optional<learning> refined_two_layer(const data::moments& moments, const architecture& arch,
                                          const initialisation& init,
                                          std::optional<double> learning_rate) {
    std::optional<learning> result =
        refined(moments, arch, expected_grams(moments, init.of_size_one()),
                2 * std::log(init.scale()), learning_rate);
    if (result) {
        take_large_starts_back(*result, moments, arch, init);
    }
    return result;
}

}  // namespace fusionflow::theory
