#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/finite/refined.hpp"
#include "fusionflow/theory/finite/width_law.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/prediction/predict.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(schemes)

namespace {

const auto late = theory::architecture::fused(2, 2, 2);

// Variance 1/(3 columns), as linear layers of PyTorch begin: u0 has no say.
constexpr theory::scheme fan_in = {
    .name = "fan-in",
    .about = "variance of a third over the inputs",
    .power = [](const theory::layer_entries& of) { return of.count / (3 * of.columns); },
    .scaled = false};

}  // namespace

BOOST_AUTO_TEST_CASE(names_read_back) {
    for (const auto* s : theory::schemes().all) {
        BOOST_TEST((&theory::schemes().find(s->name) == s));
        BOOST_TEST(s->balanced == (s->power == nullptr));
    }
    BOOST_CHECK_EXCEPTION(
        (void)theory::schemes().find("orthogonal"), data::input_error,
        says("scheme: need balanced, gaussian, gaussian-iid, torch, xavier, xavier-normal, kaiming "
             "or kaiming-normal, got 'orthogonal'"));
}

BOOST_AUTO_TEST_CASE(deviations_are_those_of_the_formulas) {
    // u0 sqrt(share/(rows columns)) and u0.
    const theory::layer_entries entry{.share = 2, .rows = 50, .columns = 4};
    const auto sd = [&](const theory::scheme* drawn) {
        return theory::initialisation{.u0 = 0.3, .drawn = drawn}.norm_of(entry);
    };
    BOOST_TEST(std::abs(sd(scheme::gaussian) - 0.3 * 0.1) < 1e-16);
    BOOST_TEST(sd(scheme::gaussian_iid) == 0.3);
    BOOST_TEST(std::abs(sd(&fan_in) - std::sqrt(1 / 12.0)) < 1e-16);
}

BOOST_AUTO_TEST_CASE(squares_of_entries_add_up) {
    for (const auto* s : {scheme::gaussian, scheme::gaussian_iid, &fan_in}) {
        const double one = s->power({.share = 3, .rows = 7, .columns = 11});
        const double many = s->power({.share = 3, .rows = 7, .columns = 11, .count = 20});
        BOOST_TEST(std::abs(many - 20 * one) < 1e-14 * many);
    }
}

BOOST_AUTO_TEST_CASE(norms_are_kept_where_a_layer_has_its_share_at_any_size) {
    for (const auto* s : {scheme::gaussian, scheme::gaussian_iid, &fan_in}) {
        bool kept = true;
        for (const double width : {3.0, 1e6}) {
            const double all = s->power(
                {.share = 2, .rows = width, .columns = 2 * width, .count = 2 * width * width});
            kept &= std::abs(all - 2) < 1e-14;
        }
        BOOST_TEST(s->keeps_norms == kept);
    }
}

BOOST_AUTO_TEST_CASE(a_scheme_that_nobody_knows_has_its_grams_and_norms) {
    const auto moments = tests::random_moments({3, 2}, 4);
    const theory::initialisation init{.u0 = 0.1, .drawn = &fan_in, .width = 50};
    // H sd^2 of the first layer, 50/(3 D), and of the last one, whose columns are those of both
    // branches: 50/(3 x 100).
    const auto gram = theory::expected_grams(moments, init)[0];
    BOOST_TEST(std::abs(gram(0, 0) - 50 / 9.0) < 1e-14);
    BOOST_TEST(std::abs(gram(3, 3) - 1 / 6.0) < 1e-15);
    BOOST_TEST(std::abs(gram.sum() - (3 * 50 / 9.0 + 1 / 6.0)) < 1e-13);
    const double norm = std::sqrt(50 / 9.0 + 1 / 6.0) / 2;
    BOOST_TEST(std::abs(theory::effective_norm(moments, late, init, 0) - norm) < 1e-15);
}

BOOST_AUTO_TEST_CASE(a_scheme_that_nobody_knows_is_predicted) {
    // Variance 1e-8 whatever u0: what gaussian-iid has at u0 = 1e-4.
    constexpr theory::scheme fixed = {
        .name = "fixed",
        .about = "standard deviation 1e-4",
        .power = [](const theory::layer_entries& of) { return 1e-8 * of.count; },
        .scaled = false};
    const auto moments = tests::toy(0.5, 2);
    const theory::initialisation own{.u0 = 0.7, .drawn = &fixed, .width = 20};
    const theory::initialisation same{.u0 = 1e-4, .drawn = scheme::gaussian_iid, .width = 20};
    const auto mine = theory::refined_two_layer(moments, late, own);
    const auto known = theory::refined_two_layer(moments, late, same);
    BOOST_REQUIRE(mine);
    for (std::size_t m = 0; m < 2; ++m) {
        BOOST_TEST(std::abs(mine->times[m] / known->times[m] - 1) < 1e-12);
    }
    BOOST_TEST(theory::predict(moments, late, own, {}).refined.has_value());
    BOOST_TEST(theory::missing_law(late, own) == "the law is that of gaussian networks");
}

