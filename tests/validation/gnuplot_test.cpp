#include "validation/gnuplot.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::gnuplot_word;
using validation::run_gnuplot;

BOOST_AUTO_TEST_SUITE(gnuplot)

namespace {

/// Another PATH until the end of the scope.
class search_path {
public:
    explicit search_path(const std::string& path) : before_(std::getenv("PATH")) {
        ::setenv("PATH", path.c_str(), 1);
    }
    search_path(const search_path&) = delete;
    search_path& operator=(const search_path&) = delete;
    ~search_path() { ::setenv("PATH", before_.c_str(), 1); }

private:
    std::string before_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(returns_what_gnuplot_draws) {
    const std::string picture = run_gnuplot("set terminal svg\nplot [0:1] x\n");
    BOOST_TEST(picture.find("</svg>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(passes_on_what_gnuplot_complains_about) {
    BOOST_CHECK_EXCEPTION(
        (void)run_gnuplot("plot nonsense\n"), data::input_error, [](const data::input_error& e) {
            const std::string text = e.what();
            return text.starts_with("plot: gnuplot failed: ") &&
                   text.find("undefined variable: nonsense") != std::string::npos &&
                   text.find('\n') == std::string::npos;
        });
}

BOOST_AUTO_TEST_CASE(says_what_to_install) {
    const tests::temporary_folder empty;
    const search_path nothing(empty.path());
    BOOST_CHECK_EXCEPTION((void)run_gnuplot(""), data::input_error,
                          says("plot: gnuplot was not found; install it (Debian: gnuplot-nox)"));
}

BOOST_AUTO_TEST_CASE(names_a_gnuplot_that_was_killed) {
    const tests::temporary_folder folder;
    tests::write(folder.file("gnuplot"), "#!/bin/sh\necho out of paper >&2\nkill -9 $$\n");
    std::filesystem::permissions(folder.file("gnuplot"), std::filesystem::perms::owner_all);
    const search_path fake(folder.path());
    BOOST_CHECK_EXCEPTION((void)run_gnuplot(""), data::input_error,
                          says("plot: gnuplot failed: out of paper"));
}

BOOST_AUTO_TEST_CASE(words_hold_no_commands) {
    BOOST_TEST(gnuplot_word("H 9") == "\"H 9\"");
    BOOST_TEST(gnuplot_word("a\n`b`\x7f") == "\"a \\140b\\140 \"");
    BOOST_TEST(gnuplot_word("\"\\'@") == "\"\\042\\134\\047\\100\"");
    BOOST_TEST(gnuplot_word("\xcf\x84") == "\"\xcf\x84\"");
}

BOOST_AUTO_TEST_CASE(words_are_drawn_as_they_are) {
    for (const std::string text : {"fusionflow 0.1.0", "rho -0.5, 1e-9", "W_1=2;3"}) {
        const std::string picture =
            run_gnuplot("set terminal svg\nset label 1 " + gnuplot_word(text) +
                        " at graph 0.5,0.5 noenhanced\nplot [0:1] x\n");
        BOOST_TEST(picture.find(">" + text + "<") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
