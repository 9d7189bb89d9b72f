#include "fusionflow/validation/diagnosis/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "fusionflow/solver/share.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

constexpr double more = 1.1;  // ten per cent
constexpr int networks_per_trial = 3;

// A way to fuse that explains less than this part of what can be explained, within the budget,
// calls for remedies.
constexpr double enough_explained = 0.99;

}  // namespace

data::moments with_larger_inputs(const data::moments& moments, int m, double factor) {
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(moments.dimension());
    scale.segment(moments.offset(m), moments.dim(m)).setConstant(factor);
    Eigen::MatrixXd covariance = scale.asDiagonal() * moments.covariance() * scale.asDiagonal();
    Eigen::MatrixXd correlation = moments.matrix(moments.correlations()) * scale.asDiagonal();
    auto scaled = data::moments::of_targets(moments.names(), moments.dims(), std::move(covariance),
                                            correlation, moments.target_power());
    if (!moments.means()) {
        return scaled;
    }
    data::moment_means means = *moments.means();
    means.inputs = scale.cwiseProduct(means.inputs);
    return scaled.with_means(std::move(means));
}

solver::run_options run_of(const diagnosis_request& request) {
    solver::run_options run = request.run;
    run.compression.leading = !run.compression.rounds;
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

ensemble try_networks(const diagnosis_request& request, const solver::model& about, int networks,
                      int rounds) {
    solver::run_options run = run_of(request);
    run.compression.at_least = rounds;
    return run_ensemble(solver::find_method("compressed"), about, run,
                        {std::min(networks, request.networks), 1});
}

namespace {

// One change of one way to fuse, and what becomes of the networks that try it.
struct trial {
    std::size_t fusion;  // its index
    solver::model about;
    std::string remedy;  // what it is called among remedies; empty: a change for its times' sake
    int rounds = 0;      // try_networks()
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
    if (plain.init.drawn->scaled) {
        trials.push_back({index, plain, {}, rounds});
        trials.back().about.init.u0 *= more;
    }
    for (int m = 0; m < plain.moments.count(); ++m) {
        trials.push_back({index, plain, {}, rounds});
        trials.back().about.moments = with_larger_inputs(plain.moments, m, more);
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
    const ensemble before = first_of(fusion.networks);
    changes.networks = static_cast<int>(before.runs.size());
    const bool has_norm = request.model.init.drawn->scaled;
    changes.init = theory::unknown;
    bool norm_is_next = has_norm;
    for (const trial& t : trials) {
        if (t.fusion != index) {
            continue;
        }
        if (t.remedy.empty()) {
            const double change =
                t.tried.median(changes.modality) / before.median(changes.modality);
            if (norm_is_next) {
                changes.init = change;
            } else {
                changes.scale.push_back(change);
            }
            norm_is_next = false;
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
            t.tried = try_networks(request, t.about, networks_per_trial, t.rounds);
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
