#include "fusionflow/theory/race/leading_order.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/theory/race/large_start.hpp"
#include "fusionflow/theory/race/race_error.hpp"

namespace fusionflow::theory {

namespace {

// Above this estimated error a warning says that the leading order is coarse.
constexpr double coarse = 0.05;

// |W_m| at the start, in the mean of the scheme. With independent entries all branches are taken to
// be as wide as this one where they meet.
double initial_weight(const data::moments& moments, const architecture& arch,
                      const initialisation& init, int m) {
    if (init.balanced()) {
        double square = init.trunk_excess;
        for (int k = 0; k < moments.count(); ++k) {
            square += init.norm(k) * init.norm(k);
        }
        return std::pow(init.norm(m), arch.branch(m)) * std::pow(std::sqrt(square), arch.shared());
    }
    const double modalities = moments.count();
    double weight = std::sqrt(moments.dim(m));
    double below = moments.dim(m);
    for (int j = 1; j <= arch.depth(m); ++j) {
        const int above = arch.depth(m) - j;
        const double rows =
            above == 0 ? moments.outputs() : static_cast<double>(init.width_below(above));
        weight *= init.norm_of({.share = j < arch.branch(m) ? 1 : modalities,
                                .rows = rows,
                                .columns = j == arch.branch(m) ? modalities * below : below,
                                .count = rows,
                                .above = above,
                                .branch = j <= arch.branch(m) ? std::optional(m) : std::nullopt});
        below = rows;
    }
    return weight;
}

std::string why_no_plateau(const data::moments& moments, const architecture& arch,
                           const initialisation& init, const race_result& raced, int m) {
    if (arch.depth(m) == 1) {
        return "it is one layer deep and relaxes at once";
    }
    if (std::string missing = missing_norm(moments, arch, init, m); !missing.empty()) {
        return missing;
    }
    // Where layers have no common norm, two layers still have that of the mode that grows.
    const double norm = (init.has_norm() ? init.norm(m) : effective_norm(moments, arch, init, m)) /
                        init.end_norm(m);
    if (!(norm < 1)) {
        return fmt::format("its initial layers have norms of {}, and the formulas need less than 1",
                           init.has_norm() ? fmt::format("{}", norm) : fmt::format("{:.3g}", norm));
    }
    const auto reached = std::find_if(
        raced.saddles.begin(), raced.saddles.end(),
        [m](const partial_solution& saddle) { return data::contains(saddle.learned, m); });
    if (reached == raced.saddles.end()) {
        return "";
    }
    const double end = moments.part(reached->weights, m).norm();
    if (std::string large = large_start(moments, arch, init, end, m); !large.empty()) {
        return large;
    }
    const double begin = initial_weight(moments, arch, init, m);
    if (end > 0 && begin >= end * learned_part) {
        return fmt::format("its initial weight, about {:.3g}, is above half of the {:.3g} that it "
                           "is to learn",
                           begin, end);
    }
    return raced.answer.ended == outcome::no_plateau
               ? "the initial layers of another modality are too large for the formulas"
               : "";
}

// Makes the times of modalities without a plateau unknown.
void take_times_back(leading_order& of) {
    learning& answer = of.raced.answer;
    bool any = false;
    for (std::size_t m = 0; m < of.no_plateau.size(); ++m) {
        if (!of.no_plateau[m].empty()) {
            any = true;
            of.errors[m] = unknown;
            answer.times[m] = unknown;
            if (!answer.log10_times.empty()) {
                answer.log10_times[m] = unknown;
            }
        }
    }
    if (any) {
        answer.ended = outcome::no_plateau;
        answer.phases = phases_from_times(answer.times);
    }
}

void add_warnings(leading_order& of, const data::moments& moments, const initialisation& init) {
    std::vector<std::string> coarse_ones;
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        if (!of.no_plateau[i].empty()) {
            of.raced.answer.warnings.push_back(
                fmt::format("no plateau: {} has no time: {}", moments.name(m), of.no_plateau[i]));
        } else if (of.errors[i] > coarse) {
            coarse_ones.push_back(fmt::format("{} {:.2g}", moments.name(m), of.errors[i]));
        }
    }
    if (!coarse_ones.empty()) {
        of.raced.answer.warnings.push_back(
            fmt::format("{} large for the leading order: estimated relative error of its times: {}",
                        init.has_norm() ? fmt::format("init: {} is", init.u0)
                                        : std::string("scheme: the initial layers are"),
                        fmt::join(coarse_ones, ", ")));
    }
}

}  // namespace

leading_order race_with_errors(const data::moments& moments, const architecture& arch,
                               const initialisation& init, double weight_decay) {
    arch.match(moments);
    init.validate(moments.count());
    leading_order result;
    result.raced = in_range(arch, init) ? race(moments, arch, init, weight_decay)
                                        : race_beyond_range(moments, arch, init);
    race_result& raced = result.raced;
    if (!init.has_norm()) {
        // The race speaks of --init, which these models do not have; why_no_plateau() says more.
        std::erase_if(raced.answer.warnings,
                      [](const std::string& warning) { return warning.starts_with("init: "); });
    }
    result.errors = estimated_errors(moments, arch, init, raced);
    for (int m = 0; m < moments.count(); ++m) {
        result.no_plateau.push_back(why_no_plateau(moments, arch, init, raced, m));
    }
    take_times_back(result);
    add_warnings(result, moments, init);
    return result;
}

}  // namespace fusionflow::theory
