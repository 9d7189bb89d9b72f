#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/methods/exact.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/schemes.hpp"
#include "tests/support/units.hpp"

// Flows in other units. One unit for all inputs, x -> c x, and one for the target, y -> k y, turn W
// into (k/c) W. If initial layers go with it, by its L-th root, every path of L layers does the
// same in time t (k/c)^(2/L - 1) / (k c).

using namespace fusionflow;
using theory::architecture;

BOOST_AUTO_TEST_SUITE(units)

namespace {

struct change {
    double input;
    double target;

    [[nodiscard]] double layer(int depth) const { return std::pow(target / input, 1.0 / depth); }
    [[nodiscard]] double time(int depth) const {
        return std::pow(target / input, 2.0 / depth - 1) / (input * target);
    }
    [[nodiscard]] data::moments of(const data::moments& moments) const {
        return tests::in_units(moments, Eigen::VectorXd::Constant(moments.count(), input), target);
    }
};

// 1e-12 ... 1e12 in all.
const std::vector<change> changes = {{1e-12, 1}, {1e12, 1},    {1, 1e-12},  {1, 1e12},
                                     {10, 1e3},  {1e-6, 1e-6}, {1e-4, 1e5}, {1e12, 1e12}};

}  // namespace

BOOST_AUTO_TEST_CASE(balanced_flows_follow_a_common_unit) {
    for (const int depth : {2, 3, 4}) {
        for (int fusion = 1; fusion <= depth; ++fusion) {
            const auto arch = architecture::fused(depth, fusion, 2);
            for (const auto& plain : {tests::toy(0.5, 2), tests::random_moments({2, 1}, 3)}) {
                // Below 1 in every unit: the race, which flows ask for their saddles, needs that.
                const double u0 = depth == 2 ? 1e-12 : depth == 3 ? 1e-6 : 1e-5;
                const auto a = tests::integrate(plain, arch, {.u0 = u0}, {});
                for (const change& c : changes) {
                    const auto b =
                        tests::integrate(c.of(plain), arch, {.u0 = u0 * c.layer(depth)}, {});
                    BOOST_TEST_CONTEXT("L " << depth << ", L_f " << fusion << ", inputs " << c.input
                                            << ", target " << c.target) {
                        BOOST_TEST((a.ended == b.ended));
                        for (std::size_t m = 0; m < 2; ++m) {
                            // Both err by at most 10 rtol.
                            BOOST_TEST(tests::relative(b.times[m], a.times[m] * c.time(depth)) <
                                       2e-8);
                        }
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(exact_flows_follow_a_common_unit) {
    for (const int fusion : {1, 2}) {
        const auto arch = architecture::fused(2, fusion, 2);
        const auto plain = tests::toy(0.5, 2);
        const auto run = [&](const data::moments& moments, double u0) {
            const theory::initialisation init{
                .u0 = u0, .drawn = tests::scheme::gaussian_iid, .width = 20};
            return solver::integrate_exact(tests::model_of(moments, arch, init),
                                           solver::two_layer_start::expected(moments, arch, init),
                                           {});
        };
        const auto a = run(plain, 1e-12);
        for (const change& c : changes) {
            const auto b = run(c.of(plain), 1e-12 * c.layer(2));
            BOOST_TEST_CONTEXT("L_f " << fusion << ", inputs " << c.input << ", target "
                                      << c.target) {
                for (std::size_t m = 0; m < 2; ++m) {
                    BOOST_TEST(tests::relative(b.times[m], a.times[m] * c.time(2)) < 2e-8);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
