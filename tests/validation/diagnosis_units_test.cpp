#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"
#include "tests/support/units.hpp"

// A diagnosis in other units: what has no unit stays, and times follow.

using namespace fusionflow;
using validation::diagnosis;

BOOST_AUTO_TEST_SUITE(diagnosis_units)

namespace {

constexpr int depth = 3;

// Vectors whose modalities are correlated, and a target that both explain in part.
data::moments plain_moments() { return tests::random_moments({2, 1}, 3); }

// \param depths  Empty: what needs no network.
diagnosis diagnose(const data::moments& moments, double u0, const std::vector<int>& depths) {
    validation::diagnosis_request r =
        validation::request_about(tests::with({{"init", fmt::format("{}", u0)},
                                               {"width", "10"},
                                               {"method", "flow"},
                                               {"clock", "norm"}}),
                                  std::make_shared<const data::moments>(moments), depths);
    r.networks = 1;
    return validation::diagnose(r);
}

// Rounding of moments in other units, times the condition of the correlations (below 1e3).
constexpr double rounding = 1e-12;

void same_shares(const diagnosis& a, const diagnosis& b) {
    BOOST_TEST(a.explains_most == b.explains_most);
    BOOST_TEST(tests::relative(b.explained, a.explained) < rounding);
    for (std::size_t m = 0; m < a.modalities.size(); ++m) {
        const auto& x = a.modalities[m];
        const auto& y = b.modalities[m];
        BOOST_TEST(x.rank == y.rank);
        BOOST_TEST(std::abs(y.alone - x.alone) < rounding);
        BOOST_TEST(std::abs(y.gain - x.gain) < rounding);
        BOOST_TEST(std::abs(y.shapley - x.shapley) < rounding);
        BOOST_TEST(tests::relative(y.condition, x.condition) < rounding);
    }
}

void same_plateaus(const diagnosis& a, const diagnosis& b) {
    BOOST_TEST_REQUIRE(a.plateaus.size() == b.plateaus.size());
    for (std::size_t k = 0; k < a.plateaus.size(); ++k) {
        BOOST_TEST((a.plateaus[k].learned == b.plateaus[k].learned));
        BOOST_TEST(std::abs(a.plateaus[k].loss - b.plateaus[k].loss) < rounding);
    }
}

void times_follow(const std::vector<double>& a, const std::vector<double>& b, double unit,
                  double tolerance) {
    BOOST_TEST_REQUIRE(a.size() == b.size());
    for (std::size_t m = 0; m < a.size(); ++m) {
        BOOST_TEST(tests::relative(b[m], a[m] * unit) < tolerance);
    }
}

// The formula's times end where a layer has the norm 1, so that they change by the part u0 of
// themselves with the unit (docs/theory.md#conventions): in each unit they are as near to the flow
// as they say.
void formula_is_as_good_as_it_says(const validation::fusion_facts& fusion) {
    const auto method = [&](const std::string& name) {
        return std::find_if(fusion.predictions.begin(), fusion.predictions.end(),
                            [&](const auto& p) { return p.method == name; });
    };
    const auto formula = method("formula");
    const auto flow = method("flow");
    BOOST_TEST_REQUIRE((formula != fusion.predictions.end() && flow != fusion.predictions.end()));
    for (std::size_t m = 0; m < formula->answer.times.size(); ++m) {
        BOOST_TEST(tests::relative(formula->answer.times[m], flow->answer.times[m]) <=
                   fusion.formula_errors[m] + 2e-6);
    }
}

// What the formula's end at the norm 1 makes of layers of at most this norm, with a factor for
// what turns.
double unit_of_formula(double largest_init) { return 4 * largest_init; }

void same_fusion(const validation::fusion_facts& a, const validation::fusion_facts& b,
                 double unit) {
    // Two flows err by 10 rtol each, and diagnose takes 1e-7.
    constexpr double flows = 2e-6;
    const double formulas = unit_of_formula(std::max(a.init, b.init));
    BOOST_TEST_REQUIRE(a.predictions.size() == b.predictions.size());
    for (std::size_t k = 0; k < a.predictions.size(); ++k) {
        const bool flow = a.predictions[k].method == "flow";
        BOOST_TEST_CONTEXT(a.predictions[k].method) {
            BOOST_TEST((a.predictions[k].answer.ended == b.predictions[k].answer.ended));
            times_follow(a.predictions[k].answer.times, b.predictions[k].answer.times, unit,
                         flow ? flows : formulas);
        }
    }
    BOOST_TEST(a.networks.ended == b.networks.ended);
    for (std::size_t r = 0; r < a.networks.runs.size(); ++r) {
        times_follow(a.networks.runs[r].times, b.networks.runs[r].times, unit, flows);
    }
    for (std::size_t c = 0; c < a.networks.clocks.size(); ++c) {
        for (std::size_t m = 0; m < a.networks.clocks[c].times.size(); ++m) {
            times_follow({a.networks.clocks[c].times[m].at(0.5)},
                         {b.networks.clocks[c].times[m].at(0.5)}, unit, flows);
        }
    }
    formula_is_as_good_as_it_says(a);
    formula_is_as_good_as_it_says(b);
    BOOST_TEST_REQUIRE((a.sensitivities.has_value() && b.sensitivities.has_value()));
    BOOST_TEST(a.sensitivities->leading.isApprox(b.sensitivities->leading, formulas));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_explained_by_whom_has_no_unit) {
    const auto plain = plain_moments();
    const auto a = diagnose(plain, 0.05, {});
    for (const auto& [first, second, target] :
         {std::array{1e-12, 1e12, 1.0}, std::array{1e12, 1e-12, 1.0}, std::array{1e6, 1.0, 1e-12},
          std::array{1.0, 1e-6, 1e12}, std::array{1e-3, 1e4, 10.0}}) {
        BOOST_TEST_CONTEXT("units " << first << ", " << second << ", target " << target) {
            const auto b =
                diagnose(tests::in_units(plain, Eigen::Vector2d(first, second), target), 0.05, {});
            same_shares(a, b);
        }
    }
}

// With x -> c x, y -> k y and layers times (k/c)^(1/L), time is in units of
// (k/c)^(2/L - 1) / (k c), and nothing else changes.
BOOST_AUTO_TEST_CASE(a_diagnosis_follows_a_common_unit) {
    const auto plain = plain_moments();
    const auto a = diagnose(plain, 0.01, {depth});
    for (const auto& [input, target] :
         {std::pair(1e-3, 1.0), std::pair(1e4, 1.0), std::pair(1.0, 1e-4), std::pair(1e12, 1e12)}) {
        BOOST_TEST_CONTEXT("inputs " << input << ", target " << target) {
            const double layer = std::pow(target / input, 1.0 / depth);
            const double unit = std::pow(target / input, 2.0 / depth - 1) / (input * target);
            const auto b =
                diagnose(tests::in_units(plain, Eigen::Vector2d::Constant(input), target),
                         0.01 * layer, {depth});
            same_shares(a, b);
            same_plateaus(a, b);
            BOOST_TEST(a.order == b.order);
            BOOST_TEST_REQUIRE(a.fusions.size() == b.fusions.size());
            for (std::size_t f = 0; f < a.fusions.size(); ++f) {
                BOOST_TEST_CONTEXT("L_f " << a.fusions[f].fusion) {
                    same_fusion(a.fusions[f], b.fusions[f], unit);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
