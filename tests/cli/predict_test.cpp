#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::relative;
using tests::run;

BOOST_AUTO_TEST_SUITE(predict)

namespace {

std::vector<std::string> json_of(std::vector<std::string> words) {
    words.insert(words.end(), {"--format", "json"});
    return words;
}

}  // namespace

BOOST_AUTO_TEST_CASE(late_fusion_ratio_is_five_at_any_depth) {
    // 1 + (kappa^2 - 1)/(1 - rho^2) for kappa = 2, rho = 0.5.
    for (const std::string depth : {"2", "3", "4", "7", "20"}) {
        const auto result = run(json_of(
            {"predict", "--depth", depth, "--fusion", depth, "--rho", "0.5", "--init", "0.01"}));
        BOOST_TEST(result.code == 0);
        BOOST_TEST(relative(result.json()["time_ratio"].get<double>(), 5) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(intermediate_fusion_gives_the_papers_times) {
    const auto json = run(json_of({"predict", "--depth", "4", "--fusion", "3", "--rho", "0.5",
                                   "--ratio", "2", "--init", "0.1"}))
                          .json();
    // Printed to five digits.
    BOOST_TEST(relative(json["modalities"][0]["time"].get<double>(), 7.9000) < 1e-5);
    BOOST_TEST(relative(json["modalities"][1]["time"].get<double>(), 15.466) < 1e-5);
    BOOST_TEST(json["modalities"][0]["order"] == 1);
    BOOST_TEST(json["modalities"][1]["name"] == "B");
    BOOST_TEST(json["modalities"][0]["time_refined"].is_null());
    BOOST_TEST(json["time_ratio_refined"].is_null());
    // rho / kappa, through two pseudo-inverses.
    BOOST_TEST(relative(json["modalities"][0]["misattribution"].get<double>(), 0.25) < 1e-14);
    BOOST_TEST(json["fixed_points"].size() == 4U);
    BOOST_TEST(json["fixed_points"][0]["learned"].empty());
    BOOST_TEST(json["fixed_points"][0]["loss"] == 3.5);
    BOOST_TEST(json["fixed_points"][1]["learned"][0] == "A");
    BOOST_TEST(json["superficial_preference"] == false);
    BOOST_TEST(json["permanent_bias"] == false);
    BOOST_TEST(json["provenance"].get<std::string>().starts_with("fusionflow "));
}

BOOST_AUTO_TEST_CASE(two_layers_have_refined_times_with_discrete_steps) {
    const std::vector<std::string> words = {"predict", "--ratio",  "3",           "--init",
                                            "1e-9",    "--scheme", "gaussian-iid"};
    const auto flow = run(json_of(words)).json();
    auto stepped_words = words;
    stepped_words.insert(stepped_words.end(), {"--learning-rate", "0.02"});
    const auto stepped = run(json_of(stepped_words)).json();
    const double ratio = stepped["modalities"][0]["time_refined"].get<double>() /
                         flow["modalities"][0]["time_refined"].get<double>();
    BOOST_TEST(relative(ratio, 0.18 / std::log(1.18)) < 1e-3);
    BOOST_TEST(relative(flow["time_ratio_refined"].get<double>(), 9) < 0.02);
}

BOOST_AUTO_TEST_CASE(never_is_null_with_a_warning) {
    // y = x_A and B a copy of part of A: A explains everything.
    const tests::temporary_folder folder;
    Eigen::Matrix2d covariance;
    covariance << 4, 1, 1, 1;
    const Eigen::Vector2d correlation(4, 1);
    tests::write(folder.file("m.json"),
                 data::format_moments({{"A", "B"}, {1, 1}, covariance, correlation, 4}));
    const auto result = run(json_of({"predict", "--moments", folder.file("m.json")}));
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    BOOST_TEST(json["permanent_bias"] == true);
    BOOST_TEST(json["modalities"][1]["time"].is_null());
    BOOST_TEST(json["modalities"][1]["order"].is_null());
    BOOST_TEST(json["time_ratio"].is_null());
    BOOST_TEST(json["warnings"].dump().find("B is never learned (permanent_bias)") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(times_beyond_the_range_of_numbers_have_a_logarithm_and_are_not_never) {
    const auto result = run(
        json_of({"predict", "--depth", "4", "--fusion", "4", "--rho", "0.5", "--init", "1e-200"}));
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    // u0^-2 / (2 |s_A|), |s_A| = 5.
    BOOST_TEST(std::abs(json["modalities"][0]["log10_time"].get<double>() - 399) < 1e-12);
    BOOST_TEST(json["modalities"][0]["time"].is_null());
    BOOST_TEST(json["modalities"][1]["order"] == 2);
    BOOST_TEST(json["warnings"][0].get<std::string>().find("log10") != std::string::npos);
    BOOST_TEST(run({"integrate", "--depth", "4", "--fusion", "4", "--init", "1e-200"}).code == 2);
}

BOOST_AUTO_TEST_CASE(text_is_for_people_and_quiet_keeps_warnings_back) {
    const auto loud = run({"predict", "--init", "0.3", "--depth", "3"});
    BOOST_TEST(loud.out.find("time ratio, last / first: ") != std::string::npos);
    BOOST_TEST(loud.err.find("fusionflow: warning: init: 0.3 is large") != std::string::npos);
    const auto quiet = run({"predict", "--init", "0.3", "--depth", "3", "--quiet"});
    BOOST_TEST(quiet.err.empty());
    BOOST_TEST(quiet.out == loud.out);
}

BOOST_AUTO_TEST_CASE(negative_numbers_are_values_not_options) {
    BOOST_TEST(run({"predict", "--rho", "-0.5"}).code == 0);
    BOOST_TEST(run({"predict", "--rho=-0.5"}).code == 0);
}

// Two independent modalities in units 1e8 apart: no unit makes them singular, and what begins above
// half in these units has no time.
BOOST_AUTO_TEST_CASE(units_change_no_share_and_errors_are_estimated_in_them) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"),
                 R"({"names": ["A", "B"], "dims": [1, 1], "covariance": [[1e16, 0], [0, 1]],
                     "correlation": [6e7, 0.8], "target_power": 1})");
    const auto answer = run(json_of({"predict", "--moments", folder.file("m.json")})).json();
    const auto& a = answer["modalities"][0];
    const auto& b = answer["modalities"][1];
    for (const char* share : {"explained_alone", "conditional_gain", "shapley"}) {
        BOOST_TEST(std::abs(a[share].get<double>() - 0.36) < 1e-12);
        BOOST_TEST(std::abs(b[share].get<double>() - 0.64) < 1e-12);
    }
    BOOST_TEST(a["time"].is_null());
    BOOST_TEST(a["estimated_error"].is_null());
    BOOST_TEST(a["no_plateau"].get<std::string>().find("above half") != std::string::npos);
    BOOST_TEST(b["no_plateau"].is_null());
    BOOST_TEST(b["estimated_error"].get<double>() < 0.1);
    BOOST_TEST(answer["outcome"] == "no_plateau");
    for (const auto& warning : answer["warnings"]) {
        BOOST_TEST(warning.get<std::string>().find("singular") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(singular_covariance_and_ties_are_said) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"),
                 R"({"names": ["A", "B"], "dims": [2, 1],
                     "covariance": [[1, 1, 0], [1, 1, 0], [0, 0, 1]],
                     "correlation": [1, 1, 0.5], "target_power": 3})");
    const auto singular = run({"predict", "--moments", folder.file("m.json")});
    BOOST_TEST(singular.code == 0);
    BOOST_TEST(singular.err.find("singular covariance: rank 2 of 3") != std::string::npos);
    const auto tie = run({"predict", "--ratio", "1"});
    BOOST_TEST(tie.code == 0);
    BOOST_TEST(tie.err.find("tie: A, B") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(gaussian_networks_are_told_their_width_law) {
    const auto at = [](const std::string& width) {
        return run(json_of({"predict", "--depth", "5", "--fusion", "5", "--rho", "0.5", "--init",
                            "0.1", "--scheme", "gaussian", "--width", width}))
            .json();
    };
    const double narrow = at("1e6")["modalities"][0]["time_law"].get<double>();
    const double wide = at("1e8")["modalities"][0]["time_law"].get<double>();
    // sqrt(H), up to eps/u0 of it.
    BOOST_TEST(relative(wide / narrow, 10) < 0.01);
    BOOST_TEST(relative(at("1e6")["time_ratio_law"].get<double>(), 5) < 1e-12);
    const auto balanced = run(json_of({"predict", "--depth", "5", "--fusion", "5"})).json();
    BOOST_TEST(balanced["modalities"][0]["time_law"].is_null());
    const auto none =
        run(json_of({"predict", "--depth", "5", "--fusion", "3", "--scheme", "gaussian"})).json();
    BOOST_TEST(none["time_ratio_law"].is_null());
    BOOST_TEST(none["warnings"].dump().find("width law: none for this model") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(sensitivities_are_derivatives_of_the_logarithm_of_the_times) {
    // Late fusion: t_A ~ 1/s_A, s_A = kappa^2 + rho kappa, and rho d/d rho of it.
    const auto json = run(json_of({"predict", "--rho", "0.5", "--ratio", "2", "--init", "1e-6",
                                   "--learning-rate", "0.02", "--sensitivities"}))
                          .json();
    const auto& a = json["sensitivities"][0];
    BOOST_TEST(a["name"] == "A");
    // Rounding of a few quotients.
    BOOST_TEST(relative(a["by"]["init"].get<double>(), 1 / std::log(1e-6)) < 1e-13);
    BOOST_TEST(relative(a["by"]["target_scale"].get<double>(), -1) < 1e-13);
    BOOST_TEST(relative(a["by"]["scale"]["A"].get<double>(), -1) < 1e-13);
    BOOST_TEST(a["by"]["scale"]["B"].get<double>() == 0);
    BOOST_TEST(relative(a["by"]["coupling"]["A,B"].get<double>(), -1.0 / 5) < 1e-13);
    BOOST_TEST(a["by"]["weight_decay"].is_number());
    BOOST_TEST(a["by"]["learning_rate"].is_null());
    BOOST_TEST(a["by_refined"]["weight_decay"].is_null());
    // ln(1 + eta r)/eta is slower than r, by about eta r/2 = 0.05.
    BOOST_TEST(a["by_refined"]["learning_rate"].get<double>() > 0.4 * 5);
    BOOST_TEST(json["sensitivities"].size() == 2U);
    const auto deeper =
        run(json_of({"predict", "--depth", "3", "--fusion", "2", "--sensitivities"})).json();
    BOOST_TEST(deeper["sensitivities"][0]["by"]["weight_decay"].is_null());
    BOOST_TEST(deeper["sensitivities"][0]["by_refined"].is_null());
    BOOST_TEST(!run(json_of({"predict"})).json().contains("sensitivities"));
}

BOOST_AUTO_TEST_CASE(modes_of_several_targets_are_listed) {
    const tests::temporary_folder folder;
    const auto moments = tests::random_moments({4, 3}, 5, 3);
    tests::write(folder.file("m.json"), data::format_moments(moments));
    const std::vector<std::string> words{
        "predict", "--moments", folder.file("m.json"), "--depth", "3", "--fusion", "2",
        "--init",  "0.01",      "--learning-rate",     "0.1"};
    const auto shown = run(words);
    const auto json = run(json_of(words)).json();
    const auto raced = theory::race(moments, theory::architecture::fused(3, 2, 2), {.u0 = 0.01});
    BOOST_REQUIRE(json["modes"].size() == 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        const theory::learned_mode& mode = raced.modes[i];
        BOOST_TEST(json["modes"][i]["modality"] == moments.name(mode.modality));
        BOOST_TEST(json["modes"][i]["mode"] == mode.mode + 1);
        BOOST_TEST(relative(json["modes"][i]["time"].get<double>(), mode.time) < 1e-12);
        BOOST_TEST(shown.out.find(fmt::format("{:.8g}", mode.time / 0.1)) != std::string::npos);
    }
    BOOST_TEST(json["modalities"][0]["misattribution"].size() == 12U);
    const auto integrated = run({"integrate", "--moments", folder.file("m.json"), "--init", "0.1"});
    BOOST_TEST(integrated.code == 0);
    BOOST_TEST(integrated.out.find("targets flow") != std::string::npos);
    const auto refused = run({"predict", "--moments", folder.file("m.json"), "--sensitivities"});
    BOOST_TEST(refused.code == 2);
    BOOST_TEST(refused.err == "fusionflow: correlation: need one target here, got 3: the race, the "
                              "flow of balanced networks and networks take more\n");
}

BOOST_AUTO_TEST_CASE(sensitivities_for_people_are_in_per_cent) {
    const auto shown = run({"predict", "--rho", "0.5", "--init", "1e-6", "--sensitivities"});
    BOOST_TEST(shown.code == 0);
    BOOST_TEST(shown.out.find("1 % more: change of the time in %         A         B\n"
                              "init                               -0.07238  -0.07238\n"
                              "target scale                             -1        -1\n") !=
               std::string::npos);
    BOOST_TEST(shown.out.find("1 % more: of the refined time in %") != std::string::npos);
    const auto many = run({"predict", "--data", "random", "--dims", "1,1,1,1,1,1,1,1", "--init",
                           "1e-6", "--learning-rate", "0.01", "--sensitivities"});
    std::size_t longest = 0;
    for (std::size_t from = 0; from < many.out.size(); from = many.out.find('\n', from) + 1) {
        longest = std::max(longest, many.out.find('\n', from) - from);
    }
    BOOST_TEST(longest <= 100U);
    const auto tie = run({"predict", "--ratio", "1", "--init", "1e-6", "--sensitivities"});
    BOOST_TEST(tie.code == 0);
    BOOST_TEST(tie.err.find("the time of A has no derivative by scale of A, scale of B: a tie") !=
               std::string::npos);
    const auto tiny =
        run({"predict", "--depth", "4", "--fusion", "4", "--init", "1e-200", "--sensitivities"});
    BOOST_TEST(tiny.code == 2);
    BOOST_TEST(tiny.out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
