#include <boost/test/unit_test.hpp>
#include <sstream>

#include "tests/cli/program.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(readme)

namespace {

std::string source_file(const std::string& name) {
    return tests::read(std::string(FUSIONFLOW_SOURCE) + '/' + name);
}

std::string between(const std::string& text, const std::string& open, const std::string& close) {
    const std::size_t start = text.find(open) + open.size();
    return text.substr(start, text.find(close, start) - start);
}

/// The lines of a Markdown table.
std::vector<std::string> table_rows(const std::string& text) {
    std::vector<std::string> rows;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('|')) {
            rows.push_back(line);
        }
    }
    return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(commands_of_the_readme_run) {
    std::string commands = between(source_file("README.md"), "```sh\n", "```");
    BOOST_REQUIRE(commands.starts_with("alias fusionflow="));
    commands.erase(0, commands.find('\n'));
    const tests::temporary_folder folder;
    tests::write(folder.file("moments.json"),
                 R"({"names": ["A", "B"], "dims": [1, 1], "covariance": [[4, 1], [1, 1]],
                     "correlation": [5, 2], "target_power": 7})");
    tests::write(
        folder.file("scans.csv"),
        "s1,s2,s3,v,y\n1,2,3,4,5\n2,1,0,1,1\n3,3,1,0,2\n0,1,1,2,2\n4,1,2,1,3\n5,0,1,1,2\n");
    const auto result = tests::run_line("set -e\ncd " + folder.path() + '\n' + commands);
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.err.find("fusionflow: --") == std::string::npos, result.err);
    for (const char* file : {"path.svg", "network.svg", "times.csv"}) {
        BOOST_TEST(!tests::read(folder.file(file)).empty(), file);
    }
}

BOOST_AUTO_TEST_CASE(table_of_the_readme_is_the_one_in_docs) {
    const auto rows = table_rows(source_file("README.md"));
    BOOST_TEST(rows.size() == 14U);
    BOOST_TEST(rows == table_rows(source_file("docs/time-to-learn.md")),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
