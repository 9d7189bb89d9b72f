#include "fusionflow/validation/diagnosis/diagnosis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/equal_rates.hpp"
#include "fusionflow/theory/attribution.hpp"
#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_advice.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_prospects.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/trials.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

using data::modality_set;
using data::moments;

// The recorded run goes on well past the last half-height, to see where training comes to rest.
constexpr double settling_tail = 4;
constexpr double tail_of_wide_data = 1;

// Networks of a diagnosis have random weights, larger than theory assumes, and are integrated no
// more accurately than their quantiles need: |W_m(t)| to 1e-2, which moves a time by a smaller part
// of itself, since weights grow by many times themselves until then. max-steps ends those that
// wait too long on stiff data.
constexpr auto defaults =
    std::to_array<std::pair<const char*, const char*>>({{"scheme", "gaussian"},
                                                        {"init", "0.1"},
                                                        {"accuracy", "1e-2"},
                                                        {"rtol", "1e-5"},
                                                        {"max-steps", "1e5"},
                                                        {"clock", "progress"}});

std::vector<modality_facts> describe(const moments& m, const theory::attribution& shares) {
    std::vector<modality_facts> all;
    for (int i = 0; i < m.count(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const data::conditioning seen = data::conditioning_of(m.covariance_of(i));
        all.push_back({m.name(i), m.dim(i), seen.rank,
                       leading_singular_value(m, m.correlations(), i), shares.alone[at],
                       shares.conditional_gain[at], shares.shapley[at], seen.condition});
    }
    return all;
}

std::vector<int> by_strength(const std::vector<modality_facts>& all) {
    std::vector<int> order(all.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return all[static_cast<std::size_t>(a)].strength >
               all[static_cast<std::size_t>(b)].strength;
    });
    return order;
}

std::vector<plateau_facts> describe_plateaus(const diagnosis_request& r, const moments& m,
                                             const std::vector<theory::partial_solution>& saddles) {
    std::vector<plateau_facts> all;
    for (const theory::partial_solution& s : saddles) {
        plateau_facts facts{s.learned, s.loss / (m.target_power() / 2), std::nullopt};
        if (r.held_out) {
            facts.held_out =
                solver::loss(*r.held_out, s.weights) / (r.held_out->target_power() / 2);
        }
        all.push_back(std::move(facts));
    }
    return all;
}

std::vector<double> losses_along(const moments& held_out, const solver::trajectory& path) {
    std::vector<double> losses;
    for (const Eigen::VectorXd& weights : path.weights) {
        losses.push_back(solver::loss(held_out, weights));
    }
    return losses;
}

stopping_facts when_to_stop(const std::vector<double>& losses, std::size_t within,
                            const solver::answer& run) {
    const auto end = losses.begin() + static_cast<std::ptrdiff_t>(within);
    const auto least = std::min_element(losses.begin(), end);
    stopping_facts facts{losses.front(),
                         *least,
                         run.path.time[static_cast<std::size_t>(least - losses.begin())],
                         losses[within - 1],
                         {}};
    for (std::size_t m = 0; m < run.times.size(); ++m) {
        if (run.times[m] <= facts.least_time) {
            facts.learned_then = data::with(std::move(facts.learned_then), static_cast<int>(m));
        }
    }
    return facts;
}

// Drops the weights of a path: figures do not show them, and for many inputs they fill the memory.
solver::trajectory without_weights(solver::trajectory path) {
    path.weights.clear();
    path.branch.clear();
    return path;
}

// What of a path is within the budget: its first instants.
std::size_t instants_within(const diagnosis_request& r, const solver::trajectory& path) {
    if (!r.epochs) {
        return path.size();
    }
    const double budget = budget_time(r);
    const auto end = std::upper_bound(path.time.begin(), path.time.end(), budget);
    return std::max<std::size_t>(1, static_cast<std::size_t>(end - path.time.begin()));
}

