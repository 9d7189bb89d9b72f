#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/solver/share.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

namespace fusionflow::validation {

namespace {

// Medians are wanted to this part of themselves, but not at any price.
constexpr double wanted_error = 0.015;
constexpr int most_networks = 400;
constexpr int most_layers = 3;
constexpr int most_width = 200;
constexpr Eigen::Index most_weights = 20;  // inputs times targets

constexpr Eigen::Index usual_weights = 150;  // inputs times targets
constexpr int networks_of_wide_data = 5;
constexpr int most_of_wide_data = 10;
constexpr double rtol_of_wide_data = 1e-3;
constexpr double accuracy_of_wide_data = 0.1;

// The standard error of a median of normal numbers is sqrt(pi/2) sigma / sqrt(n), and their
// quartiles are 1.349 sigma apart.
constexpr double error_of_median = 1.2533 / 1.349;

}  // namespace

bool has_small_networks(const solver::model& about) {
    return about.architecture.depth(0) <= most_layers && about.init.width <= most_width &&
           about.moments.correlations().size() <= most_weights;
}

solver::run_options run_of(const diagnosis_request& request) {
    solver::run_options run = request.run;
    run.compression.leading = !run.compression.rounds;
    if (!request.rtol_given && has_wide_data(request.model)) {
        run.rtol = rtol_of_wide_data;
    }
    if (!request.accuracy_given && has_wide_data(request.model)) {
        run.compression.accuracy = accuracy_of_wide_data;
    }
    if (request.epochs) {
        run.note_at = budget_time(request);
    }
    return run;
}

std::string looser_options(const diagnosis_request& request) {
    const solver::run_options networks = run_of(request);
    std::vector<std::string> said;
    if (networks.rtol != request.run.rtol) {
        said.push_back(fmt::format("rtol {:g}", networks.rtol));
    }
    if (networks.compression.accuracy != request.run.compression.accuracy) {
        said.push_back(fmt::format("accuracy {:g}", networks.compression.accuracy));
    }
    return said.empty() ? "" : fmt::format(" (networks: {})", fmt::join(said, ", "));
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

ensemble try_networks(const diagnosis_request& request, const solver::model& about, int networks,
                      int rounds, int jobs) {
    return run_ensemble(solver::find_method("compressed"), about,
                        run_after(run_of(request), about, rounds),
                        {std::min(networks, request.networks), jobs});
}

bool has_wide_data(const solver::model& about) {
    return about.moments.correlations().size() > usual_weights;
}

int networks_at_first(const solver::model& about, int usual) {
    return has_wide_data(about) ? std::min(networks_of_wide_data, usual) : usual;
}

solver::run_options run_after(const solver::run_options& first, const solver::model& about,
                              int rounds) {
    solver::run_options run = first;
    if (has_wide_data(about) && !run.compression.rounds && rounds > 0) {
        run.compression.rounds = rounds;
        run.compression.estimate = false;
    } else {
        run.compression.at_least = rounds;
    }
    return run;
}

int networks_for_medians(const solver::model& about, const ensemble& first, int usual) {
    const auto there = static_cast<int>(first.runs.size());
    const int most = has_small_networks(about) ? most_networks
                     : has_wide_data(about)    ? std::min(most_of_wide_data, usual)
                                               : usual;
    double needed = there;
    for (const spread& s : first.times) {
        const double error =
            error_of_median * (s.at(0.75) - s.at(0.25)) / s.at(0.5) / std::sqrt(s.finite);
        const double times_as_many = std::pow(error / wanted_error, 2);
        if (2 * s.finite > there && times_as_many > 0) {
            needed = std::max(needed, there * times_as_many);
        }
    }
    return std::max(there, static_cast<int>(std::min<double>(std::ceil(needed), most)));
}

}  // namespace fusionflow::validation
