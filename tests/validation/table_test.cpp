#include "fusionflow/validation/study/table.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/table_format.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/options.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::grid;
using validation::settings;
using validation::table_options;

BOOST_AUTO_TEST_SUITE(table)

namespace {

settings gaussian() {
    settings s;
    validation::set_option(s, "scheme", "gaussian");
    validation::set_option(s, "width", "8");
    validation::set_option(s, "init", "0.1");
    return s;
}

table_options some_options() {
    table_options options;
    options.points = grid::parse("rho=0,0.5; ratio=2,3");
    options.methods = {"formula", "refined", "full"};
    options.repeats = 3;
    return options;
}

// Everything that a row says, as text: equal rows have equal digits.
std::string text_of(const validation::table_row& row) {
    std::string text = std::to_string(row.point) + ' ' + std::to_string(row.method) + ' ' +
                       std::to_string(row.repeat) + ' ' + row.outcome;
    for (const double time : row.times) {
        text += ' ' + std::to_string(std::hash<double>{}(time));
    }
    return text;
}

std::vector<std::string> texts_of(const validation::table& t) {
    std::vector<std::string> texts;
    for (const auto& row : t.rows) {
        texts.push_back(text_of(row));
    }
    return texts;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_are_points_methods_and_repeats_of_random_networks_only) {
    const validation::table t = validation::run_table(gaussian(), some_options());
    BOOST_TEST(t.rows.size() == 4U * (1 + 1 + 3));
    BOOST_TEST(t.names == (std::vector<std::string>{"A", "B"}), boost::test_tools::per_element());
    BOOST_TEST(t.labels[2] == "gaussian network");
    BOOST_TEST(t.rows[5].point == 1U);
    BOOST_TEST(t.rows[4].repeat == 2);
    BOOST_TEST(t.rows[4].method == 2U);
    BOOST_TEST(t.rows[0].outcome == "learned");
    BOOST_TEST(t.rows[0].time_ratio == t.rows[0].times[1] / t.rows[0].times[0]);
}

BOOST_AUTO_TEST_CASE(rows_are_what_the_method_gives_on_its_own) {
    const validation::table t = validation::run_table(gaussian(), some_options());
    settings s = gaussian();
    validation::set_option(s, "rho", "0.5");
    validation::set_option(s, "ratio", "2");
    const auto alone = tests::answer_of(s, "full", 1);
    // Point 2 starts at row 10; formula and refined come first.
    BOOST_TEST(t.rows[13].times == alone.times, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rows_do_not_depend_on_threads_or_shards) {
    const auto all = texts_of(validation::run_table(gaussian(), some_options()));
    table_options options = some_options();
    options.jobs = 4;
    BOOST_TEST(texts_of(validation::run_table(gaussian(), options)) == all,
               boost::test_tools::per_element());
    std::vector<std::string> dealt(all.size());
    for (options.part = {1, 3}; options.part.index <= 3; ++options.part.index) {
        const auto part = texts_of(validation::run_table(gaussian(), options));
        for (std::size_t i = 0; i < part.size(); ++i) {
            dealt[static_cast<std::size_t>(options.part.index - 1) + 3 * i] = part[i];
        }
    }
    BOOST_TEST(dealt == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_byte_of_a_table_of_flows_is_the_same_on_one_thread_and_on_two) {
    // Long enough to be written in several pieces.
    const tests::temporary_folder folder;
    table_options options;
    options.points =
        grid::parse("fusion=1:4; rho=-0.9:0.9:0.2; ratio=1.1:2:0.1; init=0.1,1e-4,1e-6");
    options.methods = {"flow"};
    settings s;
    validation::set_option(s, "depth", "4");
    std::vector<validation::table> tables;
    for (options.jobs = 1; options.jobs <= 2; ++options.jobs) {
        options.journal = folder.file(std::to_string(options.jobs));
        tables.push_back(validation::run_table(s, options));
    }
    BOOST_TEST(tables[0].rows.size() == 1200U);
    for (const auto format : {validation::table_format::text, validation::table_format::csv,
                              validation::table_format::markdown, validation::table_format::latex,
                              validation::table_format::json}) {
        const auto text = [&](const validation::table& t) {
            return validation::format_table(t, validation::table_layout::rows, format, "made here");
        };
        BOOST_TEST((text(tables[0]) == text(tables[1])));
    }
    // Rows are kept in the order in which they were done.
    const auto lines = [&](const std::string& name) {
        auto all = validation::split(tests::read(folder.file(name)), '\n');
        std::sort(all.begin(), all.end());
        return all;
    };
    BOOST_TEST(lines("1") == lines("2"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interrupted_table_goes_on_where_it_was) {
    const tests::temporary_folder folder;
    const auto all = texts_of(validation::run_table(gaussian(), some_options()));
    table_options options = some_options();
    options.journal = folder.file("rows");
    (void)validation::run_table(gaussian(), options);
    const std::string journal = tests::read(options.journal);
    options.resume = true;
    // Cut after a few rows, in the middle of a line, and with nothing but the first line left.
    for (const std::size_t length : {journal.size(), journal.size() / 2, journal.find('\n') + 1}) {
        tests::write(options.journal, journal.substr(0, length));
        std::size_t computed = 0;
        const auto resumed = validation::run_table(
            gaussian(), options, [&](const validation::work_done&) { ++computed; });
        BOOST_TEST(texts_of(resumed) == all, boost::test_tools::per_element());
        BOOST_TEST((computed == 0) == (length == journal.size()));
        BOOST_TEST((computed == all.size()) == (length == journal.find('\n') + 1));
        BOOST_TEST(folder.count() == 1);
    }
}

BOOST_AUTO_TEST_CASE(rows_of_another_table_are_neither_used_nor_lost) {
    const tests::temporary_folder folder;
    table_options options = some_options();
    options.methods = {"formula"};
    options.journal = folder.file("rows");
    (void)validation::run_table(gaussian(), options);
    const std::string before = tests::read(options.journal);
    BOOST_CHECK_EXCEPTION((void)validation::run_table(gaussian(), options), data::input_error,
                          says("output: '" + options.journal +
                               "' holds rows of a run that was interrupted: go on "
                               "with --resume, or delete it"));
    options.resume = true;
    options.methods = {"refined"};
    BOOST_CHECK_EXCEPTION((void)validation::run_table(gaussian(), options), data::input_error,
                          says("resume: '" + options.journal +
                               "' belongs to other work: delete it, or write elsewhere"));
    BOOST_TEST(tests::read(options.journal) == before);
}

BOOST_AUTO_TEST_CASE(unavailable_methods_and_failures_are_rows_too) {
    table_options options;
    options.points = grid::parse("depth=2,3");
    options.methods = {"refined", "flow"};
    settings s;
    validation::set_option(s, "max-steps", "10");
    const validation::table t = validation::run_table(s, options);
    BOOST_TEST(t.rows[0].outcome == "learned");
    BOOST_TEST(t.rows[1].outcome == "step_limit");
    BOOST_TEST(t.rows[1].failed);
    BOOST_TEST(t.rows[2].outcome == "not_available");
    BOOST_TEST(std::isnan(t.rows[2].times[0]));
    BOOST_TEST(!t.rows[2].failed);
}

BOOST_AUTO_TEST_CASE(every_point_is_checked_before_anything_is_computed) {
    table_options options;
    options.points = grid::parse("depth=2:4; fusion=1:3");
    std::size_t computed = 0;
    BOOST_CHECK_EXCEPTION(
        (void)validation::run_table({}, options, [&](const validation::work_done&) { ++computed; }),
        data::input_error,
        says("fusion: need 1 <= L_f <= L = 2, got 3 (at depth = 2, fusion = 3)"));
    BOOST_TEST(computed == 0U);
    // The first bad point is named, whichever thread finds one first.
    options.points = grid::parse("depth=2:300; fusion=1:300");
    options.jobs = 4;
    BOOST_CHECK_EXCEPTION((void)validation::run_table({}, options), data::input_error,
                          says("fusion: need 1 <= L_f <= L = 2, got 3 (at depth = 2, fusion = 3)"));
    options.points = grid::parse("width=10,100000");
    options.methods = {"full"};
    settings deep;
    validation::set_option(deep, "depth", "4");
    BOOST_CHECK_EXCEPTION((void)validation::run_table(deep, options), data::input_error,
                          says("width: need weights of at most 8 GiB, got H = 100000 "
                               "(224 GiB) (at width = 100000)"));
}

BOOST_AUTO_TEST_CASE(refuses_options_that_make_no_table) {
    const auto refuses = [](const table_options& options, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)validation::run_table({}, options), data::input_error,
                              says(message));
    };
    refuses({.methods = {}}, "methods: need at least one");
    refuses({.methods = {"flow", "flow"}}, "methods: 'flow' is there twice");
    refuses({.repeats = 0}, "repeats: need 1 ... 1000000, got 0");
    refuses({.part = {3, 2}}, "shard: need i/n with 1 <= i <= n, got 3/2");
    refuses({.jobs = 0}, "jobs: need 1 ... 1024, got 0");
    settings s;
    validation::set_option(s, "rho", "0");
    BOOST_CHECK_EXCEPTION((void)validation::run_table(s, {.points = grid::parse("rho=0,0.5")}),
                          data::input_error,
                          says("grid: --rho is given too: say it once, here or there"));
}

BOOST_AUTO_TEST_SUITE_END()