// Trains the first network, records its path and fills in the facts that are read from it. The
// rounds of compression that it needs are found without the path, which goes on for several times
// as long.
void watch_network(const diagnosis_request& r, const solver::model& about, fusion_facts& facts) {
    solver::run_options longer = run_of(r);
    if (has_wide_data(about)) {
        const solver::answer first = solver::run("compressed", about, longer);
        longer = run_after(longer, about, first.network->rounds);
    }
    longer.tail = has_wide_data(about) ? tail_of_wide_data : settling_tail;
    longer.record = true;
    longer.sketch = true;
    solver::answer run = solver::run("compressed", about, longer);
    if (r.held_out) {
        facts.held_out_loss = losses_along(*r.held_out, run.path);
        if (!theory::is_failure(run.ended)) {
            facts.stopping = when_to_stop(facts.held_out_loss, instants_within(r, run.path), run);
        }
    }
    facts.networks.runs.push_back(run_of_answer(run, about.training.seed, 0));
    facts.path = without_weights(std::move(run.path));
}

// Median loss on held-out samples of the networks, when the budget is used up.
std::optional<double> held_out_at_budget(const diagnosis_request& r, const ensemble& networks) {
    std::vector<double> losses;
    for (const ensemble_run& run : networks.runs) {
        if (r.held_out && run.noted.size() > 0) {
            losses.push_back(solver::loss(*r.held_out, run.noted));
        }
    }
    return losses.empty() ? std::nullopt : std::optional(spread_of(losses).at(0.5));
}

// Counts the networks of all ensembles and, after them, the trials. Until it is known how many
// trials there are, they count for a fifth.
class progress_of_all {
public:
    progress_of_all(const diagnosis_request& r, const ensemble_progress& progress)
        : progress_(&progress) {
        const int ensembles = std::accumulate(r.depths.begin(), r.depths.end(), 0);  // L for each L
        networks_ = static_cast<std::size_t>(ensembles) * static_cast<std::size_t>(r.networks) *
                    (1 + r.inits.size());
        all_ = networks_ + (networks_ + 4) / 5;
    }

    // To be called by any thread after each network of an ensemble.
    void one_more() {
        const std::lock_guard lock(mutex_);
        tell(++done_);
    }
    void trials(std::size_t done, std::size_t of) const {
        tell(networks_ + (all_ - networks_) * done / of);
    }

private:
    void tell(std::size_t done) const {
        if (*progress_) {
            (*progress_)(done, all_);
        }
    }

    const ensemble_progress* progress_;
    std::size_t networks_ = 0;
    std::size_t all_ = 0;
    std::mutex mutex_;
    std::size_t done_ = 0;
};

bool knows_a_time(const theory::learning& answer) {
    return std::any_of(answer.times.begin(), answer.times.end(),
                       [](double t) { return !std::isnan(t); });
}

// What predictions and the first network say of one depth and layer of fusion.
fusion_facts begin_fusion(const diagnosis_request& r, const solver::model& about, int depth,
                          int fusion) {
    fusion_facts facts{.depth = depth, .fusion = fusion};
    facts.formula_errors.assign(static_cast<std::size_t>(about.moments.count()), theory::unknown);
    const solver::method* best = solver::best_prediction(about);
    for (const solver::method* how : solver::methods()) {
        if (!solver::predicts(*how) || how->refusal(about)) {
            continue;
        }
        solver::answer found = solver::run(*how, about, r.run);
        if (!found.errors.empty()) {
            facts.formula_errors = found.errors;
        }
        if (found.told_by == &theory::norm_clock || !found.clocks.empty()) {
            const bool is_best = how == best && knows_a_time(found);
            facts.predictions.push_back(
                {std::string(how->name), std::move(found), how->stands(about), is_best});
        }
    }
    if (about.moments.outputs() == 1) {
        const solver::model same = solver::with_equal_rates(about);
        facts.sensitivities = theory::sensitivities(same.moments, same.architecture, same.init, {});
    }
    facts.init = about.init.drawn->scaled ? about.init.u0 : theory::unknown;
    watch_network(r, about, facts);
    return facts;
}

