#include "fusionflow/validation/figures/gnuplot.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "fusionflow/validation/figures/picture.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::check_gnuplot;
using validation::gnuplot_word;
using validation::run_gnuplot;

BOOST_AUTO_TEST_SUITE(gnuplot)

namespace {

/// Another value of an environment variable until the end of the scope.
class other_variable {
public:
    other_variable(const char* name, const std::string& value) : name_(name) {
        const char* before = std::getenv(name);
        was_set_ = before != nullptr;
        before_ = was_set_ ? before : "";
        ::setenv(name, value.c_str(), 1);
    }
    other_variable(const other_variable&) = delete;
    other_variable& operator=(const other_variable&) = delete;
    ~other_variable() { was_set_ ? ::setenv(name_, before_.c_str(), 1) : ::unsetenv(name_); }

private:
    const char* name_;
    std::string before_;
    bool was_set_ = false;
};

/// A program called gnuplot that does what a shell script says, found before the real one.
class fake_gnuplot {
public:
    explicit fake_gnuplot(const std::string& script)
        : path_("PATH", folder_.path() + ":" + std::getenv("PATH")) {
        tests::write(folder_.file("gnuplot"), "#!/bin/sh\n" + script + '\n');
        std::filesystem::permissions(folder_.file("gnuplot"), std::filesystem::perms::owner_all);
    }

private:
    tests::temporary_folder folder_;
    other_variable path_;
};

std::string drawn(const std::string& format, const std::string& more = "") {
    return run_gnuplot(validation::terminal(300, 200, format) + more + "plot [0:1] x\n", format);
}

}  // namespace

BOOST_AUTO_TEST_CASE(returns_whole_pictures) {
    for (const std::string format : {"svg", "png", "pdf"}) {
        BOOST_TEST(validation::damage_of(drawn(format), format).empty());
        check_gnuplot(format);
    }
}

