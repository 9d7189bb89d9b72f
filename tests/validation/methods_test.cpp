#include "fusionflow/validation/methods.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::relative;
using tests::says;
using validation::find_method;
using validation::settings;

BOOST_AUTO_TEST_SUITE(methods)

namespace {

settings with(const std::vector<std::pair<std::string, std::string>>& options) {
    settings s;
    for (const auto& [name, value] : options) {
        validation::set_option(s, name, value);
    }
    return s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_method_answers_where_it_exists) {
    // Two layers, random weights, scalar modalities: the one model that all of them know.
    const settings s = with({{"scheme", "gaussian"}, {"init", "1e-6"}, {"width", "30"}});
    for (const auto& m : validation::method_table()) {
        const auto result = m.run(s, 0, true);
        BOOST_TEST_INFO(std::string(m.name));
        BOOST_TEST(result.available);
        BOOST_TEST((result.answer.ended == theory::outcome::learned));
        BOOST_TEST(result.answer.times.size() == 2U);
        const bool has_path = m.kind != validation::method_kind::formula;
        BOOST_TEST((result.path.size() > 10U) == has_path);
    }
}

BOOST_AUTO_TEST_CASE(refined_and_exact_are_not_available_for_deeper_networks) {
    const settings deep =
        with({{"depth", "3"}, {"fusion", "3"}, {"scheme", "gaussian"}, {"init", "0.1"}});
    BOOST_TEST(!find_method("refined").run(deep, 0, false).available);
    BOOST_TEST(!find_method("exact").run(deep, 0, false).available);
    BOOST_TEST(!find_method("exact-drawn").run(deep, 0, false).available);
    // Balanced weights have no exact flow besides the reduced one.
    BOOST_TEST(!find_method("exact").run({}, 0, false).available);
    BOOST_TEST(!find_method("exact-drawn").run({}, 0, false).available);
}

BOOST_AUTO_TEST_CASE(exact_methods_know_early_fusion_and_vectors) {
    for (const std::string fusion : {"1", "2"}) {
        settings s = with({{"fusion", fusion}, {"scheme", "gaussian-iid"}, {"init", "1e-4"}});
        s.moments = std::make_shared<const data::moments>(tests::random_moments({2, 3}, 7));
        for (const char* name : {"exact", "exact-drawn"}) {
            const auto result = find_method(name).run(s, 0, false);
            BOOST_TEST(result.available);
            BOOST_TEST((result.answer.ended == theory::outcome::learned));
        }
    }
}

BOOST_AUTO_TEST_CASE(one_way_needs_two_modalities_fused_late_in_two_layers) {
    const auto& one_way = find_method("one-way");
    BOOST_TEST(!validation::is_random(one_way, with({{"scheme", "gaussian"}})));
    BOOST_TEST(one_way.run({}, 0, false).available);
    for (const auto& [name, value] :
         {std::pair{"fusion", "1"}, {"depth", "3"}, {"ratio", "1"}, {"weight-decay", "0.1"}}) {
        BOOST_TEST(!one_way.run(with({{name, value}}), 0, false).available);
    }
    settings three;
    three.moments = std::make_shared<const data::moments>(tests::three_scalars());
    BOOST_TEST(!one_way.run(three, 0, false).available);
}

BOOST_AUTO_TEST_CASE(exact_drawn_is_the_network_of_the_same_repeat) {
    const settings s = with({{"scheme", "gaussian"}, {"width", "10"}, {"method", "flow"}});
    const auto& drawn = find_method("exact-drawn");
    BOOST_TEST(validation::is_random(drawn, s));
    BOOST_TEST(!validation::is_random(find_method("exact"), s));
    for (const int repeat : {0, 1}) {
        // rtol 1e-9 a step, some hundred steps.
        const auto network = find_method("full").run(s, repeat, false);
        BOOST_TEST(relative(drawn.run(s, repeat, false).answer.times[1], network.answer.times[1]) <
                   1e-6);
    }
    BOOST_TEST(drawn.run(s, 0, false).answer.times[0] != drawn.run(s, 1, false).answer.times[0]);
}

BOOST_AUTO_TEST_CASE(exact_epochs_are_those_of_the_network_of_the_same_repeat) {
    const auto& epochs = find_method("exact-epochs");
    for (const std::string fusion : {"1", "2"}) {
        const settings s = with({{"data", "random"},
                                 {"data-seed", "3"},
                                 {"fusion", fusion},
                                 {"scheme", "gaussian-iid"},
                                 {"init", "1e-6"},
                                 {"learning-rate", "0.01"}});
        BOOST_TEST(validation::is_random(epochs, s));
        for (const int repeat : {0, 1}) {
            const auto network = find_method("full").run(s, repeat, false);
            const auto small = epochs.run(s, repeat, false);
            for (const std::size_t m : {0U, 1U}) {
                // Rounding of some thousand epochs.
                BOOST_TEST(relative(small.answer.times[m], network.answer.times[m]) < 1e-12);
            }
        }
    }
    // On samples as far as second moments tell all.
    BOOST_TEST(epochs.run(with({{"samples", "30"}}), 0, false).available);
    for (const auto& options : std::vector<std::vector<std::pair<std::string, std::string>>>{
             {{"samples", "30"}, {"activation", "relu"}}, {{"depth", "3"}}, {{"method", "flow"}}}) {
        BOOST_TEST(!epochs.run(with(options), 0, false).available);
    }
}

BOOST_AUTO_TEST_CASE(flow_stands_for_balanced_networks_whatever_the_scheme) {
    const auto balanced = find_method("flow").run(with({{"init", "0.01"}}), 0, false);
    const auto gaussian =
        find_method("flow").run(with({{"init", "0.01"}, {"scheme", "gaussian"}}), 0, false);
    BOOST_TEST(balanced.answer.times[1] == gaussian.answer.times[1]);
}

BOOST_AUTO_TEST_CASE(a_learning_rate_reaches_the_refined_formula_and_the_network) {
    const std::vector<std::pair<std::string, std::string>> base = {
        {"scheme", "gaussian-iid"}, {"init", "1e-9"}, {"ratio", "3"}};
    auto stepped = base;
    stepped.emplace_back("learning-rate", "0.02");
    const auto& refined = find_method("refined");
    const double flow = refined.run(with(base), 0, false).answer.times[0];
    const double descent = refined.run(with(stepped), 0, false).answer.times[0];
    // Growth at rate s = 9 in steps of 0.02: ln(1.18)/0.18 of the speed.
    BOOST_TEST(relative(descent / flow, 0.18 / std::log(1.18)) < 1e-3);
}

BOOST_AUTO_TEST_CASE(repeats_differ_for_random_networks_only) {
    const settings random = with({{"scheme", "gaussian"}, {"width", "10"}});
    const auto& full = find_method("full");
    BOOST_TEST(validation::is_random(full, random));
    BOOST_TEST(!validation::is_random(full, {}));
    BOOST_TEST(!validation::is_random(find_method("flow"), random));
    BOOST_TEST(full.run(random, 0, false).answer.times[0] !=
               full.run(random, 1, false).answer.times[0]);
    BOOST_TEST(full.run(random, 1, false).answer.times[0] ==
               full.run(random, 1, false).answer.times[0]);
}

BOOST_AUTO_TEST_CASE(labels_name_the_scheme) {
    BOOST_TEST(validation::label(find_method("full"), {}) == "balanced network");
    BOOST_TEST(validation::label(find_method("flow"), {}) == "reduced flow");
    BOOST_TEST(validation::label(find_method("exact"), {}) == "exact flow");
    BOOST_TEST(validation::label(find_method("exact-drawn"), {}) == "exact flow of the draw");
    BOOST_TEST(validation::label(find_method("one-way"), {}) == "one-way flow");
    BOOST_TEST(validation::label(find_method("exact-epochs"), {}) ==
               "exact-epochs balanced network");
    BOOST_TEST(validation::label(find_method("full"), with({{"scheme", "gaussian-iid"}})) ==
               "gaussian-iid network");
    BOOST_TEST(validation::label(find_method("sampled"), with({{"scheme", "gaussian"}})) ==
               "sampled gaussian network");
}

BOOST_AUTO_TEST_CASE(compressed_is_the_network_that_full_trains_and_sampled_needs_no_memory) {
    const settings s = with({{"scheme", "gaussian"},
                             {"width", "20"},
                             {"init", "0.2"},
                             {"depth", "3"},
                             {"fusion", "3"}});
    for (const int repeat : {0, 1}) {
        const auto full = find_method("full").run(s, repeat, false);
        const auto small = find_method("compressed").run(s, repeat, false);
        // The default accuracy of W; a half-height is as accurate relative to its time, within ten.
        BOOST_TEST(relative(small.answer.times[1], full.answer.times[1]) < 1e-5);
    }
    const settings wide = with({{"scheme", "gaussian"},
                                {"width", "1e12"},
                                {"init", "0.2"},
                                {"depth", "3"},
                                {"fusion", "3"}});
    const auto& sampled = find_method("sampled");
    BOOST_TEST(!sampled.forms_weights);
    BOOST_TEST(validation::is_random(sampled, wide));
    BOOST_TEST(sampled.run(wide, 0, false).answer.times[0] !=
               sampled.run(wide, 1, false).answer.times[0]);
}

BOOST_AUTO_TEST_CASE(refuses_methods_that_are_not_there) {
    BOOST_CHECK_EXCEPTION(
        (void)find_method("magic"), data::input_error,
        says("methods: need some of formula, refined, law, flow, chain, exact, exact-drawn, "
             "one-way, exact-epochs, compressed, sampled, full; "
             "got 'magic'"));
}

BOOST_AUTO_TEST_SUITE_END()
