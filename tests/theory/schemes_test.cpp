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
        says("scheme: need balanced, gaussian or gaussian-iid, got 'orthogonal'"));
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

BOOST_AUTO_TEST_SUITE_END()