BOOST_AUTO_TEST_CASE(equal_scripts_give_equal_bytes_at_another_time_of_day) {
    for (const std::string format : {"svg", "png", "pdf"}) {
        BOOST_TEST(drawn(format) == drawn(format));
    }
    BOOST_TEST(drawn("pdf").find("Date") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(passes_on_what_gnuplot_complains_about) {
    BOOST_CHECK_EXCEPTION((void)run_gnuplot("plot nonsense\n", "svg"), data::input_error,
                          [](const data::input_error& e) {
                              const std::string text = e.what();
                              return text.starts_with("plot: gnuplot failed: line ") &&
                                     text.ends_with("undefined variable: nonsense");
                          });
}

BOOST_AUTO_TEST_CASE(says_what_to_install) {
    const tests::temporary_folder empty;
    const other_variable nothing("PATH", empty.path());
    BOOST_CHECK_EXCEPTION(check_gnuplot("svg"), data::input_error,
                          says("plot: gnuplot was not found; install it (Debian: gnuplot-nox)"));
}

BOOST_AUTO_TEST_CASE(names_a_gnuplot_that_was_killed) {
    const fake_gnuplot fake("echo out of paper >&2\nkill -9 $$");
    BOOST_CHECK_EXCEPTION(check_gnuplot("svg"), data::input_error,
                          says("plot: gnuplot failed: out of paper"));
}

BOOST_AUTO_TEST_CASE(a_gnuplot_that_ends_well_without_a_picture_is_refused) {
    {
        const fake_gnuplot silent("exit 0");
        BOOST_CHECK_EXCEPTION((void)drawn("svg"), data::input_error,
                              says("plot: gnuplot drew no whole svg picture: it is empty"));
    }
    {
        const fake_gnuplot junk("cat > /dev/null\necho Hello");
        BOOST_CHECK_EXCEPTION(
            (void)drawn("pdf"), data::input_error,
            says("plot: gnuplot drew no whole pdf picture: it begins as no pdf does"));
    }
    const std::string real = std::getenv("PATH");
    const fake_gnuplot cut("PATH=" + real + "\ngnuplot \"$@\" | head -c 1000");
    for (const std::string format : {"svg", "png", "pdf"}) {
        BOOST_CHECK_EXCEPTION(
            (void)drawn(format), data::input_error,
            says("plot: gnuplot drew no whole " + format + " picture: its end is missing"));
    }
}

// More than a pipe holds in every direction: nobody may wait for the other.
BOOST_AUTO_TEST_CASE(large_scripts_pictures_and_messages_pass) {
    const fake_gnuplot wordy(
        "yes words | head -c 300000 >&2\necho '<?xml?><svg>'\ncat\nyes words | head -c 300000 >&2\n"
        "echo '</svg>'");
    const std::string script(1000000, 'x');
    BOOST_TEST(run_gnuplot(script, "svg") == "<?xml?><svg>\n" + script + "</svg>\n");
    const fake_gnuplot reads_nothing("echo '<?xml?><svg></svg>'");
    BOOST_TEST(run_gnuplot(script, "svg") == "<?xml?><svg></svg>\n");
}

BOOST_AUTO_TEST_CASE(the_users_environment_does_not_matter) {
    const std::string before = drawn("svg");
    const tests::temporary_folder home;
    tests::write(home.file(".gnuplot"), "exit status 3\n");
    const other_variable terminal("GNUTERM", "qt");
    const other_variable at_home("HOME", home.path());
    for (const std::string folder : {"", "/no/such/folder"}) {
        const other_variable temporary("TMPDIR", folder);
        BOOST_TEST(drawn("svg") == before);
    }
}

BOOST_AUTO_TEST_CASE(words_hold_no_commands) {
    BOOST_TEST(gnuplot_word("H 9") == "\"H 9\"");
    BOOST_TEST(gnuplot_word("a\n`b`\x7f") == "\"a \\140b\\140 \"");
    BOOST_TEST(gnuplot_word("\"\\'@") == "\"\\042\\134\\047\\100\"");
    BOOST_TEST(gnuplot_word("\xcf\x84") == "\"\xcf\x84\"");
    BOOST_TEST(gnuplot_word("\xe9 \xc2\x9b") == "\"   \"");
}

BOOST_AUTO_TEST_CASE(words_are_drawn_as_they_are) {
    for (const std::string text : {"fusionflow 0.1.0", "rho -0.5, 1e-9", "W_1=2;3"}) {
        const std::string picture =
            drawn("svg", "set label 1 " + gnuplot_word(text) + " at graph 0.5,0.5 noenhanced\n");
        BOOST_TEST(picture.find(">" + text + "<") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(titles_in_pictures_are_for_people) {
    std::string picture = drawn("svg", "set title 'A ]]> <b> &amp; --> \"'\n");
    const std::size_t title = picture.find("<title>");
    BOOST_TEST(picture.compare(title, 16, "<title>Gnuplot</") == 0);
    BOOST_TEST(picture.find("<title>", title + 1) == std::string::npos);
    BOOST_TEST(picture.find("]]>") == std::string::npos);
    BOOST_TEST(picture.find(">A ]]&gt; &lt;b> &amp;amp; --> ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(damage_is_seen) {
    using validation::damage_of;
    BOOST_TEST(damage_of("<?xml?><svg></svg>\n\n", "svg").empty());
    BOOST_TEST(damage_of("<?xml?><svg></svg", "svg") == "its end is missing");
    BOOST_TEST(damage_of("\n", "svg") == "it begins as no svg does");
    BOOST_TEST(damage_of("%PDF-1.5\nxref\nstartxref\n9\n%%EOF\n", "pdf").empty());
    BOOST_TEST(damage_of("%PDF-1.5\nxref\nstartxref\n12\n%%EOF\n", "pdf") ==
               "a part of it is missing");
    BOOST_TEST(damage_of("%PDF-1.5\n", "pdf") == "its end is missing");
    BOOST_TEST(damage_of("GIF89a", "gif") == "there is no format gif");
}

// A write of gnuplot's that fails leaves a hole of a few thousand bytes, and gnuplot goes on.
BOOST_AUTO_TEST_CASE(holes_are_seen) {
    for (const std::string format : {"png", "pdf"}) {
        const std::string whole = drawn(format);
        for (std::size_t at = 100; at + 1000 < whole.size(); at += 100) {
            std::string holed = whole;
            holed.erase(at, 100);
            BOOST_TEST(!validation::damage_of(holed, format).empty());
        }
    }
    const std::string whole = drawn("svg");
    const std::size_t group = whole.find("<g fill");
    for (const std::size_t length : {1U, 3U}) {
        std::string holed = whole;
        holed.erase(group, length);
        BOOST_TEST(validation::damage_of(holed, "svg") == "a part of it is missing");
    }
    std::string unended = whole;
    unended.erase(whole.rfind("</g>"), 4);
    BOOST_TEST(validation::damage_of(unended, "svg") == "a part of it is missing");
}

BOOST_AUTO_TEST_CASE(dates_in_pdfs_become_blanks_of_the_same_length) {
    BOOST_TEST(
        validation::cleaned("<< /CreationDate (D:20260102030405Z)\n /ModDate (D:1) >>", "pdf") ==
        "<< " + std::string(33, ' ') + "\n " + std::string(14, ' ') + " >>");
}

BOOST_AUTO_TEST_SUITE_END()
