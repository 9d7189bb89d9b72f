#include "fusionflow/solver/networks/draw.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/models.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
namespace scheme = fusionflow::tests::scheme;

BOOST_AUTO_TEST_SUITE(draw)

namespace {

struct drawn {
    drawn(const theory::architecture& arch, const theory::initialisation& init, std::uint64_t seed)
        : moments(tests::random_moments({3, 2}, 1)), shape(moments, arch, init.width),
          weights(solver::draw_weights(shape, moments, init, seed)) {}

    [[nodiscard]] double norm(const solver::layer& l) const {
        return solver::matrix(weights.data(), l).norm();
    }

    data::moments moments;
    solver::network_shape shape;
    solver::state weights;
};

}  // namespace

BOOST_AUTO_TEST_CASE(same_seed_same_digits_and_another_seed_others) {
    const auto arch = theory::architecture::fused(3, 2, 2);
    for (const theory::scheme* s : theory::schemes().all) {
        const theory::initialisation init{.u0 = 0.1, .drawn = s, .width = 5};
        BOOST_TEST((drawn(arch, init, 3).weights == drawn(arch, init, 3).weights));
        BOOST_TEST((drawn(arch, init, 3).weights != drawn(arch, init, 4).weights));
    }
}

BOOST_AUTO_TEST_CASE(balanced_layers_have_their_norms_and_conserve_nothing) {
    // u_f^2 = sum u_m^2 + c; with c = 0 every W^T W - W W^T is zero: drift from zero weights is
    // zero.
    const theory::initialisation init{.width = 6, .branch_norms = {0.3, 0.4}};
    const drawn d(theory::architecture::fused(5, 3, 2), init, 2);
    BOOST_TEST(std::abs(d.norm(d.shape.branch(0)[1]) - 0.3) < 1e-15);
    BOOST_TEST(std::abs(d.norm(d.shape.branch(1)[2]) - 0.4) < 1e-15);
    BOOST_TEST(std::abs(d.norm(d.shape.trunk()[1]) - 0.5) < 1e-15);
    const solver::state nothing(d.weights.size(), 0.0);
    BOOST_TEST(solver::balance_drift(d.shape, nothing, d.weights) < 1e-15);
}

BOOST_AUTO_TEST_CASE(gaussian_layers_have_the_norms_of_the_scheme_on_average) {
    // Frobenius norms squared: u0^2 before the fusion, M u0^2 for the fusing matrix and the trunk.
    // Over n = 200 draws the mean of chi^2_k/k has standard error sqrt(2/(k n)) < 3 % at k >= 10.
    const theory::initialisation init{.u0 = 0.1, .drawn = scheme::gaussian, .width = 10};
    const auto arch = theory::architecture::fused(4, 2, 2);
    double first = 0;
    double fusing = 0;
    double last = 0;
    const int draws = 200;
    for (int seed = 0; seed < draws; ++seed) {
        const drawn d(arch, init, static_cast<std::uint64_t>(seed));
        first += std::pow(d.norm(d.shape.branch(0)[0]), 2) / draws;
        fusing += (std::pow(d.norm(d.shape.branch(0)[1]), 2) +
                   std::pow(d.norm(d.shape.branch(1)[1]), 2)) /
                  draws;
        last += std::pow(d.norm(d.shape.trunk()[1]), 2) / draws;
    }
    BOOST_TEST(std::abs(first / 0.01 - 1) < 0.1);
    BOOST_TEST(std::abs(fusing / 0.02 - 1) < 0.1);
    BOOST_TEST(std::abs(last / 0.02 - 1) < 0.1);
}

