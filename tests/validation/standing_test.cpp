#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "fusionflow/solver/method.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using tests::given;
using tests::with;

BOOST_AUTO_TEST_SUITE(standing)

namespace {

// Two modalities of two and three inputs: directions turn while they are learned.
validation::settings about(const given& options, int targets = 1) {
    validation::settings s = with(options);
    s.moments = std::make_shared<const data::moments>(tests::random_moments({2, 3}, 7, targets));
    return s;
}

// "exact (statistical)"
std::string best_of(const validation::settings& s) {
    const solver::model model = validation::build_model(s);
    const solver::method* best = solver::best_prediction(model);
    return best == nullptr ? "none"
                           : std::string(best->name) + " (" +
                                 std::string(solver::to_string(best->stands(model))) + ")";
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_exact_method_has_the_times_of_the_network) {
    const std::vector<given> models = {
        {{"init", "0.05"}},
        {{"init", "0.05"}, {"depth", "3"}, {"fusion", "3"}},
        {{"init", "0.05"}, {"depth", "3"}, {"fusion", "1"}},
        {{"init", "0.05"}, {"scheme", "gaussian"}, {"fusion", "1"}},
        {{"init", "0.05"}, {"scheme", "gaussian"}},
        {{"init", "0.05"}, {"scheme", "gaussian"}, {"depth", "3"}, {"fusion", "2"}}};
    int compared = 0;
    for (const given& options : models) {
        given flowing = options;
        flowing.insert(flowing.end(), {{"method", "flow"}, {"width", "20"}});
        const validation::settings s = about(flowing);
        const solver::model model = validation::build_model(s);
        const auto network = tests::answer_of(s, "full");
        for (const solver::method* how : solver::methods()) {
            if (how->refusal(model) || how->stands(model) != solver::standing::exact) {
                continue;
            }
            ++compared;
            const auto answer = tests::answer_of(s, how->name);
            for (const std::size_t m : {0U, 1U}) {
                // Compression to an accuracy of 1e-6 of W moves a half-height by ten times that.
                BOOST_TEST(tests::relative(answer.times[m], network.times[m]) < 1e-5, how->name);
            }
        }
    }
    // Full and compressed networks in all six; flow and chain in the three balanced ones; the exact
    // flow of the draw in the three of two layers.
    BOOST_TEST(compared == 6 * 2 + 3 * 2 + 3);
}

BOOST_AUTO_TEST_CASE(no_method_is_exact_that_does_not_know_the_draw) {
    const solver::model model = validation::build_model(about({{"scheme", "gaussian"}}));
    for (const solver::method* how : solver::methods()) {
        const bool knows = how->draws != solver::method_draws::nothing && how->name != "sampled";
        if (!how->refusal(model)) {
            BOOST_TEST((how->stands(model) == solver::standing::exact) == knows, how->name);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_best_prediction_is_the_closest_that_the_model_has) {
    BOOST_TEST(best_of(about({})) == "flow (exact)");
    BOOST_TEST(best_of(about({{"depth", "4"}, {"fusion", "2"}})) == "flow (exact)");
    BOOST_TEST(best_of(about({{"scheme", "gaussian"}})) == "exact (statistical)");
    BOOST_TEST(best_of(about({{"scheme", "gaussian"}, {"fusion", "1"}})) == "exact (statistical)");
    BOOST_TEST(best_of(about({{"scheme", "torch"}, {"bias", "none"}})) == "exact (statistical)");
    BOOST_TEST(best_of(about({{"scheme", "gaussian"}, {"depth", "3"}, {"fusion", "3"}})) ==
               "chain (asymptotic)");
    BOOST_TEST(best_of(about({{"scheme", "gaussian"}}, 2)) == "flow (asymptotic)");
    BOOST_TEST(best_of(about({{"weight-decay", "0.01"}})) == "formula (asymptotic)");
    BOOST_TEST(best_of(about({{"scheme", "torch"}, {"bias", "none"}, {"depth", "3"}})) ==
               "formula (asymptotic)");
}

BOOST_AUTO_TEST_CASE(nothing_is_exact_about_rectifiers_but_the_network) {
    const solver::model model =
        validation::build_model(with({{"samples", "20"}, {"activation", "relu"}, {"width", "10"}}));
    for (const solver::method* how : solver::methods()) {
        if (!how->refusal(model)) {
            BOOST_TEST((how->stands(model) == solver::standing::exact) == (how->name == "full"),
                       how->name);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
