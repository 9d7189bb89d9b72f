#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include "fusionflow/data/moments_json.hpp"
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

BOOST_AUTO_TEST_CASE(small_networks_say_what_they_stand_for_and_how_well) {
    const std::vector<std::string> words = {
        "simulate", "--depth",  "3",        "--fusion",        "3",   "--rho", "0.5", "--init",
        "0.2",      "--scheme", "gaussian", "--learning-rate", "0.02"};
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> all = words;
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    const auto full = with({"--widths", "30,20", "--format", "json"}).json();
    const auto small =
        with({"--widths", "30,20", "--representation", "compressed", "--format", "json"}).json();
    BOOST_TEST(full["widths"] == nlohmann::json({30, 20}));
    BOOST_TEST(!full.contains("truncation_error"));
    BOOST_TEST(small["drawn_widths"] == nlohmann::json({30, 20}));
    BOOST_TEST(small["widths"][0].get<int>() < 15);
    BOOST_TEST(small["truncation_error"].get<double>() <= 1e-6);
    // Accuracy of W times the time over its speed.
    BOOST_TEST(relative(small["modalities"][1]["time"].get<double>(),
                        full["modalities"][1]["time"].get<double>()) < 1e-5);
    const auto wide = with({"--width", "1e12", "--representation", "sampled", "--rounds", "3",
                            "--format", "json"})
                          .json();
    BOOST_TEST(wide["outcome"] == "learned");
    BOOST_TEST(wide["rounds"] == 3);
    BOOST_TEST(wide["drawn_widths"] == nlohmann::json({1'000'000'000'000, 1'000'000'000'000}));
    const auto text = with({"--width", "1e12", "--representation", "sampled", "--rounds", "3"});
    BOOST_TEST(text.out.find("sampled in 3 rounds: hidden widths ") != std::string::npos);
    BOOST_TEST(text.out.find("for 1000000000000, 1000000000000, |W_m(t)| to about ") !=
               std::string::npos);
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

BOOST_AUTO_TEST_CASE(networks_on_samples_report_units_and_asymmetry) {
    const std::vector<std::string> common = {
        "simulate", "--samples", "60",      "--activation", "leaky:0.5",
        "--scheme", "gaussian",  "--width", "10",           "--learning-rate",
        "0.05",     "--bias",    "--batch", "20",           "--init",
        "0.01"};
    auto words = common;
    words.insert(words.end(), {"--format", "json"});
    const auto result = run(words);
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    BOOST_TEST(json["outcome"] == "learned");
    BOOST_TEST(json["activation"] == "leaky:0.5");
    BOOST_TEST(json["loss"] == "half-mse");
    BOOST_TEST(json["samples"] == 60);
    BOOST_TEST(json["modalities"][0]["asymmetry"].get<double>() > 0);
    BOOST_TEST(json["stepper"] == "stochastic gradient descent");
    const double epoch = json["modalities"][1]["epoch"];
    // Three steps an epoch.
    BOOST_TEST(relative(epoch * 3 * 0.05, json["modalities"][1]["time"].get<double>()) < 1e-14);
    const std::string provenance = json["provenance"];
    BOOST_TEST(provenance.find(" --bias ") != std::string::npos);
    BOOST_TEST(run(common).out.find("asymmetry of the samples: A ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(xor_is_learned_by_rectifiers_in_tables_too) {
    const auto result = run({"table",        "--grid",    "variance=0.25,4",
                             "--methods",    "full,flow", "--samples",
                             "32",           "--data",    "xor",
                             "--activation", "relu",      "--init",
                             "1e-3",         "--scheme",  "gaussian-iid",
                             "--width",      "20",        "--learning-rate",
                             "0.05",         "--format",  "json"});
    BOOST_TEST(result.code == 0);
    const auto rows = result.json()["rows"];
    BOOST_TEST(rows[0]["outcome"] == "learned");
    BOOST_TEST(rows[0]["time_A"].get<double>() < rows[0]["time_B"].get<double>());
    BOOST_TEST(rows[1]["outcome"] == "not_available");
    BOOST_TEST(rows[2]["time_A"].get<double>() > rows[2]["time_B"].get<double>());
}

BOOST_AUTO_TEST_CASE(repeats_say_how_the_times_of_their_runs_are_spread) {
    const std::vector<std::string> words = {"simulate", "--scheme", "gaussian", "--width",
                                            "10",       "--init",   "0.1",      "--repeats"};
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> all = words;
        all.insert(all.end(), more.begin(), more.end());
        return run(all);
    };
    const auto result = with({"4", "--jobs", "2", "--format", "json"});
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    BOOST_TEST(json["repeats"] == 4);
    BOOST_TEST(json["runs"].size() == 4U);
    BOOST_TEST(json["ensemble"]["outcomes"] == nlohmann::json({{"learned", 4}}));
    const auto& a = json["ensemble"]["modalities"][0];
    double sum = 0;
    for (const auto& one : json["runs"]) {
        sum += one["times"][0].get<double>();
    }
    // Rounding of four additions.
    BOOST_TEST(relative(a["mean"].get<double>(), sum / 4) < 1e-15);
    BOOST_TEST(relative(a["epoch"]["mean"].get<double>() * 0.01, sum / 4) < 1e-14);
    BOOST_TEST(a["learned"] == 4);
    BOOST_TEST(a["quantiles"]["0.05"].get<double>() < a["quantiles"]["0.5"].get<double>());
    BOOST_TEST(json["ensemble"]["time_ratio"]["known"] == 4);
    // One run by its seed, and fewer runs, have the same digits.
    const std::string seed = std::to_string(json["runs"][2]["seed"].get<std::uint64_t>());
    const auto alone = with({"1", "--seed", seed, "--format", "json"}).json();
    BOOST_TEST(alone["modalities"][0]["time"] == json["runs"][2]["times"][0]);
    const auto few = with({"2", "--jobs", "1", "--format", "json"}).json();
    BOOST_TEST(few["runs"][1] == json["runs"][1]);
    const std::string text = with({"4"}).out;
    BOOST_TEST(text.starts_with("time (tau)    learned "));
    BOOST_TEST(text.ends_with("\nruns that ended as: learned 4\n"));
}

BOOST_AUTO_TEST_CASE(runs_in_trouble_are_counted_and_left_out_of_the_means) {
    // Between the half-heights of A and B.
    const std::vector<std::string> words = {
        "simulate",  "--scheme", "gaussian", "--width", "10",         "--init", "0.01",
        "--repeats", "3",        "--method", "flow",    "--max-time", "3",      "--depth",
        "2",         "--fusion", "2",        "--rho",   "0.5"};
    auto in_json = words;
    in_json.insert(in_json.end(), {"--format", "json"});
    const auto result = run(in_json);
    BOOST_TEST(result.code == 3);
    BOOST_TEST(
        result.err.starts_with("fusionflow: 3 of 3 runs ended in trouble, the first (seed 1) "
                               "by time_limit: "));
    const auto json = result.json();
    const auto& b = json["ensemble"]["modalities"][1];
    BOOST_TEST(json["ensemble"]["modalities"][0]["learned"] == 3);
    BOOST_TEST(b["learned"] == 0);
    BOOST_TEST(b["unknown"] == 3);
    BOOST_TEST(b["mean"].is_null());
    BOOST_TEST(b["quantiles"].empty());
    BOOST_TEST(json["ensemble"]["time_ratio"]["mean"].is_null());
    BOOST_TEST(json["warnings"][0] ==
               "B was not seen to be learned in 3 of 3 runs: left out of mean and quantiles");
    const auto text = run(words);
    BOOST_TEST(text.out.find(" 0 of 3 ") != std::string::npos);
    BOOST_TEST(text.err.find("left out of mean and quantiles") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_of_one_run_is_refused_with_repeats) {
    const tests::temporary_folder folder;
    for (const std::string name : {"trajectory", "plot"}) {
        const auto result = run({"simulate", "--repeats", "2", "--" + name,
                                 folder.file(name == "plot" ? "p.svg" : "t")});
        BOOST_TEST(result.code == 2);
        BOOST_TEST(result.err == "fusionflow: --" + name +
                                     ": is of one run: cannot be combined "
                                     "with --repeats above 1\n");
    }
    BOOST_TEST(folder.count() == 0);
}

BOOST_AUTO_TEST_CASE(saved_weights_start_the_same_run_again) {
    const tests::temporary_folder folder;
    const auto with = [&](std::vector<std::string> more) {
        const std::vector<std::string> common = {"simulate", "--depth",  "3",   "--fusion",
                                                 "2",        "--rho",    "0.5", "--learning-rate",
                                                 "0.05",     "--format", "json"};
        more.insert(more.begin(), common.begin(), common.end());
        return run(more);
    };
    const std::vector<std::vector<std::string>> kinds = {
        {}, {"--samples", "80", "--activation", "relu", "--bias"}};
    for (const auto& kind : kinds) {
        auto draw = kind;
        draw.insert(draw.end(), {"--scheme", "gaussian", "--init", "0.3", "--width", "8",
                                 "--max-epochs", "400", "--save-initial", folder.file("i.npz")});
        auto load = kind;
        load.insert(load.end(), {"--max-epochs", "400", "--weights", folder.file("i.npz")});
        const auto drawn = with(draw).json();
        const auto loaded = with(load).json();
        BOOST_TEST(loaded["modalities"] == drawn["modalities"]);
        BOOST_TEST(loaded["loss_final"] == drawn["loss_final"]);
        BOOST_TEST(!loaded.contains("scheme"));
    }
    const auto refused = with({"--weights", folder.file("i.npz")});  // these have biases
    BOOST_TEST(refused.code == 2);
    BOOST_TEST(refused.err == "fusionflow: --weights: " + folder.file("i.npz") +
                                  ": array A.1.bias has no place in this network\n");
}

BOOST_AUTO_TEST_CASE(given_weights_leave_nothing_to_draw) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("w.npz");
    BOOST_TEST(run({"simulate", "--width", "4", "--max-time", "1", "--save-initial", file})
                   .err.find("not written") == std::string::npos);
    const auto refuses = [&](const std::vector<std::string>& more, const std::string& message) {
        std::vector<std::string> words = {"simulate", "--weights", file};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = run(words);
        BOOST_TEST(result.code == 2);
        BOOST_TEST(result.err == "fusionflow: --" + message + "\n");
        BOOST_TEST(result.out.empty());
    };
    for (const std::string name : {"init", "width", "seed"}) {
        refuses({"--" + name, "1"}, name + ": cannot be combined with --weights");
    }
    refuses({"--scheme", "gaussian"}, "scheme: cannot be combined with --weights");
    refuses({"--plot", folder.file("p.svg")}, "plot: cannot be combined with --weights");
    refuses({"--representation", "sampled"},
            "representation: need full or compressed with --weights");
    refuses({"--repeats", "2"},
            "weights: is of one run: cannot be combined with --repeats above 1");
    // Only the weights are there: nothing was written by what was refused.
    BOOST_TEST(folder.count() == 1);
    const auto other = run({"simulate", "--weights", file, "--depth", "3"});
    BOOST_TEST(other.code == 2);
    BOOST_TEST(other.err == "fusionflow: --weights: " + file + ": there is no array trunk.1\n");
    tests::write(folder.file("odd.npz"), "not a zip");
    const auto odd = run({"simulate", "--weights", folder.file("odd.npz")});
    BOOST_TEST(odd.code == 2);
    BOOST_TEST(odd.err == "fusionflow: " + folder.file("odd.npz") +
                              ": not an .npz file (a zip archive), or truncated\n");
}

BOOST_AUTO_TEST_CASE(biases_train_from_moments_and_their_file) {
    // Weights that are written with their biases go on where training ended.
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"),
                 R"({"names": ["A", "B"], "dims": [1, 1], "covariance": [[5, 2.5], [2.5, 2]],
                     "correlation": [6.25, 3.5], "target_power": 8.5,
                     "mean": {"inputs": [1, 1], "targets": [1.5]}})");
    const auto train = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words = {"simulate",
                                          "--moments",
                                          folder.file("m.json"),
                                          "--learning-rate",
                                          "0.01",
                                          "--tail",
                                          "1e9",
                                          "--format",
                                          "json"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words).json();
    };
    const auto from_pytorch = [&](const char* epochs) {
        return train({"--scheme", "torch", "--width", "10", "--max-epochs", epochs,
                      "--save-weights", folder.file("end.npz")});
    };
    const auto whole = from_pytorch("40");
    (void)from_pytorch("15");
    const auto rest = train({"--bias", "--weights", folder.file("end.npz"), "--max-epochs", "25"});
    BOOST_TEST(relative(rest["loss_final"].get<double>(), whole["loss_final"].get<double>()) <
               1e-13);
}

