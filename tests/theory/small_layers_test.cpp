#include "fusionflow/theory/race/small_layers.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <stdexcept>

#include "fusionflow/data/random.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::relative;
using theory::blow_up_time;

BOOST_AUTO_TEST_SUITE(small_layers)

namespace {

// The same by brute force: three matrices of finite width, classical Runge-Kutta steps that shrink
// as the layers grow. G_1 and G_3 are seen by one vector only.
double drawn_blow_up(Eigen::Index width, unsigned seed) {
    data::random_source random(seed);
    const double sd = 1 / std::sqrt(static_cast<double>(width));
    struct layers {
        Eigen::VectorXd x;  // G_1 e
        Eigen::MatrixXd g;
        Eigen::VectorXd z;  // G_3^T f
    };
    const auto speed = [](const layers& l) -> layers {
        return {l.g.transpose() * l.z, l.z * l.x.transpose(), l.g * l.x};
    };
    const auto moved = [](const layers& l, double h, const layers& v) -> layers {
        return {l.x + h * v.x, l.g + h * v.g, l.z + h * v.z};
    };
    layers l{random.normal_matrix(width, 1, sd), random.normal_matrix(width, width, sd),
             random.normal_matrix(width, 1, sd)};
    double time = 0;
    // Equal layers a' = a^2 have 1/a to go: at a = 300 what is neglected is far below 1e-3.
    while (l.x.norm() < 300) {
        const double h = 0.05 / std::max(l.x.norm(), 2.0);
        const layers a = speed(l);
        const layers b = speed(moved(l, h / 2, a));
        const layers c = speed(moved(l, h / 2, b));
        const layers d = speed(moved(l, h, c));
        l = moved(moved(moved(moved(l, h / 6, a), h / 3, b), h / 3, c), h / 6, d);
        time += h;
    }
    return time + 1 / l.x.norm();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_limit_is_that_of_drawn_layers_of_growing_width) {
    double sum = 0;
    constexpr int draws = 8;
    for (unsigned seed = 1; seed <= draws; ++seed) {
        sum += drawn_blow_up(400, seed);
    }
    // Scatter and what the limit leaves out are of order 1/sqrt(width).
    BOOST_TEST(relative(sum / draws, blow_up_time({1, 1, 1}).time) < 0.05);
}

BOOST_AUTO_TEST_CASE(the_estimate_bounds_what_larger_trees_change) {
    for (const std::size_t layers : {3U, 4U, 5U}) {
        const std::vector<double> ones(layers, 1.0);
        const auto coarse = blow_up_time(ones, 30);
        const auto fine = blow_up_time(ones, 100);
        BOOST_TEST(fine.units > coarse.units);
        BOOST_TEST(std::abs(coarse.time - fine.time) < coarse.uncertainty);
        BOOST_TEST(fine.uncertainty < 1e-3 * fine.time);
    }
}

BOOST_AUTO_TEST_CASE(time_scales_with_the_layers_and_does_not_ask_for_their_order_backwards) {
    const double once = blow_up_time({1, 2, 3, 1}).time;
    // Exact but for the choice of steps, whose tolerance is 1e-10 each.
    BOOST_TEST(relative(blow_up_time({2, 4, 6, 2}).time, once / 4) < 1e-8);
    BOOST_TEST(relative(blow_up_time({1, 3, 2, 1}).time, once) < 1e-8);
    BOOST_TEST(relative(blow_up_time({1e-80, 2e-80, 3e-80, 1e-80}).time, once * 1e160) < 1e-8);
}

BOOST_AUTO_TEST_CASE(refuses_scales_that_are_none) {
    BOOST_CHECK_THROW((void)blow_up_time({1, 1}), std::invalid_argument);
    BOOST_CHECK_THROW((void)blow_up_time({1, 0, 1}), std::invalid_argument);
    BOOST_CHECK_THROW((void)blow_up_time({1, std::nan(""), 1}), std::invalid_argument);
    BOOST_CHECK_THROW((void)blow_up_time(std::vector<double>(9, 1.0)), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
