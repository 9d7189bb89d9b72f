#include "fusionflow/validation/diagnosis/diagnosis_prospects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::validation {

namespace {

using data::modality_set;
using data::moments;

// Predicted times hold from this number of samples per input on, as measured for two modalities of
// 50 independent inputs each (docs/diagnose.md#who-is-first).
constexpr double enough_samples = 1.5;

int inputs_of(const moments& m, const modality_set& set) {
    return std::accumulate(set.begin(), set.end(), 0,
                           [&](int sum, int i) { return sum + m.dim(i); });
}

prospect_facts judge_left(const diagnosis_request& r, const moments& m, prospect_facts facts,
                          const std::string& name, const modality_set& earlier) {
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
    facts.because = fits_samples ? fmt::format("{} with {:.0f} inputs fit {} samples exactly", who,
                                               facts.needed, r.samples)
                                 : fmt::format("{} explain all that it could", who);
    facts.what = prospect::never;
    if (!facts.growth) {
        return facts;
    }
    const double needed = *facts.growth_needed;
    const double factor = std::exp(needed - *facts.growth);
    facts.because += fmt::format(", and meanwhile {} grows by e^{:.3g} where it needs e^{:.3g}",
                                 name, *facts.growth, needed);
    if (factor > 1) {
        // Two layers that stay at a norm of 1/factor have |W| = 1/factor^2. From about a hundredth
        // on |W| reduces the residual that it grows by.
        facts.because += fmt::format(": its |W| stays {} {:.2g} (it would leak from {:.2g} times "
                                     "these initial weights on)",
                                     factor > 10 ? "near" : "below", 1 / (factor * factor), factor);
    } else {
        facts.what = prospect::leaks;
    }
    return facts;
}

// ln of how much a modality grows while the earlier ones are learned, if it is too small for them
// to feel it; nothing where the flow fails.
std::optional<double> growth_beside(const moments& m, const theory::initialisation& init,
                                    const theory::learning_rates& rates, int modality,
                                    const modality_set& earlier) {
    constexpr double unfelt = 1e-100;
    const auto late = theory::architecture::fused(2, 2, m.count());
    theory::initialisation start{.u0 = init.u0};
    for (int i = 0; i < m.count(); ++i) {
        start.branch_norms.push_back(
            data::contains(earlier, i) ? theory::effective_norm(m, late, init, i) : unfelt);
    }
    solver::run_options options;
    options.rtol = 1e-6;
    options.record = true;
    options.tail = 1e4;  // until the slowest directions of the others are learned
    const solver::model about{
        .moments = m, .architecture = late, .init = start, .training = {.rates = rates}};
    const solver::answer run = solver::run("flow", about, options);
    if (theory::is_failure(run.ended)) {
        return std::nullopt;
    }
    return std::log(run.path.branch.back()(modality) / run.path.branch.front()(modality));
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

double leading_singular_value(const moments& m, const Eigen::VectorXd& stacked, int modality) {
    return data::decompose_singular(m.matrix(stacked, modality), data::singular_vectors::none)
        .values(0);
}

std::vector<theory::partial_solution> late_saddles(const moments& m,
                                                   const theory::learning_rates& rates) {
    const auto late = theory::architecture::fused(2, 2, m.count());
    const theory::initialisation small{};
    if (rates.equal()) {
        return theory::race(m, late, small).saddles;
    }
    const auto same = theory::at_equal_rates(m, late, small, rates);
    std::vector<theory::partial_solution> saddles;
    for (const auto& saddle : theory::race(same.moments, late, same.init).saddles) {
        saddles.push_back(theory::solve_partial(m, saddle.learned));
    }
    return saddles;
}

std::vector<prospect_facts> judge_prospects(const diagnosis_request& r, const moments& m,
                                            const theory::initialisation& init,
                                            const std::vector<theory::partial_solution>& saddles) {
    const auto late = theory::architecture::fused(2, 2, m.count());
    const theory::learning_rates& rates = r.model.training.rates;
    std::vector<prospect_facts> all(static_cast<std::size_t>(m.count()));
    for (int i = 0; i < m.count(); ++i) {
        // The last saddle at which the modality is not learned: it waits for what is learned there.
        const auto before = std::find_if(saddles.rbegin(), saddles.rend(), [i](const auto& s) {
            return !data::contains(s.learned, i);
        });
        prospect_facts facts;
        facts.residual = leading_singular_value(m, before->residual, i);
        facts.needed = inputs_of(m, before->learned);
        if (before->learned.empty()) {
            facts.because =
                rates.equal()
                    ? fmt::format("small weights learn it first: |s| = {:.6g} is the largest",
                                  facts.residual)
                    : fmt::format("small weights learn it first: its learning rate times |s| is "
                                  "the largest, {:.6g} times {:.6g}",
                                  rates.branch(i), facts.residual);
            all[static_cast<std::size_t>(i)] = facts;
        } else {
            if (facts.residual == 0) {
                facts.growth = growth_beside(m, init, rates, i, before->learned);
                facts.growth_needed = -std::log(theory::effective_norm(m, late, init, i));
            }
            all[static_cast<std::size_t>(i)] = judge_left(r, m, facts, m.name(i), before->learned);
        }
    }
    return all;
}

}  // namespace fusionflow::validation
