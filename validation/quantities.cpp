#include "validation/quantities.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "theory/attribution.hpp"
#include "theory/partial_solution.hpp"

namespace fusionflow::validation {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

const std::string norm = "norm_";
const std::string time_of = "time_";
const std::string misattribution = "misattribution_";

std::optional<int> modality_of(const std::string& quantity, const std::string& prefix,
                               const data::moments& moments) {
    for (int m = 0; m < moments.count(); ++m) {
        if (quantity == prefix + moments.name(m)) {
            return m;
        }
    }
    return std::nullopt;
}

int first_learned(const theory::learning& answer) {
    const std::vector<int> order = answer.order();
    const auto first = std::find(order.begin(), order.end(), 1);
    return first == order.end() ? -1 : static_cast<int>(first - order.begin());
}

bool has_path(const method_result& run) { return run.path.size() > 1; }

// W at a time, on straight lines between recorded instants.
Eigen::VectorXd weights_at(const solver::trajectory& path, double time) {
    const auto after = std::lower_bound(path.time.begin(), path.time.end(), time);
    if (after == path.time.end()) {
        return path.weights.back();
    }
    const auto i = static_cast<std::size_t>(after - path.time.begin());
    if (i == 0) {
        return path.weights.front();
    }
    const double part = (time - path.time[i - 1]) / (path.time[i] - path.time[i - 1]);
    return (1 - part) * path.weights[i - 1] + part * path.weights[i];
}

// W in the middle of the phase in which one modality, or some, are learned.
Eigen::VectorXd plateau(const model& about, const method_result& run) {
    const int first = first_learned(run.answer);
    if (first < 0) {
        return {};
    }
    if (!has_path(run)) {
        data::modality_set learned;
        for (const theory::phase& p : run.answer.phases) {
            if (!p.learned.empty()) {
                learned = p.learned;
                break;
            }
        }
        if (learned.empty()) {
            learned = data::all_modalities(about.moments.count());
        }
        return theory::solve_partial(about.moments, learned).weights;
    }
    std::vector<double> times;
    for (const double t : run.answer.times) {
        if (std::isfinite(t)) {
            times.push_back(t);
        }
    }
    std::sort(times.begin(), times.end());
    const double end = times.size() > 1 ? times[1] : run.path.time.back();
    return weights_at(run.path, (times[0] + end) / 2);
}

Eigen::VectorXd final_weights(const model& about, const method_result& run) {
    if (run.weights_final.size() > 0) {
        return run.weights_final;
    }
    if (has_path(run)) {
        return run.path.weights.back();
    }
    data::modality_set learned;
    for (int m = 0; m < about.moments.count(); ++m) {
        if (std::isfinite(run.answer.times[static_cast<std::size_t>(m)])) {
            learned = data::with(std::move(learned), m);
        }
    }
    return theory::solve_partial(about.moments, learned).weights;
}

double loss_part(const model& about, const Eigen::VectorXd& weights) {
    return weights.size() == 0
               ? unknown
               : solver::loss(about.moments, weights) / (about.moments.target_power() / 2);
}

double generalisation_error(const data::moments& population, const Eigen::VectorXd& weights) {
    if (weights.size() == 0) {
        return unknown;
    }
    const auto best = theory::solve_partial(population, data::all_modalities(population.count()));
    return solver::loss(population, weights) - best.loss;
}

struct least {
    double error = unknown;
    double time = unknown;
};

least least_error(const data::moments& population, const solver::trajectory& path) {
    const auto best = theory::solve_partial(population, data::all_modalities(population.count()));
    least found;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const double error = solver::loss(population, path.weights[i]) - best.loss;
        if (!(error >= found.error)) {
            found = {error, path.time[i]};
        }
    }
    return found;
}

double generalisation(const std::string& quantity, const model& about, const method_result& run) {
    if (!about.population) {
        return unknown;
    }
    if (quantity == "plateau_error") {
        return generalisation_error(*about.population, plateau(about, run));
    }
    if (quantity == "final_error") {
        return generalisation_error(*about.population, final_weights(about, run));
    }
    const least found = least_error(*about.population, run.path);
    return quantity == "least_error" ? found.error : found.time;
}

double misattributed(int m, const model& about, const method_result& run) {
    const Eigen::VectorXd during = plateau(about, run);
    const Eigen::VectorXd after = final_weights(about, run);
    const bool scalar = about.moments.dim(m) == 1 && about.moments.outputs() == 1;
    return scalar && during.size() > 0 && after.size() > 0
               ? during(about.moments.offset(m)) - after(about.moments.offset(m))
               : unknown;
}

double contributes_most(const model& about) {
    const auto parts = theory::attribute(about.moments).alone;
    return static_cast<double>(std::max_element(parts.begin(), parts.end()) - parts.begin()) + 1;
}

double first_time(const theory::learning& answer) {
    const int first = first_learned(answer);
    return first < 0 ? unknown : answer.times[static_cast<std::size_t>(first)];
}

}  // namespace

std::vector<std::string> quantity_names(const std::vector<std::string>& modalities) {
    std::vector<std::string> names = {
        "first_time",       "time_ratio",    "plateau_loss", "final_loss",  "first_learned",
        "contributes_most", "plateau_error", "final_error",  "least_error", "least_error_time"};
    for (const std::string& prefix : {time_of, norm, misattribution}) {
        for (const std::string& name : modalities) {
            names.push_back(prefix + name);
        }
    }
    return names;
}

bool needs_path(const std::string& quantity) {
    return quantity.starts_with("plateau_") || quantity.starts_with("least_") ||
           quantity.starts_with(misattribution);
}

double observe(const std::string& quantity, const model& about, const method_result& run) {
    if (!run.available) {
        return unknown;
    }
    if (quantity == "time_ratio") {
        return run.answer.time_ratio();
    }
    if (quantity == "first_time") {
        return first_time(run.answer);
    }
    if (quantity == "first_learned") {
        const int first = first_learned(run.answer);
        return first < 0 ? unknown : first + 1;
    }
    if (quantity == "contributes_most") {
        return contributes_most(about);
    }
    if (quantity == "plateau_loss" || quantity == "final_loss") {
        return loss_part(about, quantity == "plateau_loss" ? plateau(about, run)
                                                           : final_weights(about, run));
    }
    if (quantity.ends_with("_error") || quantity == "least_error_time") {
        return generalisation(quantity, about, run);
    }
    if (const auto m = modality_of(quantity, time_of, about.moments)) {
        return run.answer.times[static_cast<std::size_t>(*m)];
    }
    if (const auto m = modality_of(quantity, norm, about.moments)) {
        return about.moments.part(final_weights(about, run), *m).norm();
    }
    const auto m = modality_of(quantity, misattribution, about.moments);
    return m ? misattributed(*m, about, run) : unknown;
}

}  // namespace fusionflow::validation