namespace {

// Three classes of flowers that do not exist: a tells one of them from the others, b the other two.
std::string flowers() {
    std::string table = "a,b,kind,length\n";
    for (int i = 0; i < 60; ++i) {
        const double noise = 0.1 * ((7 * i) % 11 - 5);
        const char* kinds[] = {"iris", "rose", "tulip"};
        table += fmt::format("{},{},{},{}\n", (i % 3 == 0 ? 2 : -1) + noise,
                             (i % 3 == 1 ? 2 : -1) - noise, kinds[i % 3], 0.5 * (i % 3) + noise);
    }
    return table;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tables_are_trained_on_and_scored) {
    const tests::temporary_folder folder;
    const std::string table = folder.file("flowers.csv");
    tests::write(table, flowers());
    const auto result = run({"simulate",
                             table,
                             "--modality",
                             "first=a",
                             "--modality",
                             "second=b",
                             "--target",
                             "kind",
                             "--target-classes",
                             "--train-fraction",
                             "0.7",
                             "--activation",
                             "relu",
                             "--loss",
                             "cross-entropy",
                             "--optimizer",
                             "adam",
                             "--learning-rate",
                             "0.01",
                             "--batch",
                             "16",
                             "--scheme",
                             "torch",
                             "--width",
                             "20",
                             "--epochs",
                             "100",
                             "--format",
                             "json"});
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    BOOST_TEST(json["outcome"] == "trained");
    BOOST_TEST(json["ended_at_epoch"] == 100);
    BOOST_TEST(json["optimizer"] == "adam");
    BOOST_TEST(json["accuracy"] == 1.0);
    BOOST_TEST(json["held_out"]["accuracy"].get<double>() > 0.9);
    // Each modality alone tells one kind of three from the others.
    for (const char* name : {"first", "second"}) {
        const double alone = json["unimodal"][name]["accuracy"];
        BOOST_TEST((alone > 0.3 && alone < 0.9));
        BOOST_TEST(json["held_out"]["unimodal"][name].contains("loss"));
    }
}

// A linear network with half of the squared error on a table learns what one from its moments does.
BOOST_AUTO_TEST_CASE(a_linear_network_on_a_table_is_that_of_its_moments) {
    const tests::temporary_folder folder;
    const std::string table = folder.file("flowers.csv");
    tests::write(table, flowers());
    const std::vector<std::string> columns = {"--modality", "first=a", "--modality",   "second=b",
                                              "--target",   "length",  "--standardize"};
    std::vector<std::string> reading = {"moments", table, "--output", folder.file("m.json")};
    reading.insert(reading.end(), columns.begin(), columns.end());
    BOOST_TEST(run(reading).code == 0);
    const std::vector<std::string> how = {
        "--depth", "2", "--init",   "0.1",      "--width",  "10",  "--learning-rate", "0.02",
        "--seed",  "3", "--scheme", "gaussian", "--epochs", "400", "--format",        "json"};
    std::vector<std::string> rows = {"simulate", table};
    rows.insert(rows.end(), columns.begin(), columns.end());
    rows.insert(rows.end(), how.begin(), how.end());
    std::vector<std::string> moments = {"simulate", "--moments", folder.file("m.json")};
    moments.insert(moments.end(), how.begin(), how.end());
    const auto on_rows = run(rows).json();
    const auto on_moments = run(moments).json();
    // Rounding differs: the sums over samples are in another order.
    BOOST_TEST(relative(on_rows["loss_final"].get<double>(),
                        on_moments["loss_final"].get<double>()) < 1e-10);
}

BOOST_AUTO_TEST_CASE(tables_that_cannot_be_trained_on_are_refused_in_a_line) {
    const tests::temporary_folder folder;
    const std::string table = folder.file("flowers.csv");
    tests::write(table, flowers());
    const auto refused = [&](std::vector<std::string> more, const std::string& message) {
        std::vector<std::string> words = {"simulate"};
        words.insert(words.end(), more.begin(), more.end());
        const auto result = run(words);
        BOOST_TEST(result.code == 2);
        BOOST_TEST(result.out.empty());
        BOOST_TEST(result.err.find(message) != std::string::npos, result.err);
    };
    refused({"--modality", "x=a"}, "--modality: needs tables of samples, DATA");
    refused({"--blank", "zero"}, "--blank: needs tables of samples, DATA");
    refused({table}, "--modality: need at least one, NAME=columns");
    refused({table, "--modality", "x=a", "--target", "length", "--rho", "0.1"},
            "--rho: cannot be combined with tables of samples, DATA");
    refused({table, "--modality", "x=a", "--target", "length", "--activation", "tanh"},
            "--epochs: needed");
    refused(
        {table, "--modality", "x=a", "--target", "length", "--loss", "logistic", "--epochs", "5"},
        "--loss: need");
    refused({table, "--modality", "x=a", "--target", "length", "--batch", "61", "--epochs", "5"},
            "--batch: need at most the number of samples, 60, got 61");
    refused({table, "--modality", "x=a", "--target", "length", "--blank", "one"},
            "--blank: need mean or zero, got 'one'");
    refused(
        {table, "--modality", "x=a", "--target", "length", "--epochs", "5", "--max-epochs", "9"},
        "--epochs: cannot be combined with --max-epochs");
}

BOOST_AUTO_TEST_SUITE_END()
