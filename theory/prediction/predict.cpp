#include "fusionflow/theory/prediction/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/theory/finite/width_law.hpp"
#include "fusionflow/theory/fixed_points.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::theory {

namespace {

std::vector<Eigen::VectorXd> misattributions(const data::moments& moments, const race_result& raced,
                                             const partial_solution& all) {
    std::vector<Eigen::VectorXd> differences;
    for (int m = 0; m < moments.count(); ++m) {
        const auto learned_at =
            std::find_if(raced.saddles.begin(), raced.saddles.end(),
                         [m](const partial_solution& s) { return data::contains(s.learned, m); });
        Eigen::VectorXd difference = Eigen::VectorXd::Constant(
            moments.part(all.weights, m).size(), std::numeric_limits<double>::quiet_NaN());
        if (learned_at != raced.saddles.end()) {
            difference = moments.part(learned_at->weights, m) - moments.part(all.weights, m);
        }
        differences.push_back(std::move(difference));
    }
    return differences;
}

data::modality_set learned_first(const learning& answer) {
    data::modality_set first;
    const std::vector<int> order = answer.order();
    for (std::size_t m = 0; m < order.size(); ++m) {
        if (order[m] == 1) {
            first.push_back(static_cast<int>(m));
        }
    }
    return first;
}

void add_general_warnings(prediction& p, const data::moments& moments, const architecture& arch,
                          const initialisation& init) {
    const auto inverse = data::pseudo_inverse(moments.covariance());
    if (inverse.rank < moments.dimension()) {
        p.warnings.push_back(fmt::format(
            "singular covariance: rank {} of {}, eigenvalues of the correlation coefficients up to "
            "{:.1e} counted as zero",
            inverse.rank, moments.dimension(), inverse.tolerance));
    }
    if (!init.balanced() && init.has_norm() && !arch.two_layer_late()) {
        p.warnings.push_back(fmt::format(
            "scheme: leading-order times are those of balanced networks with layers of norm u0; {} "
            "networks are slower by a factor that depends on the width",
            init.drawn->name));
    }
}

void add_law(prediction& p, const data::moments& moments, const architecture& arch,
             const initialisation& init) {
    if (moments.outputs() > 1 || !init.drawn->keeps_norms || arch.two_layer_late() ||
        !in_range(arch, init)) {
        return;
    }
    width_law_answer law = width_law(moments, arch, init);
    if (!law.missing.empty()) {
        p.warnings.push_back(fmt::format("width law: none for this model: {}", law.missing));
        return;
    }
    for (const std::string& warning : law.answer.warnings) {
        if (std::find(p.warnings.begin(), p.warnings.end(), warning) == p.warnings.end()) {
            p.warnings.push_back(warning);
        }
    }
    p.law = std::move(law.answer);
}

}  // namespace

void predict_options::validate() const {
    if (learning_rate && !(*learning_rate > 0 && std::isfinite(*learning_rate))) {
        throw data::input_error("learning-rate",
                                fmt::format("need finite eta > 0, got {}", *learning_rate));
    }
    check_weight_decay(weight_decay);
}

prediction predict(const data::moments& moments, const architecture& arch,
                   const initialisation& init, const predict_options& options) {
    options.validate();
    leading_order leading = race_with_errors(moments, arch, init, options.weight_decay);
    const race_result& raced = leading.raced;
    prediction p;
    p.leading = raced.answer;
    p.errors = std::move(leading.errors);
    p.no_plateau = std::move(leading.no_plateau);
    p.warnings = raced.answer.warnings;
    p.modes = raced.modes;
    if (options.weight_decay == 0 && moments.outputs() == 1) {
        p.refined = refined_two_layer(moments, arch, init, options.learning_rate);
    }
    p.misattribution = misattributions(
        moments, raced,
        solve_partial(moments, data::all_modalities(moments.count()), arch, options.weight_decay));
    p.permanent_bias = raced.answer.ended == outcome::permanent_bias;
    if (moments.count() <= most_modalities_for_subsets) {
        p.fixed_points = fixed_points(moments, arch, options.weight_decay);
        p.shares = attribute(moments);
        const data::modality_set first = learned_first(p.leading);
        p.superficial_preference = !first.empty() && superficial_preference(*p.shares, first);
    } else {
        p.warnings.push_back(fmt::format(
            "fixed points and Shapley values are listed for at most {} modalities, not for {}",
            most_modalities_for_subsets, moments.count()));
    }
    add_law(p, moments, arch, init);
    add_general_warnings(p, moments, arch, init);
    return p;
}

}  // namespace fusionflow::theory
