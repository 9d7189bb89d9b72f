#include <boost/test/unit_test.hpp>

#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

BOOST_AUTO_TEST_SUITE(validate)

namespace {

const std::string passing = R"(about = "A suite."
[[check]]
name = "near"
claim = "The formula is near the flow."
kind = "agreement"
model = { rho = 0.5, init = 1e-6 }
measured = "formula"
expected = "flow"
quantity = "times"
tolerance = 0.1
reason = "generous"
)";

const std::string failing = R"(
[[check]]
name = "too-strict"
claim = "The formula is the flow."
kind = "agreement"
model = { rho = 0.5, init = 1e-6 }
measured = "formula"
expected = "flow"
quantity = "time_ratio"
tolerance = 1e-12
reason = "made to fail"
)";

}  // namespace

BOOST_AUTO_TEST_CASE(quick_is_the_default_and_passes) {
    const auto result = run({"validate", "--format", "json"});
    BOOST_TEST(result.code == 0);
    const auto json = result.json();
    BOOST_TEST(json["failed"] == 0);
    BOOST_TEST(json["passed"].get<std::size_t>() == json["checks"].size());
    BOOST_TEST(json["checks"].size() > 20U);
    for (const auto& check : json["checks"]) {
        BOOST_TEST(check["name"].get<std::string>().starts_with("quick/"));
        BOOST_TEST(check["passed"] == true);
        // Those that hold a value between bounds have no error.
        BOOST_TEST((check["error"].is_null() ||
                    check["error"].get<double>() <= check["tolerance"].get<double>()));
        BOOST_TEST(check.contains("expected"));
        BOOST_TEST(check.contains("measured"));
    }
}

BOOST_AUTO_TEST_CASE(a_failed_check_makes_exit_code_one_and_is_shown) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), passing + failing);
    const auto text = run({"validate", folder.file("own.toml")});
    BOOST_TEST(text.code == 1);
    BOOST_TEST(text.out.find("pass  own/near ") != std::string::npos);
    BOOST_TEST(text.out.find("FAIL  own/too-strict ") != std::string::npos);
    BOOST_TEST(text.out.ends_with("2 passed, 1 failed\n"));
    const auto json = run({"validate", folder.file("own.toml"), "--format", "json"});
    BOOST_TEST(json.code == 1);
    BOOST_TEST(json.json()["failed"] == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_relative_error_is_not_shown_as_one) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), passing);
    const auto text = run({"validate", folder.file("own.toml"), "--perturb", "flow=0"});
    BOOST_TEST(text.code == 1);
    BOOST_TEST(text.out.find("expected 0 (flow), measured ") != std::string::npos);
    BOOST_TEST(text.out.find(", allowed 0\n") != std::string::npos);
    BOOST_TEST(text.out.find("inf") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bounds_are_shown_as_what_was_allowed) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), R"(about = "Bounds."
[[experiment]]
name = "ratio"
title = "Ratio"
claim = "It is four."
model = { ratio = 2 }
methods = ["formula"]
[[experiment.check]]
name = "four"
says = "It is about four."
kind = "within"
measured = "formula"
quantity = "time_ratio"
low = 3.6
high = 4.2
reason = "kappa^2"
[[experiment.check]]
name = "five"
says = "It is five or more."
kind = "within"
measured = "formula"
quantity = "time_ratio"
low = 5
reason = "made to fail"
)");
    const auto result = run({"validate", folder.file("own.toml")});
    BOOST_TEST(result.code == 1);
    BOOST_TEST(result.out.find("time_ratio 4, allowed 3.6 ... 4.2\n") != std::string::npos);
    BOOST_TEST(result.out.find("measured 4 (formula), allowed >= 5\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_counted_openly) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), R"(about = "Steps."
[[experiment]]
name = "steps"
title = "Steps"
claim = "Steps are small."
model = { ratio = 2, init = 1e-3, width = 10, scheme = "gaussian-iid" }
grid = "learning-rate=0.01,0.27"
methods = ["exact-epochs", "full"]
[[experiment.check]]
name = "same"
says = "Both forms agree."
kind = "paired"
measured = "exact-epochs"
expected = "full"
quantity = "time_ratio"
left_out_at_most = 1
tolerance = 1e-6
reason = "rounding"
)");
    const auto result = run({"validate", folder.file("own.toml")});
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out.find("\n      points left out, where a step size is unstable: 1, "
                               "allowed <= 1\n") != std::string::npos);
    BOOST_TEST(result.out.find("(2 of 4 runs ended in trouble)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_list_of_suites_is_json_if_that_is_asked_for) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), passing);
    const auto own =
        run({"validate", "--list", "--format", "json", folder.file("own.toml")}).json();
    BOOST_TEST(own == nlohmann::json::parse(R"({"suites":[{"name":"own","about":"A suite.",
        "checks":[{"name":"near","claim":"The formula is near the flow."}],
        "experiments":[{"name":"near",
        "title":"near","claim":"The formula is near the flow."}]}]})"));
    const auto all = run({"validate", "--list", "--format", "json"}).json();
    BOOST_TEST(all["suites"].size() == 2U);
    BOOST_TEST(all["suites"][0]["name"] == "paper");
    const auto& experiment = all["suites"][0]["experiments"][0];
    for (const char* key : {"name", "title", "claim"}) {
        BOOST_TEST(!experiment[key].get<std::string>().empty());
    }
}

