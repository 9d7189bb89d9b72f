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
        BOOST_TEST(check["error"].get<double>() <= check["tolerance"].get<double>());
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

BOOST_AUTO_TEST_SUITE_END()
