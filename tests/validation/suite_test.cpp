#include "fusionflow/validation/experiments/suite.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/toy.hpp"
#include "fusionflow/validation/report/results_report.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::parse_suite;

BOOST_AUTO_TEST_SUITE(suite)

namespace {

// Lines 1 and 2 are the head, the check starts on line 3, its keys on line 4.
const std::string head = "about = \"One check.\"\n\n[[check]]\n";
const std::string rest = "name = \"a\"\n"                        // 4
                         "claim = \"It is so.\"\n"               // 5
                         "kind = \"agreement\"\n"                // 6
                         "model = { depth = 3, init = 0.01 }\n"  // 7
                         "grid = \"fusion=2:3\"\n"               // 8
                         "measured = \"formula\"\n"              // 9
                         "expected = \"flow\"\n"                 // 10
                         "quantity = \"times\"\n"                // 11
                         "tolerance = 0.3\n"                     // 12
                         "reason = \"because\"\n";               // 13

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

void refuses(const std::string& text, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)parse_suite(text, "s.toml"), data::input_error,
                          says("s.toml: " + message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_suite_says_what_to_run_and_what_to_expect) {
    const auto s = parse_suite(head + rest, "dir/mine.toml");
    BOOST_TEST(s.name == "mine");
    BOOST_TEST(s.about == "One check.");
    BOOST_TEST(s.experiments.size() == 1U);
    const auto& e = s.experiments[0];
    BOOST_TEST(e.points.size() == 2U);
    BOOST_TEST(e.model.depth == 3);
    BOOST_TEST(e.model.init.u0 == 0.01);
    BOOST_TEST(e.all.size() == 2U);
    BOOST_TEST(e.statements.size() == 2U);
    BOOST_TEST(e.statements[1].measured == "formula");
    BOOST_TEST(e.statements[1].quantity == "time_B");
    BOOST_TEST(e.statements[1].tolerance == 0.3);
    const auto results = validation::run_suite(s, {}).all();
    BOOST_TEST(results.size() == 4U);
    BOOST_TEST(results[0].name == "mine/a: fusion = 2, time_A");
    BOOST_TEST(results[3].name == "mine/a: fusion = 3, time_B");
}

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_the_number_of_threads) {
    const auto s =
        parse_suite(head + rest + "\n[[check]]\n" + replaced(rest, "\"a\"", "\"b\""), "s.toml");
    std::size_t calls = 0;
    const auto one =
        validation::run_suite(s, {}, [&](const validation::work_done&) { ++calls; }).all();
    const auto three = validation::run_suite(s, {.jobs = 3}).all();
    BOOST_TEST(calls == 8U);
    BOOST_TEST(one.size() == three.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        BOOST_TEST(one[i].name == three[i].name);
        BOOST_TEST(one[i].measured == three[i].measured);
    }
}

BOOST_AUTO_TEST_CASE(the_suites_that_come_along_can_be_read_and_pass) {
    const auto names = validation::suite_names();
    BOOST_TEST(names == (std::vector<std::string>{"paper", "quick"}),
               boost::test_tools::per_element());
    for (const auto& name : names) {
        BOOST_TEST(!validation::load_suite(name).about.empty());
    }
    for (const auto& result :
         validation::run_suite(validation::load_suite("quick"), {.jobs = 2}).all()) {
        BOOST_TEST_INFO(result.name << " error " << result.error << " " << result.trouble);
        BOOST_TEST(result.passed);
    }
}

BOOST_AUTO_TEST_CASE(moments_files_are_found_beside_the_suite) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"), data::format_moments(tests::three_scalars()));
    tests::write(folder.file("own.toml"),
                 head + replaced(replaced(rest, "{ depth = 3, init = 0.01 }",
                                          "{ moments = \"m.json\", branches = [2, 3, 2], shared = "
                                          "1, init = 0.01 }"),
                                 "grid = \"fusion=2:3\"\n", ""));
    const auto s = validation::load_suite(folder.file("own.toml"));
    BOOST_TEST(validation::build_model(s.experiments[0].model).moments.count() == 3);
}

BOOST_AUTO_TEST_CASE(moments_may_stand_in_the_suite) {
    const auto with_moments = [](const std::string& target_power) {
        return head +
               replaced(
                   replaced(
                       rest, "{ depth = 3, init = 0.01 }",
                       "{ depth = 3, init = 0.01, "
                       "moments = { names = [\"sound\", \"sight\"], dims = [1, 2], covariance = "
                       "[[4, 0.1, 0], [0.1, 1.0, 0.2], [0, 0.2, 1]], correlation = [4.5, 1.7, "
                       "0.3], target_power = " +
                           target_power + " } }"),
                   "fusion=2:3", "fusion=3");
    };
    const auto s = parse_suite(with_moments("9"), "s.toml");
    const auto moments = validation::build_model(s.experiments[0].model).moments;
    BOOST_TEST(moments.name(1) == "sight");
    BOOST_TEST(moments.dimension() == 3);
    BOOST_TEST(moments.covariance()(0, 1) == 0.1);
    BOOST_TEST(moments.target_power() == 9);
    refuses(with_moments("\"much\""),
            "line 7: moments: \"target_power\": need a number, got \"much\"");
    refuses(replaced(with_moments("9"), "depth = 3", "depth = 3, rho = 0.5"),
            "line 7: rho: cannot be combined with --moments");
}

