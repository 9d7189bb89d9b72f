#include "validation/diagnosis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/error.hpp"
#include "data/pseudo_inverse.hpp"
#include "theory/attribution.hpp"
#include "theory/partial_solution.hpp"
#include "theory/race.hpp"
#include "validation/diagnosis_advice.hpp"
#include "validation/methods.hpp"

namespace fusionflow::validation {

namespace {

using data::modality_set;
using data::moments;

// Networks are wanted to the accuracy of quantiles, and they end well after the last half-height
// where errors on held-out samples are asked for.
constexpr const char* ensemble_accuracy = "1e-4";
constexpr const char* ensemble_rtol = "1e-7";
constexpr double settling_tail = 4;

// Measured for two modalities of 50 independent inputs each (docs/theory.md#finite-samples): below
// the first part of the rank of the earlier ones nothing leaks; predictions hold again above the
// second multiple of all inputs.
constexpr double surely_fitted = 0.9;
constexpr double enough_samples = 1.5;

double leading_singular_value(const moments& m, const Eigen::VectorXd& stacked, int modality) {
    const auto columns = m.matrix(stacked).middleCols(m.offset(modality), m.dim(modality));
    return Eigen::JacobiSVD<Eigen::MatrixXd>(columns).singularValues()(0);
}

std::vector<modality_facts> describe(const moments& m) {
    const theory::attribution shares = theory::attribute(m);
    std::vector<modality_facts> all;
    for (int i = 0; i < m.count(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Eigen::VectorXd values =
            data::decompose(m.covariance().block(m.offset(i), m.offset(i), m.dim(i), m.dim(i)))
                .values;
        const auto rank = static_cast<int>((values.array() > data::rank_tolerance(values)).count());
        all.push_back({m.name(i), m.dim(i), rank, leading_singular_value(m, m.correlations(), i),
                       shares.alone[at], shares.conditional_gain[at], shares.shapley[at],
                       rank > 0 ? values(values.size() - rank) : 0});
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

// The saddles that late fusion meets: at each the modality with the largest residual is learned
// next. Of one target this is the order of equal branches from small weights.
std::vector<theory::partial_solution> late_saddles(const moments& m) {
    std::vector<theory::partial_solution> met = {theory::solve_partial(m, {})};
    while (std::ssize(met.back().learned) < m.count()) {
        double largest = 0;
        int next = -1;
        for (int i = 0; i < m.count(); ++i) {
            const double left = data::contains(met.back().learned, i)
                                    ? 0
                                    : leading_singular_value(m, met.back().residual, i);
            if (left > largest) {
                largest = left;
                next = i;
            }
        }
        if (next < 0) {
            break;
        }
        met.push_back(theory::solve_partial(m, data::with(met.back().learned, next)));
    }
    return met;
}

int inputs_of(const moments& m, const modality_set& set) {
    return std::accumulate(set.begin(), set.end(), 0,
                           [&](int sum, int i) { return sum + m.dim(i); });
}

prospect_facts judge_left(const diagnosis_request& r, const moments& m, prospect_facts facts,
                          const modality_set& earlier) {
    const auto samples = static_cast<double>(r.samples);
    const std::string who = fmt::format("{}", fmt::join(m.names_of(earlier), ", "));
    if (facts.residual > 0) {
        const bool few = r.samples > 0 && samples < enough_samples * m.dimension();
        facts.what = few ? prospect::unreliable : prospect::learned;
        facts.because =
            few ? fmt::format("{} samples for {} inputs: predicted times are those of well "
                              "conditioned data, from {:.0f} samples on",
                              r.samples, m.dimension(), std::ceil(enough_samples * m.dimension()))
                : fmt::format("|residual| = {:.6g} is left to it", facts.residual);
        return facts;
    }
    const bool fits_samples = r.samples > 0 && samples <= facts.needed;
    if (!fits_samples) {
        facts.what = prospect::never;
        facts.because = fmt::format("{} explain all that it could", who);
    } else if (samples <= surely_fitted * facts.needed) {
        facts.what = prospect::never;
        facts.because = fmt::format("{} with {:.0f} inputs fit {} samples exactly", who,
                                    facts.needed, r.samples);
    } else {
        facts.what = prospect::leaks;
        facts.because =
            fmt::format("{} with {:.0f} inputs just fit {} samples: their slowest directions leave "
                        "a part to it, the more the larger the initial weights",
                        who, facts.needed, r.samples);
    }
    return facts;
}

std::vector<prospect_facts> judge_prospects(const diagnosis_request& r, const moments& m,
                                            const std::vector<theory::partial_solution>& saddles) {
    std::vector<prospect_facts> all(static_cast<std::size_t>(m.count()));
    for (int i = 0; i < m.count(); ++i) {
        // The last saddle without it: what it waits for.
        const auto before = std::find_if(saddles.rbegin(), saddles.rend(), [i](const auto& s) {
            return !data::contains(s.learned, i);
        });
        prospect_facts facts;
        facts.residual = leading_singular_value(m, before->residual, i);
        facts.needed = inputs_of(m, before->learned);
        if (before->learned.empty()) {
            facts.because =
                fmt::format("it is learned first: |s| = {:.6g} is the largest", facts.residual);
            all[static_cast<std::size_t>(i)] = facts;
        } else {
            all[static_cast<std::size_t>(i)] = judge_left(r, m, facts, before->learned);
        }
    }
    return all;
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

std::optional<stopping_facts> watch_held_out(const diagnosis_request& r, const settings& s) {
    if (!r.held_out) {
        return std::nullopt;
    }
    settings longer = s;
    longer.simulate.flow.tail = settling_tail;
    const method_result run = find_method("compressed").run(longer, 0, true);
    if (run.path.size() == 0) {
        return std::nullopt;
    }
    stopping_facts facts;
    facts.least = theory::never;
    for (std::size_t i = 0; i < run.path.size(); ++i) {
        const double error = solver::loss(*r.held_out, run.path.weights[i]);
        facts.at_start = i == 0 ? error : facts.at_start;
        facts.at_end = error;
        if (error < facts.least) {
            facts.least = error;
            facts.least_time = run.path.time[i];
        }
    }
    for (int m = 0; m < s.moments->count(); ++m) {
        if (run.answer.times[static_cast<std::size_t>(m)] <= facts.least_time) {
            facts.learned_then = data::with(std::move(facts.learned_then), m);
        }
    }
    return facts;
}

fusion_facts describe_fusion(const diagnosis_request& r, const settings& s, int depth,
                             const ensemble_progress& progress) {
    fusion_facts facts{depth, *s.fusion, {}, {}, {}};
    for (const method& how : method_table()) {
        // Formulas and flows know one target.
        if (how.kind == method_kind::network || how.name == "exact-drawn" ||
            s.moments->outputs() > 1) {
            continue;
        }
        method_result result = how.run(s, 0, false);
        if (result.available) {
            facts.predictions.push_back({std::string(how.name), std::move(result.answer)});
        }
    }
    facts.networks = run_ensemble(build_model(s), s.simulate, {r.networks, r.jobs}, progress);
    facts.stopping = watch_held_out(r, s);
    return facts;
}

settings network_settings(const diagnosis_request& r) {
    settings s = r.model;
    // All are flows; a learning rate is only what their times are counted by.
    std::erase_if(s.given, [](const given_option& g) { return g.name == "learning-rate"; });
    s.simulate.method = solver::training::gradient_flow;
    s.simulate.form = solver::representation::compressed;
    if (!s.has("accuracy") && !s.has("rounds")) {
        set_option(s, "accuracy", ensemble_accuracy);
    }
    if (!s.has("rtol")) {
        set_option(s, "rtol", ensemble_rtol);
    }
    return s;
}

void check_request(const diagnosis_request& r) {
    if (!r.model.moments) {
        throw data::input_error("moments", "need samples or their moments");
    }
    if (r.held_out && (r.held_out->dims() != r.model.moments->dims() ||
                       r.held_out->outputs() != r.model.moments->outputs())) {
        throw data::input_error("held-out", "need the same inputs and targets as in the training "
                                            "samples");
    }
    for (const int depth : r.depths) {
        if (depth < 2 || depth > 20) {
            throw data::input_error("depths", fmt::format("need 2 ... 20 layers, got {}", depth));
        }
    }
    if (r.epochs && !r.model.learning_rate()) {
        throw data::input_error("epochs", "needs --learning-rate");
    }
    if (r.epochs && !(*r.epochs > 0)) {
        throw data::input_error("epochs", fmt::format("need a number > 0, got {}", *r.epochs));
    }
}

}  // namespace

std::string_view to_string(prospect p) {
    switch (p) {
        case prospect::learned: return "learned";
        case prospect::unreliable: return "unreliable";
        case prospect::leaks: return "leaks";
        case prospect::never: break;
    }
    return "never";
}

diagnosis diagnose(const diagnosis_request& request, const ensemble_progress& progress) {
    check_request(request);
    const moments& m = *request.model.moments;
    diagnosis d;
    d.modalities = describe(m);
    d.order = by_strength(d.modalities);
    const auto most = std::max_element(
        d.modalities.begin(), d.modalities.end(),
        [](const modality_facts& a, const modality_facts& b) { return a.alone < b.alone; });
    d.explains_most = static_cast<int>(most - d.modalities.begin());
    d.explained = theory::attribute(m).total;
    const auto saddles = late_saddles(m);
    d.prospects = judge_prospects(request, m, saddles);
    d.plateaus = describe_plateaus(request, m, saddles);
    settings s = network_settings(request);
    for (const int depth : request.depths) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            set_option(s, "depth", std::to_string(depth));
            set_option(s, "fusion", std::to_string(fusion));
            d.fusions.push_back(describe_fusion(request, s, depth, progress));
        }
    }
    d.advice = advise(request, d);
    return d;
}

}  // namespace fusionflow::validation
