#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/activations/activation.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(activations)

namespace {

struct bent {
    double value;
    double slope;
};

bent at(const char* name, double z) {
    const auto chosen = solver::activations().parse(name);
    bent b{z, 0};
    chosen->bend({&b.value, 1}, &b.slope, chosen.number);
    return b;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_activation_has_a_slope_below_zero_or_bends) {
    for (const auto* units : solver::activations().all) {
        BOOST_TEST_INFO(units->name);
        BOOST_TEST((units->slope_below == nullptr) != (units->bend == nullptr));
        BOOST_TEST((units == &solver::activations().find(units->name)));
    }
}

BOOST_AUTO_TEST_CASE(gated_units_have_the_slopes_of_their_names) {
    BOOST_TEST(solver::parse_activation("linear").slope() == 1);
    BOOST_TEST(solver::parse_activation("relu").slope() == 0);
    BOOST_TEST(solver::parse_activation("leaky:0.25").slope() == 0.25);
    BOOST_TEST(solver::parse_activation("leaky:1").is_linear());
    BOOST_TEST(!solver::parse_activation("tanh").is_linear());
}

BOOST_AUTO_TEST_CASE(tanh_and_gelu_have_the_values_of_tables) {
    // Digits of tanh 0.5, and of z Phi(z) from tables of the normal distribution: Phi(1) =
    // 0.841344746068543, Phi(-2) = 0.0227501319481792. Tolerances are the digits written down.
    BOOST_TEST(std::abs(at("tanh", 0.5).value - 0.46211715726000976) < 1e-15);
    BOOST_TEST(std::abs(at("gelu", 1).value - 0.841344746068543) < 1e-15);
    BOOST_TEST(std::abs(at("gelu", -2).value + 2 * 0.0227501319481792) < 1e-15);
    BOOST_TEST(at("gelu", 0).value == 0);
    BOOST_TEST(at("gelu", 0).slope == 0.5);
    BOOST_TEST(at("tanh", 0).slope == 1);
}

BOOST_AUTO_TEST_CASE(far_from_zero_they_are_at_their_limits_and_finite) {
    for (const double z : {40.0, 1e3, 1e300}) {
        BOOST_TEST(at("gelu", z).value == z);
        BOOST_TEST(at("gelu", z).slope == 1);
        BOOST_TEST(std::abs(at("gelu", -z).value) < 1e-300);
        BOOST_TEST(std::abs(at("gelu", -z).slope) < 1e-300);
        BOOST_TEST(at("tanh", z).value == 1);
        BOOST_TEST(at("tanh", -z).slope == 0);
    }
}

BOOST_AUTO_TEST_CASE(slopes_are_derivatives) {
    for (const char* name : {"tanh", "gelu"}) {
        for (const double z : {-3.0, -1.0, -0.1, 0.0, 0.4, 2.0, 5.0}) {
            constexpr double h = 1e-5;
            const double difference = (at(name, z + h).value - at(name, z - h).value) / (2 * h);
            // h^2/6 times third derivatives of at most 2, rounding 5e-16/h.
            BOOST_TEST(std::abs(difference - at(name, z).slope) < 2e-10);
        }
    }
}

BOOST_AUTO_TEST_CASE(names_are_read_back) {
    for (const char* name : {"linear", "relu", "leaky:0.1", "leaky:1.5", "tanh", "gelu"}) {
        BOOST_TEST(to_string(solver::parse_activation(name)) == name);
    }
    for (const double slope : {0.0, 0.1, 1.0, 1.5}) {
        BOOST_TEST(solver::parse_activation(to_string(solver::activation{slope})).slope() == slope);
    }
    BOOST_TEST(to_string(solver::parse_activation("leaky:0")) == "relu");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_activation) {
    for (const std::string name : {"sigmoid", "tanh:1", "relu:", ""}) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::parse_activation(name), data::input_error,
            says("activation: need linear, relu, leaky:A, tanh or gelu, got '" + name + "'"));
    }
    for (const std::string name : {"leaky", "leaky:", "leaky:-1", "leaky:1x", "leaky:nan"}) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::parse_activation(name), data::input_error,
            says("activation: need leaky:A with finite A >= 0, got '" + name + "'"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