BOOST_AUTO_TEST_CASE(refuses_broken_files_with_their_line) {
    refuses("about = ", "line 1, column 9: Error while parsing key-value pair: encountered "
                        "end-of-file");
    refuses("abut = \"x\"\n",
            "line 1: unknown key 'abut' in a suite; keys are about, check, experiment");
    refuses("", "line 1: a suite needs a key 'about'");
    refuses("about = \"x\"\ncheck = 3\n", "line 2: need one [[check]] or more");
    refuses("about = \"x\"\ncheck = [3]\n", "line 2: check must be a table: [[check]]");
    refuses(head + "kind = \"magic\"\n",
            "line 4: kind must be one of agreement, paired, distribution, within, convergence, "
            "outcome, got 'magic'");
    refuses(
        head + replaced(rest, "\"agreement\"", "\"invariant\""),
        "line 6: kind = \"invariant\" is no longer known: use kind = \"within\" with high = the "
        "tolerance, of balance_drift, loss_rise or excess_norm (which was final_weights; set "
        "tail = 20 in the model)");
    refuses(head + rest + "color = 3\n",
            "line 14: unknown key 'color' in a check; keys are name, claim, kind, model, grid, "
            "repeats, measured, reason, expected, quantity, tolerance, standard_errors");
    refuses(head + replaced(rest, "reason = \"because\"\n", ""),
            "line 3: a check needs a key 'reason'");
    refuses(head + replaced(rest, "0.3", "0"), "line 12: tolerance must be a number > 0");
    refuses(head + replaced(rest, "0.3", "nan"), "line 12: tolerance must be a number > 0");
    refuses(head + replaced(rest, "\"times\"", "\"taste\""),
            "line 11: quantity must be one of first_time, wait, time_ratio, plateau_loss, "
            "final_loss, first_learned, contributes_most, superficial, plateau_error, final_error, "
            "least_error, least_error_time, least_error_part, first_minimum, first_minimum_part, "
            "excess_norm, loss_rise, balance_drift, time_A, time_B, norm_A, norm_B, "
            "misattribution_A, misattribution_B, times, norms, misattributions, got 'taste'");
    refuses(
        head + replaced(rest, "\"flow\"", "\"flux\""),
        "line 10: expected must be one of formula, refined, law, flow, chain, exact, exact-drawn, "
        "one-way, exact-epochs, compressed, sampled, full, got 'flux'");
    refuses(head + replaced(rest, "init = 0.01", "init = -1"),
            "line 7: init: need finite u0 > 0, got -1");
    refuses(head + replaced(rest, "depth = 3", "deep = 3"),
            "line 7: deep: there is no such option");
    refuses(head + replaced(rest, "depth = 3", "depth = 2024-01-01"),
            "line 7: need a number, a text, true or false, or a list of numbers");
    refuses(head + replaced(rest, "fusion=2:3", "fusion=2:9"),
            "line 7: fusion: need 1 <= L_f <= L = 3, got 4");
    refuses(head + replaced(rest, "fusion=2:3", "foo"),
            "line 8: grid: need option=values; option=values, as in 'fusion=1:4; rho=0,0.5', got "
            "'foo'");
    refuses(head + rest + "repeats = 0\n", "line 14: repeats must be a whole number >= 1");
    refuses(head + rest + "[[check]]\n" + rest, "line 14: there are two experiments named 'a'");
}

BOOST_AUTO_TEST_CASE(refuses_convergence_without_a_falling_scale) {
    const std::string convergence =
        replaced(rest, "\"agreement\"", "\"convergence\"") + "order = 1\n";
    refuses(head + convergence,
            "line 3: convergence needs a grid of one axis, init, with two values or more");
    refuses(head +
                replaced(replaced(convergence, "fusion=2:3", "init=0.1,0.2"), ", init = 0.01", ""),
            "line 3: convergence needs values of init that fall along the grid");
}

