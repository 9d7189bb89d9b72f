#include "fusionflow/solver/method.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using solver::find_method;
using tests::answer_of;
using tests::answers;
using tests::relative;
using tests::says;
using tests::with;
using validation::settings;

BOOST_AUTO_TEST_SUITE(methods)

namespace {

std::string label_of(const solver::method& how, const settings& s) {
    return solver::label(how, s.init, s.training);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_method_answers_where_it_exists) {
    // Two layers, random weights, scalar modalities: the one model that all of them know.
    const settings s = with({{"scheme", "gaussian"}, {"init", "1e-6"}, {"width", "30"}});
    for (const auto* m : solver::methods()) {
        BOOST_TEST_INFO(std::string(m->name));
        const auto result = answer_of(s, m->name, 0, true);
        BOOST_TEST((result.ended == theory::outcome::learned));
        BOOST_TEST(result.times.size() == 2U);
        const bool has_path = m->kind != solver::method_kind::formula;
        BOOST_TEST((result.path.size() > 10U) == has_path);
    }
}

BOOST_AUTO_TEST_CASE(refined_and_exact_are_not_available_for_deeper_networks) {
    const settings deep =
        with({{"depth", "3"}, {"fusion", "3"}, {"scheme", "gaussian"}, {"init", "0.1"}});
    BOOST_TEST(!answers("refined", deep));
    BOOST_TEST(!answers("exact", deep));
    BOOST_TEST(!answers("exact-drawn", deep));
    // Balanced weights have no exact flow besides the reduced one.
    BOOST_TEST(!answers("exact", {}));
    // Weights that are drawn have theirs, random or not.
    BOOST_TEST(answers("exact-drawn", {}));
}

BOOST_AUTO_TEST_CASE(exact_methods_know_early_fusion_and_vectors) {
    for (const std::string fusion : {"1", "2"}) {
        settings s = with({{"fusion", fusion}, {"scheme", "gaussian-iid"}, {"init", "1e-4"}});
        s.moments = std::make_shared<const data::moments>(tests::random_moments({2, 3}, 7));
        for (const char* name : {"exact", "exact-drawn"}) {
            const auto result = answer_of(s, name);
            BOOST_TEST((result.ended == theory::outcome::learned));
        }
    }
}

BOOST_AUTO_TEST_CASE(one_way_needs_two_modalities_fused_late_in_two_layers) {
    BOOST_TEST(!solver::is_random(find_method("one-way"), {.drawn = tests::scheme::gaussian}, {}));
    BOOST_TEST(answers("one-way", {}));
    for (const auto& [name, value] :
         {std::pair{"fusion", "1"}, {"depth", "3"}, {"ratio", "1"}, {"weight-decay", "0.1"}}) {
        BOOST_TEST(!answers("one-way", with({{name, value}})));
    }
    settings three;
    three.moments = std::make_shared<const data::moments>(tests::three_scalars());
    BOOST_TEST(!answers("one-way", three));
}

BOOST_AUTO_TEST_CASE(exact_drawn_is_the_network_of_the_same_repeat) {
    const settings s = with({{"scheme", "gaussian"}, {"width", "10"}, {"method", "flow"}});
    BOOST_TEST(solver::is_random(find_method("exact-drawn"), s.init, s.training));
    BOOST_TEST(!solver::is_random(find_method("exact"), s.init, s.training));
    for (const int repeat : {0, 1}) {
        // rtol 1e-9 a step, some hundred steps.
        const auto network = answer_of(s, "full", repeat);
        BOOST_TEST(relative(answer_of(s, "exact-drawn", repeat).times[1], network.times[1]) < 1e-6);
    }
    BOOST_TEST(answer_of(s, "exact-drawn", 0).times[0] != answer_of(s, "exact-drawn", 1).times[0]);
}

BOOST_AUTO_TEST_CASE(exact_epochs_are_those_of_the_network_of_the_same_repeat) {
    for (const std::string fusion : {"1", "2"}) {
        const settings s = with({{"data", "random"},
                                 {"data-seed", "3"},
                                 {"fusion", fusion},
                                 {"scheme", "gaussian-iid"},
                                 {"init", "1e-6"},
                                 {"learning-rate", "0.01"}});
        BOOST_TEST(solver::is_random(find_method("exact-epochs"), s.init, s.training));
        for (const int repeat : {0, 1}) {
            const auto network = answer_of(s, "full", repeat);
            const auto small = answer_of(s, "exact-epochs", repeat);
            for (const std::size_t m : {0U, 1U}) {
                // Rounding of some thousand epochs.
                BOOST_TEST(relative(small.times[m], network.times[m]) < 1e-12);
            }
        }
    }
    // On samples as far as second moments tell all.
    BOOST_TEST(answers("exact-epochs", with({{"samples", "30"}})));
    for (const auto& options : std::vector<std::vector<std::pair<std::string, std::string>>>{
             {{"samples", "30"}, {"activation", "relu"}}, {{"depth", "3"}}, {{"method", "flow"}}}) {
        BOOST_TEST(!answers("exact-epochs", with(options)));
    }
}

BOOST_AUTO_TEST_CASE(flow_stands_for_balanced_networks_whatever_the_scheme) {
    const auto balanced = answer_of(with({{"init", "0.01"}}), "flow", 0);
    const auto gaussian = answer_of(with({{"init", "0.01"}, {"scheme", "gaussian"}}), "flow", 0);
    BOOST_TEST(balanced.times[1] == gaussian.times[1]);
}

BOOST_AUTO_TEST_CASE(a_learning_rate_reaches_the_refined_formula_and_the_network) {
    const std::vector<std::pair<std::string, std::string>> base = {
        {"scheme", "gaussian-iid"}, {"init", "1e-9"}, {"ratio", "3"}};
    auto stepped = base;
    stepped.emplace_back("learning-rate", "0.02");
    const double flow = answer_of(with(base), "refined", 0).times[0];
    const double descent = answer_of(with(stepped), "refined", 0).times[0];
    // Growth at rate s = 9 in steps of 0.02: ln(1.18)/0.18 of the speed.
    BOOST_TEST(relative(descent / flow, 0.18 / std::log(1.18)) < 1e-3);
}

BOOST_AUTO_TEST_CASE(repeats_differ_for_random_networks_only) {
    const settings random = with({{"scheme", "gaussian"}, {"width", "10"}});
    BOOST_TEST(solver::is_random(find_method("full"), random.init, random.training));
    BOOST_TEST(!solver::is_random(find_method("full"), {}, {}));
    BOOST_TEST(!solver::is_random(find_method("flow"), random.init, random.training));
    BOOST_TEST(answer_of(random, "full", 0).times[0] != answer_of(random, "full", 1).times[0]);
    BOOST_TEST(answer_of(random, "full", 1).times[0] == answer_of(random, "full", 1).times[0]);
}

BOOST_AUTO_TEST_CASE(labels_name_the_scheme) {
    BOOST_TEST(label_of(find_method("full"), {}) == "balanced network");
    BOOST_TEST(label_of(find_method("flow"), {}) == "reduced flow");
    BOOST_TEST(label_of(find_method("exact"), {}) == "exact flow");
    BOOST_TEST(label_of(find_method("exact-drawn"), {}) == "exact flow of the draw");
    BOOST_TEST(label_of(find_method("one-way"), {}) == "one-way flow");
    BOOST_TEST(label_of(find_method("exact-epochs"), {}) == "exact-epochs balanced network");
    BOOST_TEST(label_of(find_method("full"), with({{"scheme", "gaussian-iid"}})) ==
               "gaussian-iid network");
    BOOST_TEST(label_of(find_method("sampled"), with({{"scheme", "gaussian"}})) ==
               "sampled gaussian network");
}

BOOST_AUTO_TEST_CASE(compressed_is_the_network_that_full_trains_and_sampled_needs_no_memory) {
    const settings s = with({{"scheme", "gaussian"},
                             {"width", "20"},
                             {"init", "0.2"},
                             {"depth", "3"},
                             {"fusion", "3"}});
    for (const int repeat : {0, 1}) {
        const auto full = answer_of(s, "full", repeat);
        const auto small = answer_of(s, "compressed", repeat);
        // The default accuracy of W; a half-height is as accurate relative to its time, within ten.
        BOOST_TEST(relative(small.times[1], full.times[1]) < 1e-5);
    }
    const settings wide = with({{"scheme", "gaussian"},
                                {"width", "1e12"},
                                {"init", "0.2"},
                                {"depth", "3"},
                                {"fusion", "3"}});
    BOOST_TEST(!find_method("sampled").forms_weights);
    BOOST_TEST(solver::is_random(find_method("sampled"), wide.init, wide.training));
    BOOST_TEST(answer_of(wide, "sampled", 0).times[0] != answer_of(wide, "sampled", 1).times[0]);
}

BOOST_AUTO_TEST_CASE(refuses_methods_that_are_not_there) {
    BOOST_CHECK_EXCEPTION(
        (void)find_method("magic"), data::input_error,
        says("methods: need some of formula, refined, law, flow, chain, exact, exact-drawn, "
             "one-way, exact-epochs, compressed, sampled, full; "
             "got 'magic'"));
}

BOOST_AUTO_TEST_SUITE_END()
