#include "fusionflow/validation/settings/settings.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/population.hpp"
#include "fusionflow/data/random_moments.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using tests::refuses_options;
using tests::says;
using tests::with;
using validation::build_model;

BOOST_AUTO_TEST_SUITE(world_settings)

BOOST_AUTO_TEST_CASE(data_without_a_file_come_from_one_of_the_worlds) {
    const auto toy = build_model(with({{"data", "toy"}, {"ratio", "3"}}));
    BOOST_TEST((toy.moments.covariance()(0, 0) == 9));
    const auto random = build_model(with({{"data", "random"}, {"data-seed", "7"}}));
    BOOST_TEST((random.moments.covariance() == data::random_moments({10, 10}, 7).covariance()));
    const auto three = build_model(with({{"data", "random"}, {"dims", "2,3,1"}}));
    BOOST_TEST(three.moments.dims() == std::vector<int>({2, 3, 1}));
    BOOST_TEST(three.architecture.count() == 3);
    BOOST_TEST(!three.population);
}

BOOST_AUTO_TEST_CASE(draws_of_gaussian_data_keep_their_population) {
    const auto population = build_model(with({{"data", "gaussian"}, {"noise", "0.5"}}));
    BOOST_TEST(population.moments.dims() == std::vector<int>({50, 50}));
    // 0.01 x 50 x (3 + 1) explained, 0.25 noise; rounding.
    BOOST_TEST(std::abs(population.moments.target_power() - 2.25) < 1e-14);
    BOOST_TEST(!population.population);
    tests::given options{{"data", "gaussian"}, {"noise", "0.5"},       {"dims", "3,2"},
                         {"variances", "2,1"}, {"input-weight", "-1"}, {"draws", "0"}};
    const auto own = build_model(with(options));
    BOOST_TEST(!own.population);
    options.back().second = "4";
    options.emplace_back("data-seed", "9");
    const auto drawn = build_model(with(options));
    BOOST_TEST_REQUIRE(drawn.population.has_value());
    BOOST_TEST((drawn.population->covariance() == own.moments.covariance()));
    BOOST_TEST((drawn.population->correlation() == own.moments.correlation()));
    const data::moments expected = data::drawn_moments(
        {.dims = {3, 2}, .variances = {2, 1}, .input_weight = -1, .noise = 0.5}, 4, 9);
    BOOST_TEST((drawn.moments.covariance() == expected.covariance()));
    BOOST_TEST(drawn.moments.target_power() == expected.target_power());
}

BOOST_AUTO_TEST_CASE(refuses_options_that_a_world_does_not_have) {
    refuses_options({{"data", "xor"}}, "data: xor needs --samples");
    refuses_options({{"data", "random"}, {"noise", "1"}},
                    "noise: cannot be combined with --data random");
    refuses_options({{"data", "gaussian"}, {"rho", "0.5"}},
                    "rho: cannot be combined with --data gaussian");
    for (const std::string kind : {"random", "gaussian"}) {
        refuses_options({{"samples", "16"}, {"data", kind}},
                        "samples: cannot be combined with --data " + kind);
    }
    refuses_options({{"dims", "3,2"}}, "dims: needs --data random or gaussian");
    refuses_options({{"data", "random"}, {"variances", "3,2"}}, "variances: needs --data gaussian");
    refuses_options({{"input-weight", "1"}}, "input-weight: needs --data gaussian");
    refuses_options({{"data", "random"}, {"draws", "0"}}, "draws: needs --data gaussian");
    refuses_options({{"data-seed", "2"}}, "data-seed: needs --samples, --data random or --draws");
    refuses_options({{"data", "gaussian"}, {"dims", "0,2"}}, "dims: need D >= 1, got 0 at 1");
    refuses_options({{"data", "gaussian"}, {"variances", "1"}},
                    "variances: need one per modality, 2, got 1");
    refuses_options({{"data", "gaussian"}, {"variances", "1,-1"}},
                    "variances: need 1e-50 <= v <= 1e50, got -1");
    validation::settings s;
    BOOST_CHECK_EXCEPTION(set_option(s, "draws", "-1"), data::input_error,
                          says("draws: need at least 0 samples, got -1"));
    BOOST_CHECK_EXCEPTION(set_option(s, "dims", "3,x"), data::input_error,
                          says("dims: need a whole number, got 'x'"));
}

BOOST_AUTO_TEST_SUITE_END()