BOOST_AUTO_TEST_CASE(refuses_suites_that_are_not_there) {
    BOOST_CHECK_EXCEPTION((void)validation::load_suite("nope"), data::input_error,
                          says("suite: need paper, quick or a file ending in .toml, got 'nope'"));
    BOOST_CHECK_EXCEPTION((void)validation::load_suite("/no/such.toml"), data::input_error,
                          says("/no/such.toml: cannot be opened: No such file or directory"));
    BOOST_CHECK_EXCEPTION(
        (void)validation::load_suite("quick/nope"), data::input_error,
        says("suite: 'quick' has late-fusion-formula-converges, "
             "intermediate-fusion-formula-converges, "
             "two-layer-formula-converges, turning-vectors-of-three-layers-converge, "
             "turning-vectors-of-four-layers-converge, "
             "turning-targets-of-three-layers-converge, balanced-network-follows-flow, "
             "unequal-branches-follow-flow, refined-formula-meets-exact-flow, "
             "gaussian-network-meets-refined-formula, flow-keeps-balance, "
             "loss-never-rises, ends-at-least-squares, "
             "turning-wait; got 'nope'"));
}

BOOST_AUTO_TEST_CASE(one_experiment_of_a_suite_can_be_named) {
    const auto s = validation::load_suite("quick/loss-never-rises");
    BOOST_TEST(s.experiments.size() == 1U);
    BOOST_TEST(s.experiments[0].name == "loss-never-rises");
}

namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

const std::string experiment = "about = \"One.\"\n"                                          // 1
                               "[[experiment]]\n"                                            // 2
                               "name = \"e\"\n"                                              // 3
                               "title = \"T\"\n"                                             // 4
                               "claim = \"C.\"\n"                                            // 5
                               "model = { init = 0.1, width = 5, scheme = \"gaussian\" }\n"  // 6
                               "grid = \"ratio=1.5,2\"\n"                                    // 7
                               "methods = [\"formula\", \"flow\", \"full\"]\n"               // 8
                               "repeats = 3\n"                                               // 9
                               "figure = { kind = \"paths\" }\n"                             // 10
                               "[[experiment.check]]\n"                                      // 11
                               "name = \"k\"\n"
                               "says = \"S.\"\n"
                               "kind = \"within\"\n"
                               "measured = \"flow\"\n"
                               "quantity = \"time_ratio\"\n"
                               "low = 1\n"
                               "reason = \"R.\"\n";

}  // namespace