BOOST_AUTO_TEST_CASE(variances_are_those_of_pytorch) {
    // torch.nn.Linear: 1/(3 fan_in); torch.nn.init: gain^2 2/(fan_in + fan_out), gain^2/fan_in.
    const theory::layer_entries entry{.share = 2, .rows = 50, .columns = 8};
    const auto variance = [&](const char* name, double gain) {
        const double sd =
            theory::initialisation{.drawn = &theory::schemes().find(name), .gain = gain}.norm_of(
                entry);
        return sd * sd;
    };
    BOOST_TEST(std::abs(variance("torch", 1) * 24 - 1) < 1e-14);
    for (const char* name : {"xavier", "xavier-normal"}) {
        BOOST_TEST(std::abs(variance(name, 3) * 58 / 18 - 1) < 1e-14);
    }
    for (const char* name : {"kaiming", "kaiming-normal"}) {
        BOOST_TEST(std::abs(variance(name, 3) * 8 / 9 - 1) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(layer_norms_are_the_norms_of_layers) {
    // Branches of 3 and 2 layers below a trunk of 1: the shorter one takes the upper norms.
    const auto moments = tests::random_moments({3, 2}, 4);
    const theory::architecture arch({3, 2}, 1);
    const theory::initialisation init{
        .drawn = scheme::gaussian, .width = 50, .layer_norms = {1, 2, 3, 4}};
    const auto close = [](const std::vector<double>& got, const std::vector<double>& expected) {
        bool all = got.size() == expected.size();
        for (std::size_t j = 0; all && j < got.size(); ++j) {
            all = std::abs(got[j] / expected[j] - 1) < 1e-14;
        }
        return all;
    };
    const double root = std::sqrt(2.0);  // of the modalities' share
    BOOST_TEST(close(theory::expected_norms(moments, arch, init, 0), {1, 2, 3 * root, 4 * root}));
    BOOST_TEST(close(theory::expected_norms(moments, arch, init, 1), {2, 3 * root, 4 * root}));
}

BOOST_AUTO_TEST_CASE(equal_layer_norms_are_u0_in_two_layers) {
    const auto moments = tests::random_moments({3, 2}, 4);
    const theory::initialisation same = tests::gaussian(1e-3, 50);
    const theory::initialisation norms{
        .drawn = scheme::gaussian, .width = 50, .layer_norms = {1e-3, 1e-3}};
    const auto expected = theory::refined_two_layer(moments, late, same)->times;
    const auto got = theory::refined_two_layer(moments, late, norms)->times;
    for (std::size_t m = 0; m < 2; ++m) {
        BOOST_TEST(std::abs(got[m] / expected[m] - 1) < 1e-12);
        const int i = static_cast<int>(m);
        BOOST_TEST(std::abs(theory::effective_norm(moments, late, norms, i) /
                                theory::effective_norm(moments, late, same, i) -
                            1) < 1e-13);
    }
}

BOOST_AUTO_TEST_CASE(formulas_say_where_they_know_no_norm) {
    const auto moments = tests::random_moments({3, 2}, 4);
    for (const auto& arch :
         {theory::architecture::fused(2, 1, 2), late, theory::architecture::fused(4, 2, 2)}) {
        for (const char* name : {"torch", "xavier", "kaiming-normal"}) {
            const theory::initialisation init{.drawn = &theory::schemes().find(name)};
            const auto found = theory::predict(moments, arch, init, {});
            BOOST_TEST((found.leading.ended == theory::outcome::no_plateau));
            for (std::size_t m = 0; m < 2; ++m) {
                BOOST_TEST(!found.no_plateau[m].empty());
                BOOST_TEST(std::isnan(found.leading.times[m]));
                BOOST_TEST((!found.refined || std::isnan(found.refined->times[m])));
            }
            BOOST_TEST(!found.law.has_value());
        }
    }
    const theory::initialisation small{
        .drawn = scheme::gaussian, .width = 50, .layer_norms = {0.1, 0.2, 0.1}};
    const auto deep = theory::predict(moments, theory::architecture::fused(3, 3, 2), small, {});
    BOOST_TEST(deep.no_plateau[0] ==
               "its layers begin with norms from 0.1 to 0.2, and the formulas for this depth and "
               "fusion need one norm for all, below 1");
}

BOOST_AUTO_TEST_CASE(a_small_gain_is_a_small_start) {
    // kaiming-normal has sd^2 = gain^2/fan_in: two layers then grow like gaussian-iid ones would
    // with other deviations, and the formula has their time.
    const auto moments = tests::toy(0.5, 2);
    const theory::initialisation init{
        .drawn = &theory::schemes().find("kaiming-normal"), .width = 20, .gain = 1e-4};
    const auto found = theory::refined_two_layer(moments, late, init);
    const auto from_grams =
        theory::refined_two_layer(moments, late, theory::expected_grams(moments, init));
    for (std::size_t m = 0; m < 2; ++m) {
        BOOST_TEST(std::isfinite(found->times[m]));
        BOOST_TEST(std::abs(found->times[m] / from_grams->times[m] - 1) < 1e-12);
    }
}

BOOST_AUTO_TEST_SUITE_END()
