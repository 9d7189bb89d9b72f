#include "fusionflow/validation/diagnosis/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "fusionflow/data/scaled_inputs.hpp"
#include "fusionflow/solver/share.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/study/parallel.hpp"

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

constexpr Eigen::Index usual_weights = 150;  // inputs times targets
constexpr int networks_of_wide_data = 5;
constexpr int most_of_wide_data = 10;
constexpr double rtol_of_wide_data = 1e-3;
constexpr double accuracy_of_wide_data = 0.1;

// The standard error of a median of normal numbers is sqrt(pi/2) sigma / sqrt(n), and their
// quartiles are 1.349 sigma apart.
constexpr double error_of_median = 1.2533 / 1.349;

// True where a network takes milliseconds.
bool has_small_networks(const solver::model& about) {
    return about.architecture.depth(0) <= most_layers && about.init.width <= most_width &&
           about.moments.correlations().size() <= most_weights;
}

// A way to fuse that explains less than this part of what can be explained, within the budget,
// calls for remedies.
constexpr double enough_explained = 0.99;

}  // namespace

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

namespace {

// One change of one way to fuse, and what becomes of the networks that try it.
struct trial {
    std::size_t fusion;  // its index
    solver::model about;
    std::string remedy;  // what it is called among remedies; empty: a change for its times' sake
    int networks = networks_per_trial;
    int rounds = 0;               // try_networks()
    bool larger_weights = false;  // of changes: initial weights, not the inputs of a modality
    ensemble tried{};
};

// The first networks of an ensemble.
ensemble first_of(const ensemble& all) {
    const auto count = std::min<std::ptrdiff_t>(std::ssize(all.runs), networks_per_trial);
    return summarise({all.runs.begin(), all.runs.begin() + count});
}

// The modality of which changes are measured: the last of those that have a time; -1: none has.
int last_to_learn(const fusion_facts& fusion) {
    int last = -1;
    for (int m = 0; m < static_cast<int>(fusion.networks.times.size()); ++m) {
        const double time = usual_time(fusion, m);
        if (std::isfinite(time) && (last < 0 || time > usual_time(fusion, last))) {
            last = m;
        }
    }
    return last;
}

// Larger initial weights, where they have a norm, and larger inputs of each modality.
void plan_changes(const diagnosis_request& request, const fusion_facts& fusion, std::size_t index,
                  std::vector<trial>& trials) {
    const solver::model plain = model_of(request, fusion.depth, fusion.fusion);
    const int rounds = fusion.networks.runs.front().rounds;
    const int networks = has_small_networks(plain) ? networks_per_change : networks_per_trial;
    if (plain.init.drawn->scaled) {
        trials.push_back({index, plain, {}, networks, rounds});
        trials.back().about.init.u0 *= more;
        trials.back().larger_weights = true;
    }
    for (int m = 0; m < plain.moments.count(); ++m) {
        trials.push_back({index, plain, {}, networks, rounds});
        std::vector<double> factors(static_cast<std::size_t>(plain.moments.count()), 1.0);
        factors[static_cast<std::size_t>(m)] = more;
        trials.back().about.moments = data::scale_inputs(plain.moments, factors);
    }
}

void plan_remedies(const diagnosis_request& request, const std::vector<fusion_facts>& fusions,
                   std::size_t index, std::vector<trial>& trials) {
    const fusion_facts& fusion = fusions[index];
    for (const double factor : {3.0, 10.0}) {
        if (!request.model.init.drawn->scaled) {
            break;
        }
        solver::model about = model_of(request, fusion.depth, fusion.fusion);
        about.init.u0 = fusion.init * factor;
        std::string what = fmt::format("initial weights of {:g}", about.init.u0);
        trials.push_back({index, std::move(about), std::move(what)});
    }
    for (int depth = fusion.depth - 1; depth >= 1; --depth) {
        const int layer = std::min(fusion.fusion, depth);
        trials.push_back({index, model_of(request, depth, layer),
                          depth == 1 ? "a single layer" : fmt::format("{} layers", depth)});
        const auto there = std::find_if(fusions.begin(), fusions.end(), [&](const auto& f) {
            return f.depth == depth && f.fusion == layer;
        });
        if (there != fusions.end()) {
            trials.back().tried = first_of(there->networks);
        }
    }
}

// What the trials of one way to fuse have shown.
void conclude(const diagnosis_request& request, const std::vector<trial>& trials, std::size_t index,
              fusion_facts& fusion) {
    measured_changes changes;
    changes.modality = last_to_learn(fusion);
    changes.init = theory::unknown;
    for (const trial& t : trials) {
        if (t.fusion != index) {
            continue;
        }
        if (t.remedy.empty()) {
            const double change = median_change(fusion.networks, t.tried, changes.modality);
            changes.networks = static_cast<int>(t.tried.runs.size());
            if (t.larger_weights) {
                changes.init = change;
            } else {
                changes.scale.push_back(change);
            }
            continue;
        }
        const double share = shares_at_budget(request, t.about.moments, t.tried).at(0.5);
        if (share > fusion.share_at_budget.at(0.5)) {
            fusion.remedies.push_back({t.remedy, share, static_cast<int>(t.tried.runs.size())});
        }
    }
    std::stable_sort(fusion.remedies.begin(), fusion.remedies.end(),
                     [](const remedy& a, const remedy& b) { return a.share > b.share; });
    if (changes.modality >= 0) {
        fusion.changes = std::move(changes);
    }
}

}  // namespace

void try_changes(const diagnosis_request& request, std::vector<fusion_facts>& fusions,
                 const ensemble_progress& progress) {
    std::vector<trial> trials;
    for (std::size_t i = 0; i < fusions.size(); ++i) {
        if (fusions[i].fusion != fusions[i].depth) {
            continue;
        }
        if (last_to_learn(fusions[i]) >= 0) {
            plan_changes(request, fusions[i], i, trials);
        }
        if (fusions[i].share_at_budget.at(0.5) < enough_explained) {
            plan_remedies(request, fusions, i, trials);
        }
    }
    std::mutex mutex;
    std::size_t done = 0;
    for_each_index(trials.size(), request.jobs, [&](std::size_t i) {
        trial& t = trials[i];
        if (t.tried.runs.empty()) {
            t.tried = try_networks(request, t.about, t.networks, t.rounds);
        }
        const std::lock_guard lock(mutex);
        ++done;
        if (progress) {
            progress(done, trials.size());
        }
    });
    for (std::size_t i = 0; i < fusions.size(); ++i) {
        if (fusions[i].fusion == fusions[i].depth) {
            conclude(request, trials, i, fusions[i]);
        }
    }
}

}  // namespace fusionflow::validation