BOOST_AUTO_TEST_CASE(keys_of_many_parts_are_refused_with_their_line_whatever_their_form) {
    const std::string about = "about = \"x\"\n";
    for (const int parts : {17, 1000, 50'000, 1'000'000}) {
        for (const std::string& key :
             {"a" + repeated(".a", parts - 1) + " = 1\n", "[a" + repeated(".a", parts - 1) + "]\n",
              "[[a" + repeated(".a", parts - 1) + "]]\n",
              "a = { b" + repeated(" . a", parts - 1) + " = 1 }\n",
              "a = [1.5, { b" + repeated(".\"a=b\"", parts - 1) + " = 1 }]\n",
              "\"a\"" + repeated(".'a.\"'", parts - 1) + " = 1\n",
              "a" + repeated(".a", parts - 1)}) {
            BOOST_TEST_INFO(key.substr(0, 30));
            refuses(about + key, "line 2: need keys of at most 16 parts");
            refuses(about + "# it's\nb = \"\"\"\n'\n\"\"\"\n" + key,
                    "line 6: need keys of at most 16 parts");
        }
    }
}

BOOST_AUTO_TEST_CASE(dots_in_texts_comments_and_numbers_are_no_keys) {
    const std::string dots = repeated(".", 100);
    const auto s = parse_suite(
        "about = \"x\\\"" + dots + "\"  # " + dots + "\n# it's " + dots + "\n[[check]]\n" +
            replaced(replaced(rest, "\"It is so.\"", "'''\n'" + dots + "''\\'''"), "\"because\"",
                     "\"\"\"\\\n \"" + dots + "\\\"\"\"\"\""),
        "s.toml");
    BOOST_TEST(s.experiments[0].claim == "'" + dots + "''\\");
    BOOST_TEST(s.experiments[0].statements[0].reason == "\"" + dots + "\"\"");
}

BOOST_AUTO_TEST_CASE(a_long_unknown_key_is_refused_in_a_short_line) {
    refuses("about = \"x\"\n" + std::string(1'000'000, 'k') + " = 1\n",
            "line 2: unknown key '" + std::string(60, 'k') +
                "...' in a suite; keys are about, check, experiment");
}

BOOST_AUTO_TEST_CASE(repeats_and_runs_have_the_limits_of_the_command_line) {
    for (const std::string many : {"1000001", "1000000000", "9223372036854775807"}) {
        const std::string rule = "repeats must be at most 1000000, got " + many;
        refuses(replaced(experiment, "repeats = 3", "repeats = " + many), "line 9: " + rule);
        refuses(head + rest + "repeats = " + many + "\n", "line 14: " + rule);
        refuses(replaced(experiment, "repeats = 3\n", "") +
                    "[[experiment.series]]\nmethod = \"full\"\nname = \"more\"\nrepeats = " + many +
                    "\n",
                "line 21: " + rule);
    }
    for (const std::string none : {"0", "-1", "1.5", "\"3\"", "1e300"}) {
        refuses(replaced(experiment, "repeats = 3", "repeats = " + none),
                "line 9: repeats must be a whole number >= 1");
    }
    refuses(replaced(replaced(experiment, "ratio=1.5,2", "ratio=1:2:0.01"), "repeats = 3",
                     "repeats = 1000000"),
            "line 2: need at most 10000000 runs, got 1000002 at each of 101 points");
    refuses(head +
                replaced(replaced(replaced(rest, "fusion=2:3", "init=0.01:0.02:0.001"), "\"flow\"",
                                  "\"full\""),
                         "depth = 3", "depth = 3, scheme = \"gaussian\"") +
                "repeats = 1000000\n",
            "line 3: need at most 10000000 runs, got 1000001 at each of 11 points");
    // Experiments that are small enough by themselves are too many in one suite.
    std::string many = "about = \"x\"\n";
    const std::string one = experiment.substr(experiment.find('\n') + 1);
    for (int i = 0; i < 6; ++i) {
        many += replaced(replaced(one, "\"e\"", "\"e" + std::to_string(i) + "\""), "repeats = 3",
                         "repeats = 1000000");
    }
    refuses(many, "line 70: need at most 10000000 runs in a suite");
}

BOOST_AUTO_TEST_CASE(nothing_that_a_journal_has_is_run_again) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("runs.journal");
    // Checks, runs, and runs of which the figure draws the path.
    const std::vector<validation::suite> suites = {
        parse_suite(head + rest + experiment.substr(experiment.find('\n') + 1), "a.toml"),
        parse_suite(experiment, "b.toml")};
    validation::work_done work;
    const auto run_all = [&](validation::journal* kept) {
        validation::measure_options options{.kept = kept};
        std::vector<validation::suite_result> results;
        for (const validation::suite& s : suites) {
            results.push_back(
                run_suite(s, options, [&](const validation::work_done& now) { work = now; }));
            options.first_run += planned_runs(s);
        }
        return results;
    };
    const auto is_same = [](const std::vector<validation::suite_result>& a,
                            const std::vector<validation::suite_result>& b) {
        BOOST_TEST(validation::results_json(a, "", true) == validation::results_json(b, "", true));
        for (std::size_t i = 0; i < a.size(); ++i) {
            const auto& one = a[i].experiments.back().measured.runs;
            const auto& two = b[i].experiments.back().measured.runs;
            BOOST_TEST(one[1][1][0].path.size() > 10U);
            BOOST_TEST(one[1][1][0].path.loss == two[1][1][0].path.loss);
            BOOST_TEST((one[1][2][0].path.weights == two[1][2][0].path.weights));
        }
    };
    const auto plain = run_all(nullptr);
    const auto work_of_suites = validation::work_of(suites, {});
    {
        validation::journal kept(file, work_of_suites);
        is_same(run_all(&kept), plain);
    }
    const std::string full = tests::read(file);
    BOOST_TEST(std::count(full.begin(), full.end(), '\n') ==
               1 + static_cast<long>(planned_runs(suites[0]) + planned_runs(suites[1])));
    {
        validation::journal kept(file, work_of_suites, {.resume = true});
        is_same(run_all(&kept), plain);
        BOOST_TEST(work.before == work.all);
    }
    // Whatever had been run again would have been added.
    BOOST_TEST(tests::read(file).size() == full.size());
    // Half of it is made up for.
    tests::write(file, full.substr(0, full.size() / 2));
    {
        validation::journal kept(file, work_of_suites, {.resume = true});
        BOOST_TEST(kept.size() > 2U);
        is_same(run_all(&kept), plain);
    }
    BOOST_TEST(tests::read(file).size() == full.size());
}

BOOST_AUTO_TEST_CASE(a_journal_of_other_moments_is_of_other_work) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("own.toml");
    tests::write(file, head + replaced(replaced(rest, "{ depth = 3, init = 0.01 }",
                                                "{ moments = \"m.json\", init = 0.01 }"),
                                       "grid = \"fusion=2:3\"\n", ""));
    const auto fingerprint = [&](const data::moments& m) {
        tests::write(folder.file("m.json"), data::format_moments(m));
        return validation::work_of({validation::load_suite(file)}, {}).fingerprint;
    };
    const std::string one = fingerprint(data::toy_moments({}));
    BOOST_TEST(one == fingerprint(data::toy_moments({})));
    BOOST_TEST(one != fingerprint(data::toy_moments({.rho = 0.1})));
}

BOOST_AUTO_TEST_SUITE_END()