// Trains the other networks: those that were asked for, or more where all are free to choose.
void train_ensemble(const diagnosis_request& r, const solver::model& about,
                    progress_of_all& progress, fusion_facts& facts) {
    const solver::run_options run = run_after(run_of(r), about, facts.networks.runs.front().rounds);
    const auto train_up_to = [&](int count, const ensemble_progress& told) {
        facts.networks = run_ensemble(solver::find_method("compressed"), about, run,
                                      {count, r.jobs}, told, std::move(facts.networks.runs));
    };
    int trained = r.more_networks ? networks_at_first(about, r.networks) : r.networks;
    train_up_to(trained, [&](std::size_t, std::size_t) { progress.one_more(); });
    if (r.more_networks) {
        const int enough = networks_for_medians(about, facts.networks, r.networks);
        if (enough > trained) {
            train_up_to(enough, {});
        }
        for (; trained < r.networks; ++trained) {
            progress.one_more();
        }
    }
    facts.share_at_budget = shares_at_budget(r, about.moments, facts.networks);
    facts.held_out_at_budget = held_out_at_budget(r, facts.networks);
}

// Every depth and fusion, from initial weights of one norm. The first networks of a depth come
// first, each with a thread of its own; `known` gets what is complete.
void describe_fusions(const diagnosis_request& r, double norm, progress_of_all& progress,
                      const std::function<void(fusion_facts)>& known) {
    for (const int depth : r.depths) {
        std::vector<solver::model> models;
        for (int fusion = 1; fusion <= depth; ++fusion) {
            models.push_back(model_of(r, depth, fusion));
            models.back().init.u0 = norm;
        }
        std::vector<fusion_facts> all(models.size());
        for_each_index(all.size(), r.jobs, [&](std::size_t i) {
            all[i] = begin_fusion(r, models[i], depth, static_cast<int>(i) + 1);
            progress.one_more();
        });
        for (std::size_t i = 0; i < all.size(); ++i) {
            train_ensemble(r, models[i], progress, all[i]);
            known(std::move(all[i]));
        }
    }
}

// The factors that were asked for.
std::vector<solved_remedy> solve_remedies(const diagnosis_request& r, const fusion_facts& f) {
    std::vector<solved_remedy> all;
    for (const auto& [to, by] :
         {std::pair(aim::together, r.together), std::pair(aim::budget, r.within_budget)}) {
        if (by) {
            if (auto found = solve_remedy(r, f, to, *by)) {
                all.push_back(std::move(*found));
            }
        }
    }
    return all;
}

int who_is_first(const diagnosis& d) {
    for (const fusion_facts& f : d.fusions) {
        if (const auto first = earliest(f); first && f.fusion == f.depth) {
            return *first;
        }
    }
    return d.order.front();
}

void add_failures(const std::vector<fusion_facts>& fusions, std::vector<std::string>& warnings) {
    for (const fusion_facts& f : fusions) {
        for (const auto& [ended, count] : f.networks.ended) {
            if (theory::is_failure(ended)) {
                warnings.push_back(fmt::format("{} layers fused at {}, from {}: {} of {} "
                                               "networks ended as {}: what they would learn later "
                                               "is unknown",
                                               f.depth, f.fusion, start_text(f), count,
                                               f.networks.runs.size(), ended));
            }
        }
    }
}

void add_large_starts(const std::vector<fusion_facts>& fusions,
                      std::vector<std::string>& warnings) {
    for (const fusion_facts& f : fusions) {
        if (const auto above = networks_that_begin_above(f); above > 0) {
            warnings.push_back(fmt::format(
                "{} layers fused at {}, from {}: in {} of {} networks a modality begins above one "
                "half by the clock {}, so that it has no time",
                f.depth, f.fusion, start_text(f), above, f.networks.runs.size(),
                f.networks.told_by->name));
        }
    }
}

template <typename Number>
void refuse_twice(const char* option, std::vector<Number> values) {
    std::sort(values.begin(), values.end());
    const auto twice = std::adjacent_find(values.begin(), values.end());
    if (twice != values.end()) {
        throw data::input_error(option, fmt::format("{} is there twice", *twice));
    }
}

void check_depths(const std::vector<int>& depths) {
    for (const int depth : depths) {
        if (depth < 1 || depth > 20) {
            throw data::input_error("depths", fmt::format("need 1 ... 20 layers, got {}", depth));
        }
    }
    refuse_twice("depths", depths);
}

