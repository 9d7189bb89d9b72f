#include "fusionflow/validation/report/prediction_report.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using json = nlohmann::ordered_json;

BOOST_AUTO_TEST_SUITE(prediction_report)

namespace {

validation::prediction_report of(const tests::given& options, bool with_changes = false) {
    return validation::predict(validation::build_model(tests::with(options)), with_changes);
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_is_what_the_formulas_say) {
    const auto r = of({{"rho", "0.5"}, {"ratio", "2"}, {"init", "0.01"}, {"learning-rate", "0.1"}});
    const json all = to_json(r, "made by a test");
    for (std::size_t m = 0; m < 2; ++m) {
        const json& one = all["modalities"][m];
        BOOST_TEST(one["time"] == r.found.leading.times[m]);
        BOOST_TEST(one["time_refined"] == r.found.refined->times[m]);
        BOOST_TEST(one["time_law"].is_null());
        BOOST_TEST(one["misattribution"] == r.found.misattribution[m](0));
        BOOST_TEST(one["shapley"] == r.found.shares->shapley[m]);
        BOOST_TEST(!one.contains("log10_time"));
    }
    BOOST_TEST(all["time_ratio"] == r.found.leading.time_ratio());
    BOOST_TEST(all["time_ratio_law"].is_null());
    BOOST_TEST(all["fixed_points"].size() == r.found.fixed_points.size());
    BOOST_TEST(all["provenance"] == "made by a test");
    BOOST_TEST(!all.contains("sensitivities"));
    BOOST_TEST(json::parse(json_text(r, "made by a test")) == all);
}

BOOST_AUTO_TEST_CASE(text_has_the_columns_that_there_is_something_for) {
    const tests::given deep = {{"depth", "3"}, {"fusion", "2"}, {"init", "0.01"}};
    const std::string text = to_text(of(deep));
    BOOST_TEST(text.starts_with(
        "modality  order  time (tau)  misattribution  R2 alone    gain  Shapley\nA "));
    BOOST_TEST(text.ends_with("permanent bias: no\n"));
    BOOST_TEST(text.find("refined") == std::string::npos);
    const std::string trained = to_text(of({{"init", "0.01"}, {"learning-rate", "0.1"}}));
    BOOST_TEST(trained.starts_with("modality  order  time (tau)  refined (tau)  "));
    BOOST_TEST(trained.find("  epoch  ") < trained.find('\n'));
    BOOST_TEST(trained.find("   refined: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(changes_come_with_their_warnings) {
    const auto r = of({{"init", "0.01"}}, true);
    const json all = to_json(r, "");
    BOOST_TEST(all["sensitivities"][0]["by"]["init"] == r.changes->leading(0, 0));
    BOOST_TEST(to_text(r).find("\n1 % more: change of the time in %") != std::string::npos);
    auto warned = r;
    warned.changes->warnings = {"a warning"};
    BOOST_TEST(validation::warnings_of(warned).back() == "a warning");
}

BOOST_AUTO_TEST_CASE(several_targets_have_modes) {
    const auto about = tests::model_of(tests::random_moments({2, 1}, 3, 2),
                                       theory::architecture::fused(2, 2, 2), {.u0 = 0.01});
    const auto r = validation::predict(about, false);
    const json all = to_json(r, "");
    BOOST_TEST_REQUIRE(!r.found.modes.empty());
    BOOST_TEST(all["modes"].size() == r.found.modes.size());
    BOOST_TEST(all["modes"][0]["mode"] == r.found.modes[0].mode + 1);
    BOOST_TEST(all["modalities"][0]["misattribution"].size() == 4U);
    BOOST_TEST(to_text(r).find("\nmodality  mode ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_what_the_formulas_refuse) {
    solver::model about = validation::build_model({});
    about.training.weight_decay = -1;
    BOOST_CHECK_EXCEPTION((void)validation::predict(about, false), data::input_error,
                          tests::says("weight-decay: need finite lambda >= 0, got -1"));
}

BOOST_AUTO_TEST_SUITE_END()
