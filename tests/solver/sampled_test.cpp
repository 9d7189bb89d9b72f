#include "fusionflow/solver/compact/sampled.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/krylov.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
namespace scheme = fusionflow::tests::scheme;

namespace {

struct statistics {
    double mean = 0;
    double deviation = 0;
};

statistics of(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    statistics s;
    for (const double v : values) {
        s.mean += v / n;
    }
    for (const double v : values) {
        s.deviation += (v - s.mean) * (v - s.mean) / (n - 1);
    }
    s.deviation = std::sqrt(s.deviation);
    return s;
}

// Two-sample Kolmogorov-Smirnov test, asymptotic p-value with Stephens' correction.
double same_distribution(std::vector<double> a, std::vector<double> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const auto n = static_cast<double>(a.size());
    double apart = 0;
    for (const auto& values : {a, b}) {
        for (const double v : values) {
            const auto below = [v](const std::vector<double>& of) {
                return static_cast<double>(std::upper_bound(of.begin(), of.end(), v) - of.begin());
            };
            apart = std::max(apart, std::abs(below(a) - below(b)) / n);
        }
    }
    const double root = std::sqrt(n / 2);
    const double lambda = (root + 0.12 + 0.11 / root) * apart;
    double p = 0;
    for (int k = 1; k <= 100; ++k) {
        p += (k % 2 == 1 ? 2 : -2) * std::exp(-2 * k * k * lambda * lambda);
    }
    return std::clamp(lambda < 0.2 ? 1.0 : p, 0.0, 1.0);
}

struct half_heights {
    std::vector<double> a;
    std::vector<double> b;
};

half_heights times(const tests::deep_toy& t, std::string_view form, int seeds, double rate,
                   int rounds, std::uint64_t first_seed) {
    tests::network_options options;
    options.learning_rate = rate;
    options.flow.tail = 0;
    half_heights all;
    for (int i = 0; i < seeds; ++i) {
        const auto growth = tests::growth_of(t.moments, t.arch, t.init, form,
                                             first_seed + static_cast<std::uint64_t>(i));
        while (growth->rounds() < rounds) {
            growth->grow();
        }
        const auto run = solver::train(tests::model_of(t.moments, t.arch, t.init, options),
                                       options.run(), growth->network(rounds));
        all.a.push_back(run.times[0]);
        all.b.push_back(run.times[1]);
    }
    return all;
}

// Compressed draws and sampled networks, the smallest of the p-values of t_A and t_B over fusion
// depths 1 ... 4 and both widths, times their number (Bonferroni).
double smallest_p(int seeds, double u0, double rate, int rounds) {
    double smallest = 1;
    int tests = 0;
    for (const std::int64_t width : {50, 100}) {
        for (int fusion = 1; fusion <= 4; ++fusion) {
            const auto t = tests::deep_toy_fused_at(fusion, u0, width);
            const auto drawn = times(t, "compressed", seeds, rate, rounds, 1);
            const auto sampled = times(t, "sampled", seeds, rate, rounds, 100001);
            for (const double p :
                 {same_distribution(drawn.a, sampled.a), same_distribution(drawn.b, sampled.b)}) {
                BOOST_TEST_MESSAGE("H = " << width << ", fusion " << fusion << ": p = " << p);
                smallest = std::min(smallest, p);
                ++tests;
            }
        }
    }
    return tests * smallest;
}

struct mean_and_sd {
    double mean;
    double sd;
};

// Within three standard errors of a mean over 4 seeds with this deviation.
void has_mean(const std::vector<double>& values, const mean_and_sd& expected) {
    const statistics s = of(values);
    const auto n = static_cast<double>(values.size());
    const double error = std::hypot(s.deviation / std::sqrt(n), expected.sd / std::sqrt(4.0));
    BOOST_TEST_MESSAGE(s.mean << " +- " << s.deviation << " (sd), expected " << expected.mean
                              << " +- " << expected.sd);
    BOOST_TEST(std::abs(s.mean - expected.mean) < 3 * error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sampled)

BOOST_AUTO_TEST_CASE(sampled_and_compressed_networks_have_the_same_distribution_of_times) {
    // Fixed seeds: this passes always or never. All rounds have equal distributions.
    BOOST_TEST(smallest_p(100, 0.25, 0.05, 4) > 0.01);
}

BOOST_AUTO_TEST_CASE(a_test_of_distributions_sees_another_width) {
    const auto narrow = times(tests::deep_toy_fused_at(4, 0.25, 50), "sampled", 150, 0.05, 3, 1);
    const auto wide = times(tests::deep_toy_fused_at(4, 0.25, 65), "sampled", 150, 0.05, 3, 1001);
    BOOST_TEST(same_distribution(narrow.a, wide.a) < 0.01);
}

BOOST_AUTO_TEST_CASE(means_at_large_widths_are_those_of_the_theory_page) {
    // docs/theory.md#sampled-networks: u0 = 0.1, eta = 0.04.
    const auto late = [](std::int64_t width) {
        return times(tests::deep_toy_fused_at(4, 0.1, width), "sampled", 24, 0.04, 3, 1);
    };
    const auto intermediate = [](std::int64_t width) {
        return times(tests::deep_toy_fused_at(2, 0.1, width), "sampled", 24, 0.04, 3, 1);
    };
    const auto b4 = intermediate(10'000);
    has_mean(b4.a, {65.18, 0.33});
    has_mean(b4.b, {67.07, 0.34});
    const auto b6 = intermediate(1'000'000);
    has_mean(b6.a, {95.77, 0.04});
    has_mean(b6.b, {97.66, 0.06});
    const auto l4 = late(10'000);
    has_mean(l4.a, {98.67, 0.56});
    has_mean(l4.b, {496.1, 7.3});
    const auto l6 = late(1'000'000);
    has_mean(l6.a, {145.25, 0.09});
    has_mean(l6.b, {725.3, 1.1});
}

BOOST_AUTO_TEST_CASE(bases_that_fill_a_narrow_layer_hold_the_whole_matrix) {
    // Closed: every layer is there whole, its square norm is sd^2 times its size on average. The
    // space of five has only four directions that anything reaches: one from its input, three from
    // above.
    // Sums of k squares over n draws have a relative standard error of sqrt(2/(k n)).
    const theory::initialisation init{.u0 = 1, .drawn = scheme::gaussian_iid};
    const solver::hidden_widths hidden{{{3, 4}, {5}}, {3}};
    const std::vector<int> dims = {2, 1};
    constexpr int draws = 2000;
    std::vector<double> squares(6, 0);
    constexpr std::array sizes = {6, 12, 12, 5, 15, 3};
    for (int seed = 0; seed < draws; ++seed) {
        solver::network_sampler growth(dims, hidden, 1, init, static_cast<std::uint64_t>(seed));
        for (int round = 0; round < 12; ++round) {
            growth.grow();
        }
        BOOST_REQUIRE(growth.closed_at(11));
        const auto n = growth.network(11);
        std::vector<solver::layer> layers = n.shape.branch(0);
        layers.insert(layers.end(), n.shape.branch(1).begin(), n.shape.branch(1).end());
        layers.insert(layers.end(), n.shape.trunk().begin(), n.shape.trunk().end());
        for (std::size_t l = 0; l < layers.size(); ++l) {
            squares[l] += solver::matrix(n.weights.data(), layers[l]).squaredNorm() / draws;
        }
        BOOST_REQUIRE(layers[3].rows == 4);
    }
    for (std::size_t l = 0; l < sizes.size(); ++l) {
        const auto size = static_cast<double>(sizes[l]);
        BOOST_TEST(std::abs(squares[l] / size - 1) < 4 * std::sqrt(2 / (size * draws)));
    }
}

BOOST_AUTO_TEST_CASE(initial_total_weights_have_the_variance_of_a_product_at_any_widths) {
    // E|W|^2 of a path is D times sd^2 of each layer times all widths; W = product of three layers.
    for (const std::int64_t scale : {1L, 1'000'000'000L}) {
        const std::vector<std::int64_t> widths = {30 * scale, 700 * scale};
        const theory::initialisation init{.u0 = 1, .drawn = scheme::gaussian, .widths = widths};
        const auto moments = tests::random_moments({3}, 1);
        const theory::architecture arch({3}, 0);
        std::vector<double> squares;
        for (std::uint64_t seed = 0; seed < 3000; ++seed) {
            const auto growth = tests::growth_of(moments, arch, init, "sampled", seed);
            growth->grow();
            const auto n = growth->network(1);
            solver::network_gradient gradient(n.shape, moments);
            Eigen::VectorXd total(3);
            gradient.total_weights(n.weights.data(), total);
            squares.push_back(total.squaredNorm());
        }
        // Norms u0 = 1 of all layers: 1/(3 h1), 1/(h1 h2) and 1/h2 per entry.
        const double h1 = static_cast<double>(widths[0]);
        const double h2 = static_cast<double>(widths[1]);
        const double expected = 3 * (1 / (3 * h1)) * h1 * (1 / (h1 * h2)) * h2 * (1 / h2);
        const statistics s = of(squares);
        BOOST_TEST_MESSAGE(s.mean / expected);
        BOOST_TEST(std::abs(s.mean - expected) < 4 * s.deviation / std::sqrt(3000.0));
    }
}

BOOST_AUTO_TEST_CASE(more_rounds_go_on_from_fewer_and_the_seed_decides) {
    const auto t = tests::deep_toy_fused_at(3, 0.1, 1'000'000'000'000);
    const auto sample = [&](std::uint64_t seed, int rounds) {
        auto growth = tests::growth_of(t.moments, t.arch, t.init, "sampled", seed);
        while (growth->rounds() < rounds) {
            growth->grow();
        }
        return growth;
    };
    BOOST_TEST((sample(1, 3)->network(3).weights == sample(1, 6)->network(3).weights));
    BOOST_TEST((sample(1, 3)->network(3).weights != sample(2, 3)->network(3).weights));
    BOOST_TEST(sample(1, 6)->network(6).shape.size() < 2000);
}

BOOST_AUTO_TEST_CASE(refuses_weights_that_are_not_independent) {
    BOOST_CHECK_EXCEPTION(
        solver::network_sampler({1}, {{{5}}, {}}, 1, {}, 1), data::input_error,
        tests::says("scheme: need gaussian, gaussian-iid, torch, xavier, xavier-normal, "
                    "kaiming or kaiming-normal to sample entries"));
}

BOOST_AUTO_TEST_SUITE_END()

// By hand: --run_test=sampled_many.
BOOST_AUTO_TEST_SUITE(sampled_many, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(the_same_with_400_seeds_and_small_steps) {
    BOOST_TEST(smallest_p(400, 0.1, 0.04, 4) > 0.01);
}

BOOST_AUTO_TEST_SUITE_END()
