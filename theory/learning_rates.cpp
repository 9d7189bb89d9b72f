#include "fusionflow/theory/learning_rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/scaled_inputs.hpp"

namespace fusionflow::theory {

namespace {

// Factors that a training could have. It keeps powers of them, for paths of a thousand layers as
// for those of two, far from what only rounding tells apart.
constexpr double most_factor = 1e6;

void check_factor(double g) {
    data::need(g >= 1 / most_factor && g <= most_factor, "learning-rates",
               "need factors within 1e-6 ... 1e6, got {}", g);
}

}  // namespace

bool learning_rates::equal() const noexcept {
    return trunk == 1 &&
           std::all_of(branches.begin(), branches.end(), [](double g) { return g == 1; });
}

void learning_rates::validate(int modalities) const {
    data::need(branches.empty() || static_cast<int>(branches.size()) == modalities,
               "learning-rates", "need {} factors, one per modality, got {}", modalities,
               branches.size());
    std::for_each(branches.begin(), branches.end(), check_factor);
    check_factor(trunk);
}

std::vector<double> input_factors(const architecture& arch, const learning_rates& rates) {
    std::vector<double> factors;
    factors.reserve(arch.branches().size());
    for (int m = 0; m < arch.count(); ++m) {
        factors.push_back(std::pow(rates.branch(m), arch.branch(m) / 2.0) *
                          std::pow(rates.trunk, arch.shared() / 2.0));
    }
    return factors;
}

equal_rates_model at_equal_rates(const data::moments& moments, const architecture& arch,
                                 const initialisation& init, const learning_rates& rates) {
    rates.validate(moments.count());
    try {
        equal_rates_model same{data::scale_inputs(moments, input_factors(arch, rates)), init};
        same.init.branch_factors.clear();
        for (int m = 0; m < moments.count(); ++m) {
            same.init.branch_factors.push_back(init.branch_factor(m) / std::sqrt(rates.branch(m)));
        }
        same.init.trunk_factor = init.trunk_factor / std::sqrt(rates.trunk);
        return same;
    } catch (const data::input_error& e) {
        throw data::input_error(
            "learning-rates",
            fmt::format("need factors nearer 1: at one rate the same network has inputs beyond the "
                        "range of numbers ({})",
                        e.what()));
    }
}

}  // namespace fusionflow::theory