BOOST_AUTO_TEST_CASE(entries_of_random_schemes_have_mean_zero_their_variance_and_their_bound) {
    // 100 x 200 entries of the fusing layer: means have a standard error of sd/sqrt(2e4) = 0.7 %,
    // mean squares one of sqrt(2/2e4) = 1 % where entries are normal. The largest of 2e4 uniform
    // entries lies within 1e-3 of its bound sqrt(3) sd; that of normal ones is beyond 3 sd.
    const auto arch = theory::architecture::fused(3, 2, 2);
    for (const theory::scheme* s : theory::schemes().all) {
        if (s->balanced) {
            continue;
        }
        const theory::initialisation init{.u0 = 0.1, .drawn = s, .width = 100};
        const drawn d(arch, init, 1);
        Eigen::MatrixXd all(100, 200);
        for (int m = 0; m < 2; ++m) {
            all.middleCols(Eigen::Index{100} * m, 100) =
                solver::matrix(d.weights.data(), d.shape.branch(m).back());
        }
        const double sd = init.norm_of({.share = 2, .rows = 100, .columns = 200, .above = 1});
        BOOST_TEST(std::abs(all.mean()) < 0.03 * sd);
        BOOST_TEST(std::abs(all.squaredNorm() / 2e4 / (sd * sd) - 1) < 0.04);
        const double largest = all.cwiseAbs().maxCoeff() / sd;
        if (s->uniform) {
            BOOST_TEST(largest <= std::sqrt(3.0));
            BOOST_TEST(largest > 0.998 * std::sqrt(3.0));
        } else {
            BOOST_TEST(largest > 3);
        }
    }
}

BOOST_AUTO_TEST_CASE(layers_have_the_norms_that_are_asked_for) {
    // Mean squares over 200 draws, as above; the fusing matrix and the trunk have M norm^2.
    const theory::initialisation init{
        .drawn = scheme::gaussian, .width = 10, .layer_norms = {2, 0.1, 3}};
    const auto arch = theory::architecture::fused(3, 2, 2);
    double first = 0;
    double fusing = 0;
    double last = 0;
    for (int seed = 0; seed < 200; ++seed) {
        const drawn d(arch, init, static_cast<std::uint64_t>(seed));
        first += std::pow(d.norm(d.shape.branch(0)[0]), 2) / 200;
        fusing += (std::pow(d.norm(d.shape.branch(0)[1]), 2) +
                   std::pow(d.norm(d.shape.branch(1)[1]), 2)) /
                  200;
        last += std::pow(d.norm(d.shape.trunk()[0]), 2) / 200;
    }
    BOOST_TEST(std::abs(first / 4 - 1) < 0.1);
    BOOST_TEST(std::abs(fusing / 0.02 - 1) < 0.1);
    BOOST_TEST(std::abs(last / 18 - 1) < 0.1);
}

BOOST_AUTO_TEST_CASE(iid_entries_have_the_scale_itself) {
    const theory::initialisation init{.u0 = 0.1, .drawn = scheme::gaussian_iid, .width = 40};
    const drawn d(theory::architecture::fused(3, 3, 2), init, 1);
    double square = 0;
    for (const double w : d.weights) {
        square += w * w / static_cast<double>(d.weights.size());
    }
    // 3,480 entries: the mean square has a standard error of 2.4 %.
    BOOST_TEST(std::abs(square / 0.01 - 1) < 0.1);
}

BOOST_AUTO_TEST_CASE(a_scheme_that_nobody_knows_is_drawn) {
    constexpr theory::scheme fan_in = {
        .name = "fan-in",
        .about = "variance of a third over the inputs",
        .power = [](const theory::layer_entries& of) { return of.count / (3 * of.columns); },
        .scaled = false};
    const theory::initialisation init{.u0 = 5, .drawn = &fan_in, .width = 60};
    const drawn d(theory::architecture::fused(4, 2, 2), init, 1);
    // 3,600 entries each: the mean square has a standard error of 2.4 %. The fusing matrix has 120
    // columns.
    const auto mean_square = [&](const solver::layer& l) { return std::pow(d.norm(l), 2) / 3600; };
    BOOST_TEST(std::abs(mean_square(d.shape.trunk()[0]) * 180 - 1) < 0.1);
    BOOST_TEST(std::abs(mean_square(d.shape.branch(1)[1]) * 360 - 1) < 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
