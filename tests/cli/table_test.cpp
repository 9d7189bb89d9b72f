#include <boost/test/unit_test.hpp>

#include "tests/cli/child.hpp"
#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

BOOST_AUTO_TEST_SUITE(table)

namespace {

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

const std::vector<std::string> small = {
    "table",   "--grid", "rho=0,0.5", "--methods", "flow,full", "--scheme", "gaussian",
    "--width", "6",      "--repeats", "3",         "--init",    "0.05"};

}  // namespace

BOOST_AUTO_TEST_CASE(json_rows_carry_options_and_keys) {
    const auto json = run(with(small, {"--format", "json"})).json();
    BOOST_TEST(json["rows"].size() == 2U * (1 + 3));
    BOOST_TEST(json["rows"][5]["rho"] == 0.5);
    BOOST_TEST(json["rows"][5]["method"] == "full");
    BOOST_TEST(json["rows"][5]["repeat"] == 0);
    BOOST_TEST(json["rows"][5]["time_ratio"].get<double>() > 1);
    BOOST_TEST(json["provenance"].get<std::string>().find("--grid rho=0,0.5") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(output_files_do_not_depend_on_jobs) {
    const tests::temporary_folder folder;
    for (const std::string jobs : {"1", "3"}) {
        const auto result =
            run(with(small, {"--jobs", jobs, "--output", folder.file(jobs + ".csv")}));
        BOOST_TEST(result.code == 0);
    }
    BOOST_TEST(tests::read(folder.file("1.csv")) == tests::read(folder.file("3.csv")));
    BOOST_TEST(tests::read(folder.file("1.csv")).starts_with("# fusionflow "));
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(every_format_is_written) {
    const tests::temporary_folder folder;
    for (const std::string ending : {"csv", "md", "tex", "json"}) {
        const std::string file = folder.file("t." + ending);
        BOOST_TEST(run(with(small, {"--wide", "--output", file})).code == 0);
        BOOST_TEST(tests::read(file).find("fusionflow ") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_interrupted_table_is_not_overwritten_but_resumed) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    const std::vector<std::string> line = {
        "table",    "--grid",  "seed=1:40", "--methods", "full", "--scheme",
        "gaussian", "--width", "20",        "--depth",   "3",    "--fusion",
        "3",        "--init",  "0.2",       "--output",  file};
    BOOST_TEST_REQUIRE(tests::kill_at(line, {file + ".rows", 7, 50}));
    BOOST_TEST(!std::filesystem::exists(file));
    BOOST_TEST_REQUIRE(std::filesystem::exists(file + ".rows"));
    const auto again = run(line);
    BOOST_TEST(again.code == 2);
    BOOST_TEST(again.err == "fusionflow: --output: '" + file +
                                ".rows' holds rows of a run that was interrupted: go on with "
                                "--resume, or delete it\n");
    BOOST_TEST(run(with(line, {"--resume"})).code == 0);
    BOOST_TEST(!std::filesystem::exists(file + ".rows"));
    const std::string resumed = tests::read(file);
    std::filesystem::remove(file);
    BOOST_TEST(run(line).code == 0);
    BOOST_TEST(tests::read(file) == resumed);
}

BOOST_AUTO_TEST_CASE(rows_in_trouble_are_named_and_make_exit_code_three) {
    const auto result = run({"table", "--grid", "init=0.1,1e-6", "--depth", "3", "--fusion", "3",
                             "--methods", "flow", "--stepper", "dopri5", "--max-steps", "500"});
    BOOST_TEST(result.code == 3);
    BOOST_TEST(result.out.find("step_limit") != std::string::npos);
    BOOST_TEST(result.err == "fusionflow: 1 of 2 rows ended in trouble, the first by step_limit "
                             "(flow at init = 1e-6)\n");
}

BOOST_AUTO_TEST_CASE(plot_has_a_panel_per_point) {
    const tests::temporary_folder folder;
    const auto result =
        run({"table", "--depth", "3", "--grid", "fusion=2:3", "--methods", "formula,flow,full",
             "--init", "0.1", "--width", "6", "--method", "flow", "--plot", folder.file("p.svg")});
    BOOST_TEST(result.code == 0);
    const std::string svg = tests::read(folder.file("p.svg"));
    BOOST_TEST(svg.find("fusion = 2") != std::string::npos);
    BOOST_TEST(svg.find("fusion = 3") != std::string::npos);
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(wide_shows_ratios_of_a_method_where_asked) {
    const auto wide = run(with(small, {"--wide", "--ratio-of", "full"}));
    BOOST_TEST(wide.code == 0);
    BOOST_TEST(wide.out.find("  full/flow\n") != std::string::npos);
    const auto narrow = run(with(small, {"--ratio-of", "full"}));
    BOOST_TEST(narrow.code == 2);
    BOOST_TEST(narrow.err == "fusionflow: --ratio-of: needs --wide\n");
    const auto absent = run(with(small, {"--wide", "--ratio-of", "law"}));
    BOOST_TEST(absent.code == 2);
    BOOST_TEST(absent.err ==
               "fusionflow: --ratio-of: need one of the methods flow,full; got 'law'\n");
}

BOOST_AUTO_TEST_SUITE_END()
