#include "fusionflow/validation/report/run_report.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using json = nlohmann::ordered_json;
using validation::run_question;
using validation::to_json;
using validation::to_text;

BOOST_AUTO_TEST_SUITE(run_report)

namespace {

solver::model late(const tests::network_options& how = {}) {
    return tests::model_of(tests::toy(0.5, 2), theory::architecture::fused(2, 2, 2), {.u0 = 0.1},
                           how);
}

// B waits for ever behind A; nothing was seen of what came before.
solver::answer biased() {
    solver::answer run(theory::conclude({2.5, theory::never}, {{{}, 2.5}},
                                        theory::outcome::permanent_bias, {.steps = 7}));
    run.levels = {{0.5, {0}}, {}};
    run.final_norms = {1, 0.01};
    run.loss_initial = 3;
    run.loss_final = 0.25;
    run.time_final = 9;
    run.stepper = "dopri5";
    run.equations = "reduced";
    return run;
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_has_null_for_never_and_says_why) {
    const solver::model about = late();
    const run_question asked{about, solver::find_method("flow"), "", "made by a test"};
    const json all = to_json(asked, biased());
    BOOST_TEST(all["modalities"][0]["time"] == 2.5);
    BOOST_TEST(all["modalities"][0]["level_saddle"] == json::array({"A"}));
    BOOST_TEST(all["modalities"][1]["time"].is_null());
    BOOST_TEST(all["modalities"][1]["order"].is_null());
    BOOST_TEST(all["modalities"][1]["level"].is_null());
    BOOST_TEST(all["time_ratio"].is_null());
    BOOST_TEST(all["phases"][1]["learned"] == json::array({"A"}));
    BOOST_TEST(all["phases"][1]["duration"].is_null());
    BOOST_TEST(all["warnings"][0] == "B is never learned (permanent_bias)");
    BOOST_TEST(all["warnings"].size() == 2U);
    BOOST_TEST(all["provenance"] == "made by a test");
    BOOST_TEST(all["flow"] == "reduced");
    // Balanced weights are not drawn, and have no width.
    BOOST_TEST(!all.contains("scheme"));
    BOOST_TEST(!all.contains("representation"));
    BOOST_TEST(!all.contains("sensitivities"));
    BOOST_TEST(json::parse(json_text(asked, biased())) == all);
}

BOOST_AUTO_TEST_CASE(text_has_never_and_a_row_per_modality) {
    const solver::model about = late();
    const std::string text = to_text({about, solver::find_method("flow")}, biased());
    BOOST_TEST('\n' + text == R"(
modality  order  time (tau)
A             1         2.5
B             -       never
time ratio, last / first: never

learned during the phase  duration (tau)
nothing                              2.5
A                                  never

loss 3 at the start, 0.25 at the end
dopri5: permanent_bias at t = 9 (7 steps, 0 rejected, 0 evaluations)
reduced flow
)");
}

BOOST_AUTO_TEST_CASE(what_is_unknown_for_trouble_is_a_warning_too) {
    solver::answer run = biased();
    run.times[1] = theory::unknown;
    run.ended = theory::outcome::step_limit;
    const auto warnings = validation::warnings_of(tests::toy(0.5, 2), run);
    BOOST_TEST_REQUIRE(warnings.size() == 2U);
    BOOST_TEST(warnings[0] == "B was not seen to be learned (step_limit)");
}

BOOST_AUTO_TEST_CASE(the_exact_flow_of_a_draw_says_what_was_drawn) {
    solver::model about = late({.seed = 3});
    about.init = {.u0 = 0.1, .drawn = tests::scheme::gaussian_iid, .width = 40};
    const solver::method& how = solver::find_method("exact-drawn");
    const json all = to_json({about, how}, solver::run(how, about));
    BOOST_TEST(all["scheme"] == "gaussian-iid");
    BOOST_TEST(all["width"] == 40);
    BOOST_TEST(all["seed"] == 3);
}

BOOST_AUTO_TEST_CASE(networks_have_epochs_and_say_how_they_were_trained) {
    const solver::model about = late({.learning_rate = 0.05, .seed = 4});
    const solver::method& how = solver::find_method("full");
    const solver::answer run = solver::run(how, about);
    const json all = to_json({about, how}, run);
    for (std::size_t m = 0; m < 2; ++m) {
        BOOST_TEST(all["modalities"][m]["time"] == run.times[m]);
        BOOST_TEST(all["modalities"][m]["epoch"] == run.epochs()[m]);
    }
    BOOST_TEST(all["ended_at_epoch"] == run.work.steps);
    BOOST_TEST(all["representation"] == "full");
    BOOST_TEST(all["widths"].size() == run.network->widths.size());
    BOOST_TEST(all["method"] == "gd");
    BOOST_TEST(all["scheme"] == "balanced");
    BOOST_TEST(all["seed"] == 4);
    BOOST_TEST(!all.contains("flow"));
    BOOST_TEST(!all.contains("rounds"));
    BOOST_TEST(to_text({about, how}, run).find("  epoch   by power  by progress\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(given_weights_take_the_place_of_scheme_and_seed) {
    const solver::model about = late();
    const json training =
        validation::training_json({about, solver::find_method("full"), "w.npz", ""});
    BOOST_TEST(training["weights"] == "w.npz");
    BOOST_TEST(!training.contains("scheme"));
    BOOST_TEST(!training.contains("seed"));
}

BOOST_AUTO_TEST_CASE(compressed_networks_say_how_well_they_stand_for_the_drawn_one) {
    solver::model about = late();
    about.init = {.u0 = 0.1, .drawn = tests::scheme::gaussian, .width = 30};
    const solver::method& how = solver::find_method("compressed");
    const solver::answer run = solver::run(how, about);
    const json all = to_json({about, how}, run);
    BOOST_TEST(all["drawn_widths"][0] == 30);
    BOOST_TEST(all["rounds"] == run.network->rounds);
    BOOST_TEST(all["truncation_error"] == run.network->truncation_error);
    BOOST_TEST(to_text({about, how}, run).find("\ncompressed in ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
