#include "fusionflow/validation/diagnosis/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fusionflow/data/scaled_inputs.hpp"
#include "fusionflow/solver/share.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

namespace fusionflow::validation {

namespace {

constexpr double more = 1.1;  // ten per cent
constexpr int networks_per_trial = 3;
constexpr int networks_per_change = 20;  // where networks are small

// Medians are wanted to this part of themselves, but not at any price.
constexpr double wanted_error = 0.015;
constexpr int most_networks = 400;
constexpr int most_layers = 3;
constexpr int most_width = 200;
constexpr Eigen::Index most_weights = 20;  // inputs times targets

// The standard error of a median of normal numbers is sqrt(pi/2) sigma / sqrt(n), and their
// quartiles are 1.349 sigma apart.
constexpr double error_of_median = 1.2533 / 1.349;

// True where a network takes milliseconds.
bool has_small_networks(const solver::model& about) {
    return about.architecture.depth(0) <= most_layers && about.init.width <= most_width &&
           about.moments.dimension() * about.moments.outputs() <= most_weights;
}

}  // namespace

solver::run_options run_of(const diagnosis_request& request) {
    solver::run_options run = request.run;
    if (request.epochs) {
        run.note_at = budget_time(request);
    }
    return run;
}

spread shares_at_budget(const diagnosis_request& request, const data::moments& moments,
                        const ensemble& networks) {
    if (!request.epochs) {
        return {};
    }
    const auto all = data::all_modalities(moments.count());
    const double explained = theory::solve_partial(moments, all).explained;
    std::vector<double> shares;
    for (const ensemble_run& run : networks.runs) {
        shares.push_back(
            run.noted.size() > 0
                ? solver::explained_share(moments, solver::loss(moments, run.noted), explained)
                : theory::unknown);
    }
    return spread_of(shares);
}

solver::model model_of(const diagnosis_request& request, int depth, int fusion) {
    solver::model about = request.model;
    about.training.method = solver::training_method::gradient_flow;
    about.training.learning_rate.reset();
    about.architecture = theory::architecture::fused(depth, fusion, request.model.moments.count());
    return about;
}

ensemble try_networks(const diagnosis_request& request, const solver::model& about, int networks) {
    return run_ensemble(solver::find_method("compressed"), about, run_of(request),
                        {std::min(networks, request.networks), request.jobs});
}

std::vector<remedy> try_remedies(const diagnosis_request& request, const fusion_facts& fusion) {
    std::vector<remedy> all;
    const double now = fusion.share_at_budget.at(0.5);
    const auto attempt = [&](const solver::model& about, std::string what) {
        const ensemble tried = try_networks(request, about, networks_per_trial);
        const double share = shares_at_budget(request, about.moments, tried).at(0.5);
        if (share > now) {
            all.push_back({std::move(what), share, static_cast<int>(tried.runs.size())});
        }
    };
    for (const double factor : {3.0, 10.0}) {
        if (!request.model.init.drawn->scaled) {
            break;
        }
        solver::model about = model_of(request, fusion.depth, fusion.fusion);
        about.init.u0 = fusion.init * factor;
        attempt(about, fmt::format("initial weights of {:g}", about.init.u0));
    }
    for (int depth = fusion.depth - 1; depth >= 1; --depth) {
        attempt(model_of(request, depth, std::min(fusion.fusion, depth)),
                depth == 1 ? "a single layer" : fmt::format("{} layers", depth));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const remedy& a, const remedy& b) { return a.share > b.share; });
    return all;
}

int networks_for_medians(const solver::model& about, const ensemble& first) {
    const auto there = static_cast<int>(first.runs.size());
    if (!has_small_networks(about)) {
        return there;
    }
    double needed = there;
    for (const spread& s : first.times) {
        const double error =
            error_of_median * (s.at(0.75) - s.at(0.25)) / s.at(0.5) / std::sqrt(s.finite);
        const double times_as_many = std::pow(error / wanted_error, 2);
        if (2 * s.finite > there && times_as_many > 0) {
            needed = std::max(needed, there * times_as_many);
        }
    }
    return std::max(there, static_cast<int>(std::min<double>(std::ceil(needed), most_networks)));
}

double median_change(const ensemble& before, const ensemble& after, int modality) {
    const auto m = static_cast<std::size_t>(modality);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < after.runs.size(); ++i) {
        const double ratio = after.runs[i].times[m] / before.runs[i].times[m];
        if (std::isfinite(ratio)) {
            ratios.push_back(ratio);
        }
    }
    return 2 * ratios.size() > after.runs.size() ? median_time(std::move(ratios)) : theory::unknown;
}

std::optional<measured_changes> measure_changes(const diagnosis_request& request,
                                                const fusion_facts& fusion) {
    measured_changes found;
    const auto count = static_cast<int>(fusion.networks.times.size());
    for (int m = 0; m < count; ++m) {
        const double time = usual_time(fusion, m);
        if (std::isfinite(time) &&
            (found.modality < 0 || time > usual_time(fusion, found.modality))) {
            found.modality = m;
        }
    }
    if (found.modality < 0) {
        return std::nullopt;
    }
    const solver::model plain = model_of(request, fusion.depth, fusion.fusion);
    found.networks = std::min(has_small_networks(plain) ? networks_per_change : networks_per_trial,
                              request.networks);
    const auto change = [&](const solver::model& about) {
        return median_change(fusion.networks, try_networks(request, about, found.networks),
                             found.modality);
    };
    solver::model larger = plain;
    larger.init.u0 *= more;
    found.init = plain.init.drawn->scaled ? change(larger) : theory::unknown;
    for (int m = 0; m < count; ++m) {
        solver::model scaled = plain;
        std::vector<double> factors(static_cast<std::size_t>(count), 1.0);
        factors[static_cast<std::size_t>(m)] = more;
        scaled.moments = data::scale_inputs(plain.moments, factors);
        found.scale.push_back(change(scaled));
    }
    return found;
}

}  // namespace fusionflow::validation
