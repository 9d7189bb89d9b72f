#include "fusionflow/validation/diagnosis/trials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "fusionflow/data/scaled_inputs.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

constexpr double more = 1.1;  // ten per cent
constexpr int networks_per_trial = 3;
constexpr int networks_per_change = 20;  // where networks are small

// A way to fuse that explains less than this part of what can be explained, within the budget,
// calls for remedies.
constexpr double enough_explained = 0.99;

}  // namespace

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
