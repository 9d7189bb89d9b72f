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
    for (const auto s : {scheme::balanced, scheme::gaussian, scheme::gaussian_iid}) {
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
