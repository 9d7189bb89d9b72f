#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "data/moments_json.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using tests::relative;
using tests::run;

BOOST_AUTO_TEST_SUITE(simulate)

BOOST_AUTO_TEST_CASE(balanced_gradient_flow_agrees_with_integrate) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"), data::format_moments(tests::random_moments({3, 5}, 7)));
    for (const std::string fusion : {"1", "2", "3"}) {
        const std::vector<std::string> common = {"--moments", folder.file("m.json"),
                                                 "--depth",   "3",
                                                 "--fusion",  fusion,
                                                 "--init",    "0.1",
                                                 "--rtol",    "1e-10",
                                                 "--format",  "json"};
        std::vector<std::string> flow = {"integrate"};
        flow.insert(flow.end(), common.begin(), common.end());
        std::vector<std::string> network = {"simulate", "--scheme", "balanced", "--method",
                                            "flow",     "--width",  "20"};
        network.insert(network.end(), common.begin(), common.end());
        const auto expected = run(flow).json();
        const auto measured = run(network).json();
        for (std::size_t m = 0; m < 2; ++m) {
            // The promise of the contract; tests/solver/simulate_test.cpp sees 1e-10.
            BOOST_TEST(relative(measured["modalities"][m]["time"].get<double>(),
                                expected["modalities"][m]["time"].get<double>()) < 1e-7);
        }
        BOOST_TEST(!measured["modalities"][0].contains("epoch"));
    }
}

BOOST_AUTO_TEST_CASE(gradient_descent_reports_epochs_losses_and_widths) {
    const auto result = run({"simulate", "--depth", "3", "--fusion", "2", "--rho", "0.5", "--init",
                             "0.1", "--width", "7", "--learning-rate", "0.02", "--scheme",
                             "gaussian", "--seed", "5", "--format", "json"});
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    const double time = json["modalities"][0]["time"];
    BOOST_TEST(relative(json["modalities"][0]["epoch"].get<double>() * 0.02, time) < 1e-14);
    BOOST_TEST(json["widths"] == nlohmann::json({7, 7}));
    BOOST_TEST(json["loss_initial"].get<double>() > json["loss_final"].get<double>());
    BOOST_TEST(json["seed"] == 5);
    BOOST_TEST(json["outcome"] == "learned");
}

BOOST_AUTO_TEST_CASE(the_seed_alone_decides_the_digits) {
    const auto with_seed = [](const std::string& seed) {
        return run({"simulate", "--scheme", "gaussian", "--width", "10", "--seed", seed}).out;
    };
    BOOST_TEST(with_seed("3") == with_seed("3"));
    BOOST_TEST(with_seed("3") != with_seed("4"));
}

BOOST_AUTO_TEST_CASE(divergence_is_a_named_failure_without_times) {
    const auto result = run(
        {"simulate", "--init", "0.5", "--width", "5", "--learning-rate", "50", "--format", "json"});
    BOOST_TEST(result.code == 3);
    BOOST_TEST(result.json()["outcome"] == "diverged");
    BOOST_TEST(result.json()["modalities"][0]["time"].is_null());
    const auto epoch = result.json()["ended_at_epoch"].get<long>();
    const auto time = result.json()["ended_at_time"].get<double>();
    BOOST_TEST(epoch >= 1);
    BOOST_TEST(time == 50.0 * static_cast<double>(epoch));
    BOOST_TEST(result.err == fmt::format("fusionflow: diverged at step {}, t = {:.6g}: Gradient "
                                         "descent diverged: try a smaller --learning-rate.\n",
                                         epoch, time));
}

BOOST_AUTO_TEST_CASE(what_weight_decay_keeps_from_being_learned_predict_says_beforehand) {
    // The threshold for rho = 0.3, kappa = 2 is lambda = 0.91 / 0.85 = 1.07.
    for (const auto& [decay, learned] : {std::pair{"1", true}, std::pair{"1.15", false}}) {
        const auto asked = run({"predict", "--rho", "0.3", "--init", "1e-3", "--weight-decay",
                                decay, "--format", "json"});
        const auto trained = run({"simulate", "--rho", "0.3", "--init", "1e-3", "--weight-decay",
                                  decay, "--width", "10", "--format", "json"});
        BOOST_TEST(asked.code == 0);
        BOOST_TEST(trained.code == 0);
        for (const auto& answer : {asked.json(), trained.json()}) {
            BOOST_TEST(answer["modalities"][0]["time"].is_number());
            BOOST_TEST(answer["modalities"][1]["time"].is_null() == !learned);
            BOOST_TEST(answer["outcome"] == (learned ? "learned" : "decayed"));
            const bool says_never =
                answer["warnings"].dump().find("B is never learned (decayed)") != std::string::npos;
            BOOST_TEST(says_never == !learned);
        }
    }
}

BOOST_AUTO_TEST_CASE(plot_has_the_flow_behind_the_network) {
    const tests::temporary_folder folder;
    const auto result =
        run({"simulate", "--depth", "3", "--fusion", "3", "--init", "0.1", "--width", "10",
             "--plot", folder.file("p.svg"), "--trajectory", folder.file("t.csv")});
    BOOST_TEST(result.code == 0);
    const std::string svg = tests::read(folder.file("p.svg"));
    BOOST_TEST(svg.find("reduced flow") != std::string::npos);
    BOOST_TEST(svg.find("balanced network, H = 10") != std::string::npos);
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
