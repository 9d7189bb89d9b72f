#include "fusionflow/theory/race/variation.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/theory/race/weight_decay.hpp"
#include "tests/support/differences.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using theory::architecture;
using theory::parameter;
using kind = parameter::kind;

BOOST_AUTO_TEST_SUITE(variation)

namespace {

struct change {
    parameter by;
    theory::variation to;
};

std::vector<change> changes_of(const data::moments& moments) {
    return {{{kind::target_scale}, theory::variation::of_target(moments)},
            {{kind::scale, 0}, theory::variation::of_scale(moments, 0)},
            {{kind::scale, 1}, theory::variation::of_scale(moments, 1)},
            {{kind::coupling, 0, 1}, theory::variation::of_coupling(moments, 0, 1)}};
}

// W and E after a step h of the change: weights first.
Eigen::VectorXd saddle_at(const data::moments& moments, const parameter& by, double h,
                          const data::modality_set& learned, double weight_decay) {
    const auto arch = architecture::fused(2, 2, moments.count());
    const auto saddle =
        theory::solve_partial(tests::moved_data(moments, by, h), learned, arch, weight_decay);
    Eigen::VectorXd both(2 * moments.dimension());
    both << saddle.weights, saddle.residual;
    return both;
}

}  // namespace

BOOST_AUTO_TEST_CASE(saddles_move_as_their_differences_do) {
    const auto moments = tests::random_moments({2, 1, 3}, 11);
    const auto arch = architecture::fused(2, 2, 3);
    for (const double weight_decay : {0.0, 0.03}) {
        for (const data::modality_set& learned : std::vector<data::modality_set>{{0}, {0, 2}}) {
            const auto saddle = theory::solve_partial(moments, learned, arch, weight_decay);
            for (const change& c : changes_of(moments)) {
                const auto moving = theory::moving_saddle(moments, saddle, c.to, weight_decay);
                Eigen::VectorXd found(2 * moments.dimension());
                found << theory::slopes_of(moving.weights), theory::slopes_of(moving.residual);
                const double h = 1e-4;
                const auto central = [&](double step) -> Eigen::VectorXd {
                    return (saddle_at(moments, c.by, step, learned, weight_decay) -
                            saddle_at(moments, c.by, -step, learned, weight_decay)) /
                           (2 * step);
                };
                // Truncation h^4, rounding 1e-13/h with the rounds of weight decay.
                const Eigen::VectorXd expected = (4 * central(h) - central(2 * h)) / 3;
                BOOST_TEST((found - expected).norm() < 1e-8 * (1 + expected.norm()));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(weight_decay_pulls_a_scalar_by_one_over_its_variance) {
    // W = (s - lambda)/Sigma for W > 0.
    const auto moments = tests::toy(0.5, 2);
    const auto saddle = theory::solve_partial(moments, {0}, architecture::fused(2, 2, 2), 0.1);
    auto change = theory::variation::none(moments);
    change.weight_decay = 1;
    const auto moving = theory::moving_saddle(moments, saddle, change, 0.1);
    // Rounding of a quotient.
    BOOST_TEST(std::abs(theory::slope_of(moving.weights(0)) + 1.0 / 4) < 1e-14);
    // E_B = s_B - W Sigma_AB, Sigma_AB = rho kappa = 1.
    BOOST_TEST(std::abs(theory::slope_of(moving.residual(1)) - 1.0 / 4) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_change_of_rank_has_no_slope) {
    // Two inputs that are the same: scaled apart they still are of rank one, but a weaker
    // correlation makes them two.
    const data::moments moments({"A", "B"}, {1, 1}, Eigen::Matrix2d::Ones(),
                                Eigen::Vector2d::Ones(), 2);
    const auto saddle = theory::solve_partial(moments, {0, 1});
    const auto scaled =
        theory::moving_saddle(moments, saddle, theory::variation::of_scale(moments, 0), 0);
    // The least-norm solution (c, 1)/(1 + c^2) at c = 1: (0, -1/2).
    BOOST_TEST(std::abs(theory::slope_of(scaled.weights(0))) < 1e-14);
    BOOST_TEST(std::abs(theory::slope_of(scaled.weights(1)) + 0.5) < 1e-14);
    const auto coupled =
        theory::moving_saddle(moments, saddle, theory::variation::of_coupling(moments, 0, 1), 0);
    BOOST_TEST(std::isnan(theory::slope_of(coupled.weights(0))));
}

BOOST_AUTO_TEST_CASE(norms_have_no_slope_at_zero_unless_they_stay) {
    const auto slope = [](double value, double change) {
        const Eigen::VectorXd v = Eigen::Vector2d(value, 0);
        const Eigen::VectorXd d = Eigen::Vector2d(change, 0);
        return theory::slope_of(theory::norm_of(theory::make_dual(v, d)));
    };
    BOOST_TEST(slope(-2, 3) == -3);
    BOOST_TEST(slope(0, 0) == 0);
    BOOST_TEST(std::isnan(slope(0, 1e-30)));
}

BOOST_AUTO_TEST_CASE(powers_keep_their_slope_where_x_to_the_a_minus_one_leaves_the_range) {
    // x^-2 = 1e300 at x = 1e-150, x^-3 would be 1e450; x moves with x.
    const auto high = theory::power(theory::make_dual(1e-150, 1e-150), -2);
    BOOST_TEST(tests::relative(theory::slope_of(high), -2e300) < 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()
