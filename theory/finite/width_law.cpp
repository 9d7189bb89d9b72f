#include "fusionflow/theory/finite/width_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "fusionflow/theory/finite/chain_curve.hpp"
#include "fusionflow/theory/finite/effective_start.hpp"
#include "fusionflow/theory/finite/law_track.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

namespace {

std::string no_law(const architecture& arch, const initialisation& init) {
    if (!init.drawn->keeps_norms) {
        return fmt::format("the law is that of {} networks",
                           schemes().names([](const auto& s) { return s.keeps_norms; }));
    }
    if (!init.has_norm()) {
        return "layers begin with norms of their own (--layer-norms)";
    }
    if (!init.widths.empty()) {
        return "hidden layers have different widths (--widths)";
    }
    const auto& n = arch.branches();
    const auto [least, most] = std::minmax_element(n.begin(), n.end());
    if (*least + arch.shared() == 1) {
        return "paths of one layer have no plateau";
    }
    if (*least == 1 && *most > 1) {
        return "branches of one layer beside longer ones";
    }
    return "";
}

// Early fusion is one chain driven by |s|: all modalities are learned with the trunk.
learning early_law(const data::moments& moments, const aligned_weights& start) {
    double first = 0;
    for (const Eigen::VectorXd& w : start.first) {
        first = std::hypot(first, w.norm());
    }
    std::vector<double> others;
    for (const double a : start.trunk) {
        if (a > 0) {
            others.push_back(a);
        }
    }
    if (first > 0) {
        others.push_back(first);
    }
    const chain_curve curve(others);
    const partial_solution all = solve_partial(moments, data::all_modalities(moments.count()));
    const double phi =
        curve.blows_up() ? curve.total() : curve.place_of_size(std::sqrt(all.weights.norm()));
    const double time = phi / moments.correlation().norm();
    learning answer;
    answer.times.assign(static_cast<std::size_t>(moments.count()), time);
    if (!std::isfinite(time)) {
        answer.ended = outcome::permanent_bias;
    }
    answer.phases = phases_from_times(answer.times);
    return answer;
}

}  // namespace

std::string missing_law(const architecture& arch, const initialisation& init) {
    std::string missing = no_law(arch, init);
    return missing.empty() && !arch.two_layer_late() ? missing_start(arch, init) : missing;
}

width_law_answer width_law(const data::moments& moments, const architecture& arch,
                           const initialisation& init) {
    require_start(moments, arch, init);
    std::string missing = missing_law(arch, init);
    if (!missing.empty()) {
        return {{}, std::move(missing)};
    }
    if (auto refined = refined_two_layer(moments, arch, init)) {
        return {std::move(*refined), ""};
    }
    const effective_start start = aligned_start(moments, arch, init);
    if (arch.branch(0) == 1) {
        return {early_law(moments, start.weights), ""};
    }
    return {law_track(moments, arch, start.weights).run(), ""};
}

}  // namespace fusionflow::theory
