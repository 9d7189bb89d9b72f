#include "fusionflow/theory/clocks/clock.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/theory/partial_solution.hpp"
#include "fusionflow/theory/race/race_clocks.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(clocks)

namespace {

Eigen::VectorXd everything(const data::moments& m) {
    return theory::solve_partial(m, data::all_modalities(m.count())).weights;
}

double read(const char* name, const data::moments& m, const Eigen::VectorXd& weights,
            int modality) {
    return theory::clocks().find(name).reading(m, everything(m), modality)(weights);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_clock_reads_nothing_without_weights_and_one_in_the_end) {
    const data::moments m = tests::random_moments({3, 2}, 7, 2);
    const Eigen::VectorXd none = Eigen::VectorXd::Zero(m.correlations().size());
    for (const theory::clock* by : theory::clocks().all) {
        for (int k = 0; k < m.count(); ++k) {
            const auto reading = by->reading(m, everything(m), k);
            BOOST_TEST(reading(none) == 0);
            BOOST_TEST(reading(everything(m)) == 1, boost::test_tools::tolerance(1e-13));
            BOOST_TEST(!by->reading(m, none, k));
        }
    }
}

// A direction of inputs without variance moves the norm and no other clock.
BOOST_AUTO_TEST_CASE(power_and_progress_do_not_see_directions_without_variance) {
    Eigen::Matrix3d covariance = Eigen::Matrix3d::Identity();
    covariance(1, 1) = 1e-20;
    const Eigen::Vector3d s(0.5, 1e-20, 0.5);
    const data::moments m({"A", "B"}, {2, 1}, covariance, s, 2);
    const Eigen::Vector3d half(0.25, 0, 0);
    BOOST_TEST(read("progress", m, half, 0) == 0.5, boost::test_tools::tolerance(1e-13));
    BOOST_TEST(read("power", m, half, 0) == 0.25, boost::test_tools::tolerance(1e-13));
    // |W*| = sqrt(0.5^2 + 1^2).
    BOOST_TEST(read("norm", m, half, 0) == 0.25 / std::sqrt(1.25),
               boost::test_tools::tolerance(1e-13));
}

// Toy data with rho = 0.5 and kappa = 2: A alone reaches 1.25, both reach (1, 1): A passes one half
// by every clock when it is learned, and so does B.
BOOST_AUTO_TEST_CASE(formula_reads_clocks_at_the_saddles_of_the_race) {
    const data::moments m = tests::toy(0.5, 2);
    const auto raced = theory::race(m, theory::architecture::fused(3, 3, 2), {.u0 = 1e-3});
    const auto all = theory::clocks_of(m, raced);
    BOOST_REQUIRE(all.size() == 3U);
    for (const theory::clock_times& clock : all) {
        BOOST_TEST(clock.times == raced.answer.times, boost::test_tools::per_element());
    }
}

// A proxy carries weight for another modality and makes progress of its own only when that one is
// learned. B alone would get w = 0.8; in the end it has -0.1, since A carries y.
BOOST_AUTO_TEST_CASE(progress_of_a_proxy_waits_for_the_modality_it_stands_for) {
    Eigen::Matrix2d covariance;
    covariance << 0.25, 0.45, 0.45, 1;
    const Eigen::Vector2d target(2, -0.1);
    const Eigen::Vector2d s = covariance * target;
    const data::moments m({"A", "B"}, {1, 1}, covariance, s, target.dot(s));
    theory::race_result late;
    late.answer.times = {50, 10};
    late.saddles = {theory::solve_partial(m, {}), theory::solve_partial(m, {1}),
                    theory::solve_partial(m, {0, 1})};
    const auto all = theory::clocks_of(m, late);
    BOOST_TEST(all[0].times[1] == 10);  // norm
    BOOST_TEST(all[1].times[1] == 10);  // power
    BOOST_TEST(all[2].times[1] == 50);  // progress
    BOOST_TEST(all[2].times[0] == 50);
}

BOOST_AUTO_TEST_SUITE_END()
