#include "fusionflow/theory/finite/effective_start.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "fusionflow/theory/race/small_layers.hpp"
#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::gaussian;
using tests::relative;
using theory::aligned_start;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(effective_start)

namespace {

constexpr double rounding = 1e-14;

}  // namespace

BOOST_AUTO_TEST_CASE(late_fusion_has_full_ends_and_small_layers_between) {
    const auto moments = tests::random_moments({3, 1}, 5);
    const auto start = aligned_start(moments, {{4, 3}, 0}, gaussian(0.1, 10000));
    BOOST_TEST(start.missing.empty());
    // Columns of norm u0/sqrt(D); pairs of layers of 1e-3 that start at (sqrt(2) 1e-3, 0).
    BOOST_TEST(relative(start.weights.first[0].norm(), 0.1 / std::sqrt(3.0)) < rounding);
    BOOST_TEST(relative(start.weights.branches[0][0], std::numbers::sqrt2 * 1e-3) < rounding);
    BOOST_TEST(start.weights.branches[0][1] == 0);
    BOOST_TEST(relative(start.weights.branches[0][2], 0.1) < rounding);
    BOOST_TEST(start.weights.branches[1][0] == 0);
    BOOST_TEST(relative(start.weights.branches[1][1], 0.1) < rounding);
    BOOST_TEST(start.weights.trunk.empty());
}

BOOST_AUTO_TEST_CASE(three_small_layers_start_where_their_chain_blows_up_at_T) {
    const auto start =
        aligned_start(tests::toy(0.5, 2), architecture::fused(5, 5, 2), gaussian(0.1, 10000));
    const auto& layers = start.weights.branches[0];
    BOOST_TEST(layers[0] == layers[1]);
    BOOST_TEST(layers[2] == 0);
    // x' = A^2 + x^2 from 0 takes pi/(2 A).
    const double eps = 1e-3;
    BOOST_TEST(relative(std::numbers::pi / (2 * layers[0]),
                        theory::blow_up_time({1, 1, 1}).time / eps) < 1e-12);
}

BOOST_AUTO_TEST_CASE(trunks_carry_the_root_of_the_number_of_modalities) {
    const auto moments = tests::three_scalars();
    const auto middle =
        aligned_start(moments, architecture::fused(4, 2, 3), gaussian(0.1, 10000)).weights;
    BOOST_TEST(middle.branches[1][0] == 0);
    BOOST_TEST(relative(middle.trunk[0], std::sqrt(1.0 + 3.0) * 1e-3) < rounding);
    BOOST_TEST(relative(middle.trunk[1], std::sqrt(3.0) * 0.1) < rounding);
    const auto early =
        aligned_start(moments, architecture::fused(3, 1, 3), gaussian(0.1, 10000)).weights;
    BOOST_TEST(early.trunk[0] == 0);
    // One fusing matrix of three inputs with norm sqrt(3) u0: columns of norm u0.
    double square = 0;
    for (const auto& w : early.first) {
        square += w.squaredNorm();
    }
    BOOST_TEST(relative(square, 0.01) < rounding);
}

BOOST_AUTO_TEST_CASE(balanced_networks_are_their_own_start) {
    const theory::initialisation init{.branch_norms = {0.3, 0.4}, .trunk_excess = 0.11};
    const auto start = aligned_start(tests::toy(0.5, 2), {{2, 3}, 2}, init).weights;
    BOOST_TEST(std::abs(start.first[0](0)) == 0.3);
    BOOST_TEST((start.branches[1] == std::vector<double>{0.4, 0.4}));
    BOOST_TEST(relative(start.trunk[1], 0.6) < rounding);
}

BOOST_AUTO_TEST_CASE(says_where_there_is_none) {
    const auto moments = tests::toy(0.5, 2);
    const auto says = [&](const architecture& arch, const std::string& what) {
        const auto start = aligned_start(moments, arch, gaussian(0.1, 100));
        BOOST_TEST(start.missing.find(what) != std::string::npos, start.missing);
        BOOST_TEST(start.weights.first.empty());
    };
    says({{3, 3}, 2}, "branches of three layers or more meet a trunk of two or more");
    says({{2, 3}, 2}, "branches of different depth below a trunk");
    says({{11, 11}, 0}, "more than ten layers");
    theory::initialisation iid = gaussian(0.1, 100);
    iid.drawn = tests::scheme::gaussian_iid;
    BOOST_TEST(aligned_start(moments, {{4, 4}, 0}, iid).missing ==
               "layers of gaussian-iid networks are not small");
}

BOOST_AUTO_TEST_SUITE_END()