void check_request(const diagnosis_request& r) {
    if (r.held_out && (r.held_out->dims() != r.model.moments.dims() ||
                       r.held_out->outputs() != r.model.moments.outputs())) {
        throw data::input_error("held-out", "need the same inputs and targets as in the training "
                                            "samples");
    }
    data::need(r.networks >= 1 && r.networks <= most_repeats, "networks", "need 1 ... {}, got {}",
               most_repeats, r.networks);
    check_depths(r.depths);
    for (const double init : r.inits) {
        data::need(init > 0 && std::isfinite(init), "inits", "need finite norms > 0, got {}", init);
    }
    if (r.inits.size() > most_inits) {
        throw data::input_error(
            "inits", fmt::format("need at most {} norms, got {}", most_inits, r.inits.size()));
    }
    data::need(r.inits.empty() || r.model.init.drawn->scaled, "inits",
               "has no effect with --scheme {}, need {}", r.model.init.drawn->name,
               theory::schemes().names([](const auto& s) { return s.scaled; }));
    refuse_twice("inits", r.inits);
    data::need(!r.epochs || r.model.training.learning_rate, "epochs", "needs --learning-rate");
    data::need(!r.within_budget || r.epochs, "within-budget", "needs --epochs");
    if (r.epochs && !(*r.epochs > 0)) {
        throw data::input_error("epochs", fmt::format("need a number > 0, got {}", *r.epochs));
    }
}

}  // namespace

std::vector<given_option> diagnosis_defaults(const settings& s) {
    std::vector<given_option> open;
    for (const auto& [name, value] : defaults) {
        const bool given = s.has(name) || (name == std::string_view("accuracy") && s.has("rounds"));
        const bool without_effect =
            name == std::string_view("init") && s.has("scheme") && !s.init.drawn->scaled;
        if (!given && !without_effect) {
            open.push_back({name, value});
        }
    }
    return open;
}

diagnosis_request request_about(settings options, std::shared_ptr<const data::moments> moments,
                                const std::vector<int>& depths) {
    const bool rtol_given = options.has("rtol");
    const bool accuracy_given = options.has("accuracy") || options.has("rounds");
    for (const auto& [name, value] : diagnosis_defaults(options)) {
        set_option(options, name, value);
    }
    options.moments = std::move(moments);
    check_depths(depths);
    // build_model() checks the widths, so that it needs a depth: that of the first networks.
    options.depth = depths.empty() ? options.depth : depths.front();
    diagnosis_request request{.model = build_model(options), .run = options.run};
    request.depths = depths;
    request.rtol_given = rtol_given;
    request.accuracy_given = accuracy_given;
    return request;
}

diagnosis diagnose(const diagnosis_request& request, const ensemble_progress& progress,
                   const first_results& first, const first_results& so_far) {
    check_request(request);
    const moments& m = request.model.moments;
    diagnosis d;
    const theory::attribution shares = theory::attribute(m);
    d.modalities = describe(m, shares);
    d.order = by_strength(d.modalities);
    const auto most = std::max_element(
        d.modalities.begin(), d.modalities.end(),
        [](const modality_facts& a, const modality_facts& b) { return a.alone < b.alone; });
    d.explains_most = static_cast<int>(most - d.modalities.begin());
    d.explained = shares.total;
    const auto saddles = late_saddles(m, request.model.training.rates);
    d.prospects = judge_prospects(request, m, request.model.init, saddles);
    d.plateaus = describe_plateaus(request, m, saddles);
    if (first) {
        first(d);
    }
    progress_of_all of_all(request, progress);
    const auto know = [&](std::vector<fusion_facts> diagnosis::*where) {
        return [&, where](fusion_facts facts) {
            (d.*where).push_back(std::move(facts));
            if (so_far) {
                so_far(d);
            }
        };
    };
    describe_fusions(request, request.model.init.u0, of_all, know(&diagnosis::fusions));
    for (const double init : request.inits) {
        describe_fusions(request, init, of_all, know(&diagnosis::further));
    }
    d.first_learned = who_is_first(d);
    try_changes(request, d.fusions,
                [&](std::size_t done, std::size_t of) { of_all.trials(done, of); });
    for (fusion_facts& f : d.fusions) {
        if (f.fusion == f.depth && f.depth > 1) {
            f.solved = solve_remedies(request, f);
        }
    }
    d.advice = advise(request, d);
    add_failures(d.fusions, d.warnings);
    add_failures(d.further, d.warnings);
    add_large_starts(d.fusions, d.warnings);
    add_large_starts(d.further, d.warnings);
    return d;
}

}  // namespace fusionflow::validation
