#include <boost/test/unit_test.hpp>
#include <cctype>
#include <set>
#include <sstream>

#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

BOOST_AUTO_TEST_SUITE(help)

namespace {

const std::vector<std::string> commands = {"predict", "integrate", "simulate", "table",   "merge",
                                           "columns", "moments",   "diagnose", "validate"};

// The lines after "Example:".
std::vector<std::string> examples_of(const std::string& help) {
    const std::string title = "\nExample:\n";
    const std::size_t at = help.find(title);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    std::vector<std::string> examples;
    std::size_t from = at + title.size();
    while (help.substr(from, 2) == "  ") {
        const std::size_t end = help.find('\n', from);
        examples.push_back(help.substr(from + 2, end - from - 2));
        from = end + 1;
    }
    BOOST_TEST_REQUIRE(!examples.empty());
    return examples;
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        longest = std::max(longest, end - start);
        start = end + 1;
    }
    return longest;
}

// F.json, FILE or DIR, as the value of an option.
bool names_file(const std::string& value) {
    const std::size_t dot = value.find('.');
    const bool has_suffix = dot != std::string::npos && dot > 0 && dot + 1 < value.size() &&
                            std::islower(static_cast<unsigned char>(value[dot + 1])) != 0;
    return value == "DIR" || value.ends_with("FILE") || has_suffix;
}

}  // namespace

// An option that names a file says in its file_use what is done with it, so that no command writes
// over what it reads; then it may stand here. (surroundings_test has the refusals.)
BOOST_AUTO_TEST_CASE(what_is_done_with_each_file_is_known) {
    const std::set<std::string> known = {
        "--baseline F.json", "--held-out H.json", "--held-out-rows R.txt", "--prepared-as M.json",
        "--junit F.xml",     "--moments FILE",    "--output FILE",         "--output M.json",
        "--plot F.svg",      "--report DIR",      "--save-initial F.npz",  "--save-weights F.npz",
        "--trajectory FILE", "--weights F.npz"};
    int found = 0;
    for (const std::string& command : commands) {
        const std::string text = run({command, "--help"}).out;
        std::istringstream words(text.substr(0, text.find("\nExample:")));
        std::string option;
        for (std::string word; words >> word; option = word) {
            if (option.starts_with("--") && names_file(word)) {
                ++found;
                BOOST_TEST_INFO(command);
                BOOST_TEST(known.contains(option + ' ' + word), option << ' ' << word);
            }
        }
    }
    BOOST_TEST(found >= static_cast<int>(known.size()));
}

BOOST_AUTO_TEST_CASE(every_command_has_help_with_an_example_that_runs) {
    // That of merge wants shards, those of moments and diagnose a table: run where there are some.
    const tests::temporary_folder folder;
    tests::write(folder.file("scans.csv"),
                 "s1,s2,s3,v,y\n1,2,3,4,5\n-2,1,0,-1,-1\n1,-3,-3,-3,-4\n");
    for (const std::string shard : {"1", "2"}) {
        (void)run({"table", "--grid", "rho=0:0.9:0.3", "--shard", shard + "/2", "--output",
                   folder.file("times." + shard + "-of-2.csv")});
    }
    for (const std::string& command : commands) {
        const auto help = run({command, "--help"});
        BOOST_TEST_INFO(command);
        BOOST_TEST(help.code == 0);
        BOOST_TEST(help.err.empty());
        BOOST_TEST(help.out.starts_with("usage: fusionflow " + command));
        BOOST_TEST(longest_line(help.out) <= 100U);
        for (const std::string& example : examples_of(help.out)) {
            BOOST_TEST(example.starts_with("fusionflow " + command));
            const auto shown = tests::run_line("cd " + folder.path() + "\n" + example);
            BOOST_TEST_INFO(example << '\n' << shown.err);
            BOOST_TEST(shown.code == 0);
            BOOST_TEST(!shown.out.empty());
            BOOST_TEST(longest_line(shown.out) <= 100U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_overview_names_every_command_and_its_example_runs) {
    const auto help = run({"--help"});
    BOOST_TEST(help.code == 0);
    for (const std::string& command : commands) {
        BOOST_TEST(help.out.find("\n  " + command) != std::string::npos);
    }
    BOOST_TEST(tests::run_line(examples_of(help.out)[0]).code == 0);
}

BOOST_AUTO_TEST_CASE(help_wins_over_whatever_else_is_there) {
    BOOST_TEST(run({"predict", "--rho", "5", "--help"}).code == 0);
}

BOOST_AUTO_TEST_CASE(integrate_shows_the_chain_and_the_exact_flow) {
    const auto examples = examples_of(run({"integrate", "--help"}).out);
    BOOST_TEST_REQUIRE(examples.size() == 3U);
    BOOST_TEST(examples[1].find("--scheme gaussian --width") != std::string::npos);
    BOOST_TEST(examples[2].starts_with("fusionflow integrate --exact "));
}

BOOST_AUTO_TEST_CASE(no_command_is_bad_usage_and_shows_the_overview) {
    const auto none = run({});
    BOOST_TEST(none.code == 2);
    BOOST_TEST(none.out.empty());
    BOOST_TEST(none.err.starts_with("usage: fusionflow COMMAND"));
}

BOOST_AUTO_TEST_CASE(version_is_one_line) {
    const auto version = run({"--version"});
    BOOST_TEST(version.code == 0);
    const std::string number = "fusionflow " FUSIONFLOW_VERSION;
    BOOST_TEST_REQUIRE(version.out.starts_with(number), version.out);
    std::string commit = version.out.substr(number.size());
    BOOST_TEST_REQUIRE(commit.ends_with('\n'));
    commit.pop_back();
    if (!commit.empty()) {  // built in a checkout
        BOOST_TEST(commit.front() == '+');
        const std::string hash = commit.substr(1, commit.find('.') - 1);
        BOOST_TEST(hash.size() >= 7U);
        BOOST_TEST(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
        BOOST_TEST((commit.size() == 1 + hash.size() || commit.ends_with(".modified")));
    }
}

BOOST_AUTO_TEST_SUITE_END()
