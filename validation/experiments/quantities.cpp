#include "fusionflow/validation/experiments/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/attribution.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/experiments/excess_loss.hpp"

namespace fusionflow::validation {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

int first_learned(const theory::learning& answer) {
    const std::vector<int> order = answer.order();
    const auto first = std::find(order.begin(), order.end(), 1);
    return first == order.end() ? -1 : static_cast<int>(first - order.begin());
}

bool has_path(const solver::answer& run) { return run.path.size() > 1; }

// W at a time, interpolated linearly between recorded instants.
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

// W on the first plateau; empty where no modality is learned. \see observe()
Eigen::VectorXd plateau(const solver::model& about, const solver::answer& run) {
    const int first = first_learned(run);
    if (first < 0) {
        return {};
    }
    if (!has_path(run)) {
        data::modality_set learned;
        for (const theory::phase& p : run.phases) {
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
    for (const double t : run.times) {
        if (std::isfinite(t)) {
            times.push_back(t);
        }
    }
    std::sort(times.begin(), times.end());
    const double end = times.size() > 1 ? times[1] : run.path.time.back();
    return weights_at(run.path, (times[0] + end) / 2);
}

Eigen::VectorXd final_weights(const solver::model& about, const solver::answer& run) {
    if (run.weights_final.size() > 0) {
        return run.weights_final;
    }
    if (has_path(run)) {
        return run.path.weights.back();
    }
    data::modality_set learned;
    for (int m = 0; m < about.moments.count(); ++m) {
        if (std::isfinite(run.times[static_cast<std::size_t>(m)])) {
            learned = data::with(std::move(learned), m);
        }
    }
    return theory::solve_partial(about.moments, learned).weights;
}

double loss_part(const solver::model& about, const Eigen::VectorXd& weights) {
    return weights.size() == 0
               ? unknown
               : solver::loss(about.moments, weights) / (about.moments.target_power() / 2);
}

struct least {
    double error = unknown;
    double time = unknown;
};

least least_error(const solver::model& about, const solver::answer& run) {
    const excess_loss excess(about);
    least found;
    for (std::size_t i = 0; i < run.path.size(); ++i) {
        const double error = excess.of(run.path.weights[i]);
        if (!(error >= found.error)) {
            found = {error, run.path.time[i]};
        }
    }
    return found;
}

double first_time(const solver::model& /*about*/, const solver::answer& run) {
    const int first = first_learned(run);
    return first < 0 ? unknown : run.times[static_cast<std::size_t>(first)];
}

// From the first half-height to the last: how long the last modality waits. Unlike the ratio it
// does not depend on how long the first one takes.
double wait(const solver::model& /*about*/, const solver::answer& run) {
    const auto& times = run.times;
    return times.size() < 2 ? unknown
                            : *std::max_element(times.begin(), times.end()) -
                                  *std::min_element(times.begin(), times.end());
}

double contributes_most(const solver::model& about, const solver::answer& /*run*/) {
    const auto parts = theory::attribute(about.moments).alone;
    return static_cast<double>(std::max_element(parts.begin(), parts.end()) - parts.begin()) + 1;
}

// The first minimum of E_g after it has fallen by 5 %: there early stopping would end training.
least first_minimum(const solver::model& about, const solver::answer& run) {
    constexpr double fallen = 0.95;
    const excess_loss excess(about);
    least found;
    double at_start = unknown;
    for (std::size_t i = 0; i < run.path.size(); ++i) {
        const double error = excess.of(run.path.weights[i]);
        if (i == 0) {
            at_start = error;
        } else if (error > found.error && found.error < fallen * at_start) {
            return found;
        }
        found = {error, run.path.time[i]};
    }
    return found;
}

// A time over that of the last half-height.
double part_of_training(double time, const solver::answer& run) {
    return time / *std::max_element(run.times.begin(), run.times.end());
}

// Distance from the least weights that fit the data best.
double excess_norm(const solver::model& about, const solver::answer& run) {
    const Eigen::VectorXd least =
        theory::solve_partial(about.moments, data::all_modalities(about.moments.count())).weights;
    return (final_weights(about, run) - least).norm() / least.norm();
}

// The largest rise of the loss from one recorded instant to the next, over the initial loss.
double loss_rise(const solver::model& /*about*/, const solver::answer& run) {
    double rise = 0;
    for (std::size_t i = 1; i < run.path.size(); ++i) {
        rise = std::max(rise, run.path.loss[i] - run.path.loss[i - 1]);
    }
    return has_path(run) ? rise / run.path.loss.front() : unknown;
}

double balance_drift(const solver::model& /*about*/, const solver::answer& run) {
    return run.network ? solver::balance_drift(run.network->shape, run.network->at_start,
                                               run.network->at_end)
                       : unknown;
}

double superficial(const solver::model& about, const solver::answer& run) {
    const int first = first_learned(run);
    return first < 0 ? unknown : contributes_most(about, run) == first + 1 ? 0 : 1;
}

double misattribution(int m, const solver::model& about, const solver::answer& run) {
    const Eigen::VectorXd during = plateau(about, run);
    const Eigen::VectorXd after = final_weights(about, run);
    const bool scalar = about.moments.dim(m) == 1 && about.moments.outputs() == 1;
    return scalar && during.size() > 0 && after.size() > 0
               ? during(about.moments.offset(m)) - after(about.moments.offset(m))
               : unknown;
}

// A quantity of a run as a whole.
struct quantity_of_run {
    std::string_view name;
    std::string_view label;  ///< with its unit
    bool needs_path;
    bool of_times;  ///< is_of_times()
    double (*value)(const solver::model& about, const solver::answer& run);
};

constexpr auto of_runs = std::to_array<quantity_of_run>({
    {"first_time", "first half-height (τ)", false, true, first_time},
    {"wait", "wait, last − first (τ)", false, true, wait},
    {"time_ratio", "time ratio, last / first", false, true,
     [](const solver::model&, const solver::answer& run) { return run.time_ratio(); }},
    {"plateau_loss", "loss on the plateau / initial", true, false,
     [](const solver::model& about, const solver::answer& run) {
         return loss_part(about, plateau(about, run));
     }},
    {"final_loss", "final loss / initial", false, false,
     [](const solver::model& about, const solver::answer& run) {
         return loss_part(about, final_weights(about, run));
     }},
    {"first_learned", "learned first", false, true,
     [](const solver::model&, const solver::answer& run) {
         const int first = first_learned(run);
         return first < 0 ? unknown : first + 1;
     }},
    {"contributes_most", "explains most", false, false, contributes_most},
    {"superficial", "the modality learned first is not the one that explains most", false, true,
     superficial},
    {"plateau_error", "E_g on the plateau (target²)", true, false,
     [](const solver::model& about, const solver::answer& run) {
         return excess_loss(about).of(plateau(about, run));
     }},
    {"final_error", "final E_g (target²)", false, false,
     [](const solver::model& about, const solver::answer& run) {
         return excess_loss(about).of(final_weights(about, run));
     }},
    {"least_error", "least E_g (target²)", true, false,
     [](const solver::model& about, const solver::answer& run) {
         return least_error(about, run).error;
     }},
    {"least_error_time", "time of the least E_g (τ)", true, false,
     [](const solver::model& about, const solver::answer& run) {
         return least_error(about, run).time;
     }},
    {"least_error_part", "time of the least E_g / of the last half-height", true, true,
     [](const solver::model& about, const solver::answer& run) {
         return part_of_training(least_error(about, run).time, run);
     }},
    {"first_minimum", "first minimum of E_g (target²)", true, false,
     [](const solver::model& about, const solver::answer& run) {
         return first_minimum(about, run).error;
     }},
    {"first_minimum_part", "time of the first minimum of E_g / of the last half-height", true, true,
     [](const solver::model& about, const solver::answer& run) {
         return part_of_training(first_minimum(about, run).time, run);
     }},
    {"excess_norm", "distance from the least norm / least norm", false, false, excess_norm},
    {"loss_rise", "largest rise of the loss / initial", true, false, loss_rise},
    {"balance_drift", "drift of balance / its size", false, false, balance_drift},
});

// A quantity of one modality, whose name follows the prefix.
struct quantity_of_modality {
    std::string_view prefix;
    std::string_view of_all;         ///< the word for all modalities
    std::string_view before, after;  ///< what stands around the modality's name in the label
    bool needs_path;
    bool of_times;  ///< is_of_times()
    double (*value)(int m, const solver::model& about, const solver::answer& run);
};

constexpr auto of_modalities = std::to_array<quantity_of_modality>({
    {"time_", "times", "t_", " (τ)", false, true,
     [](int m, const solver::model&, const solver::answer& run) {
         return run.times[static_cast<std::size_t>(m)];
     }},
    {"norm_", "norms", "final |W_", "| (target / input)", false, false,
     [](int m, const solver::model& about, const solver::answer& run) {
         return about.moments.part(final_weights(about, run), m).norm();
     }},
    {"misattribution_", "misattributions", "misattribution to ", " (target / input)", true, false,
     misattribution},
});

const quantity_of_run* find_run(std::string_view name) {
    const auto* found = std::find_if(of_runs.begin(), of_runs.end(),
                                     [name](const auto& q) { return q.name == name; });
    return found == of_runs.end() ? nullptr : found;
}

}  // namespace

std::vector<std::string> quantity_names(const std::vector<std::string>& modalities) {
    std::vector<std::string> names;
    names.reserve(of_runs.size() + of_modalities.size() * modalities.size());
    for (const quantity_of_run& q : of_runs) {
        names.emplace_back(q.name);
    }
    for (const quantity_of_modality& q : of_modalities) {
        for (const std::string& name : modalities) {
            names.push_back(std::string(q.prefix) + name);
        }
    }
    return names;
}

std::vector<std::string> quantity_words(const std::vector<std::string>& modalities) {
    std::vector<std::string> words = quantity_names(modalities);
    for (const quantity_of_modality& q : of_modalities) {
        words.emplace_back(q.of_all);
    }
    return words;
}

std::vector<std::string> names_of_quantity(const std::string& word,
                                           const std::vector<std::string>& modalities) {
    std::vector<std::string> names;
    for (const quantity_of_modality& q : of_modalities) {
        for (const std::string& name : modalities) {
            if (word == q.of_all) {
                names.push_back(std::string(q.prefix) + name);
            }
        }
    }
    return names.empty() ? std::vector<std::string>{word} : names;
}

bool needs_path(const std::string& quantity) {
    if (const quantity_of_run* q = find_run(quantity)) {
        return q->needs_path;
    }
    return std::any_of(of_modalities.begin(), of_modalities.end(), [&](const auto& q) {
        return q.needs_path && quantity.starts_with(q.prefix);
    });
}

std::string quantity_label(const std::string& quantity) {
    if (const quantity_of_run* q = find_run(quantity)) {
        return std::string(q->label);
    }
    for (const quantity_of_modality& q : of_modalities) {
        if (quantity.starts_with(q.prefix)) {
            return fmt::format("{}{}{}", q.before, quantity.substr(q.prefix.size()), q.after);
        }
    }
    return quantity;
}

bool is_of_times(const std::string& quantity) {
    if (const quantity_of_run* q = find_run(quantity)) {
        return q->of_times;
    }
    return std::any_of(of_modalities.begin(), of_modalities.end(),
                       [&](const auto& q) { return q.of_times && quantity.starts_with(q.prefix); });
}

double observe(const std::string& quantity, const solver::model& about, const solver::answer& run) {
    if (const quantity_of_run* q = find_run(quantity)) {
        return q->value(about, run);
    }
    for (const quantity_of_modality& q : of_modalities) {
        for (int m = 0; m < about.moments.count(); ++m) {
            if (quantity == std::string(q.prefix) + about.moments.name(m)) {
                return q.value(m, about, run);
            }
        }
    }
    return unknown;
}

}  // namespace fusionflow::validation
