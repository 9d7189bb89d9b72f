#include "validation/diagnosis_prospects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "theory/race.hpp"

namespace fusionflow::validation {

namespace {

using data::modality_set;
using data::moments;

// Measured for two modalities of 50 independent inputs each (docs/diagnose.md#who-is-first): below
// the first part of the rank of the earlier ones nothing leaks; predictions hold again above the
// second multiple of all inputs.
constexpr double surely_fitted = 0.9;
constexpr double enough_samples = 1.5;

// At each saddle the modality with the largest residual is learned next.
std::vector<theory::partial_solution> greedy_saddles(const moments& m) {
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
    return Eigen::JacobiSVD<Eigen::MatrixXd>(m.matrix(stacked, modality)).singularValues()(0);
}

std::vector<theory::partial_solution> late_saddles(const moments& m) {
    const theory::initialisation small{};
    return m.outputs() == 1
               ? theory::race_saddles(m, theory::architecture::fused(2, 2, m.count()), small)
               : greedy_saddles(m);
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

}  // namespace fusionflow::validation