BOOST_AUTO_TEST_CASE(suites_that_would_exhaust_stack_or_memory_are_refused_with_their_line) {
    const tests::temporary_folder folder;
    std::string key = "a";
    for (int i = 1; i < 50'000; ++i) {
        key += ".a";
    }
    tests::write(folder.file("deep.toml"), "about = \"x\"\n" + key + " = 1\n");
    for (const std::string list : {"", " --list"}) {
        const auto deep =
            tests::run_line("cd " + folder.path() + "\nfusionflow validate deep.toml" + list);
        BOOST_TEST(deep.code == 2);
        BOOST_TEST(deep.err == "fusionflow: deep.toml: line 2: need keys of at most 16 parts\n");
    }
    tests::write(folder.file("many.toml"), passing + "repeats = 1000000000\n");
    const auto many = tests::run_line("cd " + folder.path() + "\nfusionflow validate many.toml");
    BOOST_TEST(many.code == 2);
    BOOST_TEST(many.err == "fusionflow: many.toml: line 12: repeats must be at most 1000000, got "
                           "1000000000\n");
}

BOOST_AUTO_TEST_CASE(several_suites_run_one_after_the_other) {
    const tests::temporary_folder folder;
    tests::write(folder.file("a.toml"), passing);
    tests::write(folder.file("b.toml"), passing);
    const auto result = run({"validate", folder.file("a.toml"), folder.file("b.toml")});
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out.find("a/near") < result.out.find("b/near"));
    BOOST_TEST(result.out.ends_with("4 passed, 0 failed\n"));
}

BOOST_AUTO_TEST_CASE(a_broken_suite_is_refused_with_file_and_line_before_any_runs) {
    const tests::temporary_folder folder;
    tests::write(folder.file("a.toml"), passing);
    tests::write(folder.file("b.toml"), "about = \"x\"\ncolour = 3\n");
    const auto result = run({"validate", folder.file("a.toml"), folder.file("b.toml")});
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "fusionflow: " + folder.file("b.toml") +
                                 ": line 2: unknown key 'colour' in a suite; keys are about, "
                                 "check, experiment\n");
}

BOOST_AUTO_TEST_CASE(a_spoiled_method_is_noticed_by_checks_of_every_kind) {
    for (const std::string method : {"formula", "refined", "flow", "exact", "full"}) {
        BOOST_TEST_CONTEXT(method) {
            const auto result = run({"validate", "quick", "--perturb", method + "=1.02"});
            BOOST_TEST(result.code == 1);
            BOOST_TEST(result.out.find("FAIL") != std::string::npos);
            BOOST_TEST(result.out.find("(" + method + ")") != std::string::npos);
        }
    }
    // What nothing is held against cannot be noticed: invariants do not look at times.
    const auto unused = run({"validate", "quick", "--perturb", "law=2"});
    BOOST_TEST(unused.code == 2);
    BOOST_TEST(unused.out.empty());
    BOOST_TEST(unused.err == "fusionflow: --perturb: no check judges the times of law; need one of "
                             "formula, refined, flow, exact, full\n");
    const auto invariant = run({"validate", "quick/loss-never-rises", "--perturb", "full=2"});
    BOOST_TEST(invariant.code == 2);
    BOOST_TEST(invariant.err == "fusionflow: --perturb: no check judges the times of full; none "
                                "judges the times of any method\n");
    BOOST_TEST(run({"validate", "quick", "--perturb", "formula"}).err ==
               "fusionflow: --perturb: need METHOD=FACTOR, as in formula=1.02, got 'formula'\n");
}

BOOST_AUTO_TEST_CASE(other_seeds_are_other_draws_and_pass_too) {
    const std::string name = "quick/gaussian-network-meets-refined-formula";
    const auto one = run({"validate", name, "--format", "json"}).json();
    const auto two = run({"validate", name, "--seed", "1", "--format", "json"}).json();
    BOOST_TEST(one["failed"] == 0);
    BOOST_TEST(two["failed"] == 0);
    BOOST_TEST(one["checks"][0]["measured"] != two["checks"][0]["measured"]);
}

BOOST_AUTO_TEST_CASE(a_baseline_is_part_of_the_answer) {
    const tests::temporary_folder folder;
    tests::write(folder.file("own.toml"), passing);
    const auto before = run({"validate", folder.file("own.toml"), "--format", "json"});
    tests::write(folder.file("before.json"), before.out);
    const std::vector<std::string> again = {"validate", folder.file("own.toml"), "--baseline",
                                            folder.file("before.json")};
    const auto same = run(again);
    BOOST_TEST(same.code == 0);
    BOOST_TEST(same.out.find("0 changes since the baseline, 0 of them beyond noise") !=
               std::string::npos);
    auto spoiled = again;
    spoiled.insert(spoiled.end(), {"--perturb", "formula=1.01", "--format", "json"});
    const auto moved = run(spoiled).json();
    BOOST_TEST(moved["changes"].size() == 2U);
    BOOST_TEST(moved["changes"][0]["what"] == "moved");
    auto missing = again;
    missing.back() = folder.file("none.json");
    BOOST_TEST(run(missing).code == 2);
}

BOOST_AUTO_TEST_CASE(the_list_shows_suites_and_what_is_in_them) {
    const auto all = run({"validate", "--list"});
    BOOST_TEST(all.code == 0);
    BOOST_TEST(all.out.find("\n  paper/deep-correlation: ") != std::string::npos);
    BOOST_TEST(all.out.find("\n  quick/loss-never-rises: ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
