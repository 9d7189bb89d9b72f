// Experiments: read, run, judged.

#include "fusionflow/validation/experiments/experiment.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/experiments/suite.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::finding;
using validation::parse_suite;

BOOST_AUTO_TEST_SUITE(experiment)

namespace {

const std::string head = R"(about = "One experiment."
[[experiment]]
name = "ratio"
title = "Time ratio"
claim = "The ratio is 1 + (kappa^2 - 1) / (1 - rho^2)."
model = { depth = 4, fusion = 4, init = 0.02, width = 10, scheme = "balanced", method = "flow" }
grid = "ratio=1.5,2; rho=0,0.5"
methods = ["formula", "flow"]
)";

const std::string network = R"([[experiment.series]]
name = "network"
method = "full"
model = { rtol = 1e-10 }
)";

std::string check(const std::string& keys) {
    return "[[experiment.check]]\nname = \"c\"\nsays = \"It holds.\"\nreason = \"known\"\n" + keys;
}

const std::string agreement = check(R"(kind = "agreement"
measured = "formula"
expected = "flow"
quantity = "time_ratio"
tolerance = 0.01
)");

void refuses(const std::string& text, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)parse_suite(text, "s.toml"), data::input_error,
                          says("s.toml: " + message));
}

validation::experiment_result run(const std::string& text,
                                  const validation::measure_options& options = {}) {
    return validation::run_suite(parse_suite(text, "s.toml"), options).experiments.at(0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_series_is_measured_at_every_point) {
    const auto e = run(head + network + agreement);
    BOOST_TEST(e.measured.runs.size() == 4U);
    BOOST_TEST(e.measured.count() == 12);
    BOOST_TEST(e.measured.failed() == 0);
    BOOST_TEST((e.found == finding::confirmed));
    BOOST_TEST(e.results.size() == 4U);
    BOOST_TEST(e.results[3].name == "s/ratio/c: ratio = 2, rho = 0.5");
    // 1 + (4 - 1) / (1 - 0.25)
    BOOST_TEST(std::abs(e.results[3].measured - 5) < 1e-12);
    BOOST_TEST(e.results[3].error > 0);
}

BOOST_AUTO_TEST_CASE(pairs_bounds_outcomes_and_statistics_are_judged) {
    const std::string paired = check(
        "kind = \"paired\"\nmeasured = \"network\"\nexpected = \"flow\"\nquantity = \"time_B\"\n"
        "tolerance = 1e-7\n");
    BOOST_TEST(run(head + network + paired).results.size() == 4U);
    BOOST_TEST((run(head + network + paired).found == finding::confirmed));
    const std::string within = check(
        "kind = \"within\"\nmeasured = \"flow\"\nquantity = \"time_ratio\"\nlow = 4.9\nhigh = 5.1\n"
        "where = \"ratio=2.0; rho=0.5\"\nmeans = \"qualifies\"\n");
    BOOST_TEST((run(head + within).found == finding::qualified));
    BOOST_TEST(run(head + within).results.size() == 1U);
    const std::string outcome =
        check("kind = \"outcome\"\nmeasured = \"flow\"\noutcome = \"learned\"\n");
    BOOST_TEST((run(head + outcome).found == finding::confirmed));
    const std::string wrong =
        check("kind = \"outcome\"\nmeasured = \"flow\"\noutcome = \"permanent_bias\"\n");
    BOOST_TEST((run(head + wrong).found == finding::failed));
    const std::string worst =
        check("kind = \"distribution\"\nmeasured = \"formula\"\nexpected = \"flow\"\n"
              "quantity = \"time_ratio\"\nstatistic = \"max\"\nhigh = 0.01\n");
    const auto e = run(head + worst);
    BOOST_TEST(e.results.size() == 1U);
    BOOST_TEST(e.results[0].measured > 1e-6);
    BOOST_TEST(e.results[0].passed);
    // Of the four ratios 1 + (kappa^2 - 1)/(1 - rho^2) of the formula itself.
    const auto of_ratio = [](const std::string& statistic) {
        const auto all = run(head + check("kind = \"distribution\"\nmeasured = \"formula\"\n"
                                          "quantity = \"time_ratio\"\nlow = 0\nstatistic = \"" +
                                          statistic + "\"\n"));
        return all.results.at(0).measured;
    };
    BOOST_TEST(std::abs(of_ratio("min") - 2.25) < 1e-12);
    BOOST_TEST(std::abs(of_ratio("max") - 5) < 1e-12);
    BOOST_TEST(std::abs(of_ratio("median") - (1 + 1.25 / 0.75 + 4) / 2) < 1e-12);
}

// The four ratios of the formula itself are 2.25, 2.667, 4 and 5.
BOOST_AUTO_TEST_CASE(a_value_is_held_to_so_many_of_its_standard_errors) {
    const auto median = [](const std::string& value) {
        return run(head + check("kind = \"distribution\"\nmeasured = \"formula\"\n"
                                "quantity = \"time_ratio\"\nstatistic = \"median\"\n"
                                "standard_error = 0.05\nstandard_errors = 3\nvalue = " +
                                value + "\n"))
            .results.at(0);
    };
    const auto held = median("3.2");
    BOOST_TEST(held.passed);
    BOOST_TEST(held.expected == 3.2);
    BOOST_TEST(std::abs(held.allowed.low - 3.05) < 1e-12);
    BOOST_TEST(std::abs(held.allowed.high - 3.35) < 1e-12);
    BOOST_TEST(std::abs(held.tolerance - 0.15 / 3.2) < 1e-12);
    BOOST_TEST(held.standard_error == 0.05);
    BOOST_TEST(!median("3.1").passed);
    BOOST_TEST(!median("3.6").passed);
}

// Relative differences lose their sign, ratios keep it: the formula is 0.1 % above the flow here.
BOOST_AUTO_TEST_CASE(ratios_of_two_series_keep_their_sign) {
    const auto ratio = [](const std::string& measured, const std::string& expected) {
        return run(head + check("kind = \"distribution\"\nmeasured = \"" + measured +
                                "\"\nexpected = \"" + expected +
                                "\"\nquantity = \"time_ratio\"\nstatistic = \"p90\"\n"
                                "of = \"ratio\"\nlow = 0.9\nhigh = 1.1\n"))
            .results.at(0);
    };
    const auto one = ratio("formula", "flow");
    BOOST_TEST(one.passed);
    BOOST_TEST(one.quantity == "p90 of time_ratio, formula over flow");
    // Some ratios are equal to the rounding of both methods, about 1e-10.
    const double other = ratio("flow", "formula").measured;
    BOOST_TEST(std::min(one.measured, other) < 1 + 1e-9);
    BOOST_TEST(std::max(one.measured, other) > 1 + 1e-6);
}

// Runs with an unstable step are what they are: counted, and left out where a statement says so.
BOOST_AUTO_TEST_CASE(unstable_steps_are_named_and_left_out_only_where_that_is_said) {
    const std::string text = R"(about = "Steps."
[[experiment]]
name = "steps"
title = "Steps"
claim = "Steps are small."
model = { depth = 2, fusion = 2, ratio = 2, init = 1e-3, width = 10, scheme = "gaussian-iid" }
grid = "learning-rate=0.01,0.27"
methods = ["exact-epochs", "full"]
)";
    const std::string pairs =
        "kind = \"paired\"\nmeasured = \"exact-epochs\"\nexpected = \"full\"\n"
        "quantity = \"time_ratio\"\ntolerance = 1e-6\n";
    // eta times the curvature 2 * 4 of A at |W_A| = 1.
    const auto strict = run(text + check(pairs));
    BOOST_TEST((strict.found == finding::failed));
    BOOST_TEST(strict.results.size() == 2U);
    BOOST_TEST(strict.results[0].passed);
    BOOST_TEST(strict.results[1].trouble == "exact-epochs: unstable_step");
    const auto open = run(text + check(pairs + "left_out_at_most = 1\n"));
    BOOST_TEST((open.found == finding::confirmed));
    BOOST_TEST(open.measured.failed() == 2);
    BOOST_TEST(open.results.size() == 2U);
    BOOST_TEST(open.results[0].name == "s/steps/c: points left out");
    BOOST_TEST(open.results[0].measured == 1);
    BOOST_TEST(to_string(open.results[0].allowed) == "<= 1");
    BOOST_TEST(open.results[1].name == "s/steps/c: learning-rate = 0.01");
    std::string worse = text + check(pairs + "left_out_at_most = 1\n");
    worse.replace(worse.find("0.01,0.27"), 9, "0.26,0.27");
    BOOST_TEST((run(worse).found == finding::failed));
    const auto outcome = run(text + check("kind = \"outcome\"\nmeasured = \"full\"\noutcome = "
                                          "\"unstable_step\"\nlow = 1\nhigh = 1\n"));
    BOOST_TEST((outcome.found == finding::confirmed));
    BOOST_TEST(outcome.results.size() == 1U);
}

// With `until` the second time is not known, and that is no trouble.
BOOST_AUTO_TEST_CASE(what_is_unknown_is_never_taken_for_equal) {
    std::string text = head + network +
                       check("kind = \"paired\"\nmeasured = \"network\"\nexpected = \"flow\"\n"
                             "quantity = \"time_B\"\ntolerance = 1e-7\n");
    const std::string own = "rtol = 1e-10";
    text.replace(text.find(own), own.size(), "scheme = \"gaussian\", until = 1");
    for (const std::string repeats : {"", "repeats = 3\n"}) {
        std::string drawn = text;
        const std::string methods = "methods = ";
        drawn.insert(drawn.find(methods), repeats);
        const auto e = run(drawn);
        BOOST_TEST(e.measured.failed() == 0);
        BOOST_TEST((e.found == finding::failed));
        for (const auto& result : e.results) {
            BOOST_TEST(std::isnan(result.error));
            BOOST_TEST(!result.passed);
        }
    }
}

// One unknown draw is not made up for by draws that agree.
BOOST_AUTO_TEST_CASE(one_unknown_pair_is_enough) {
    const auto e = parse_suite(head + check("kind = \"paired\"\nmeasured = \"formula\"\n"
                                            "expected = \"flow\"\nquantity = \"time_B\"\n"
                                            "tolerance = 1e-7\nwhere = \"ratio=2; rho=0\"\n"),
                               "s.toml")
                       .experiments.at(0);
    const auto draws = [](const std::vector<double>& values) {
        validation::run_records records;
        for (const double v : values) {
            records.push_back({{{"time_B", v}}, "learned", false, {}});
        }
        return records;
    };
    const auto judged = [&](const std::vector<double>& measured) {
        validation::measurements m;
        m.runs.assign(e.points.size(), {draws(measured), draws({1, 2, 3})});
        return validation::judge(e, m).at(0);
    };
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(judged({1, 2, 3}).passed);
    BOOST_TEST(!judged({1, 2, 3.1}).passed);
    BOOST_TEST(!judged({unknown, 2, 3}).passed);
    BOOST_TEST(!judged({1, unknown, 3}).passed);
}

BOOST_AUTO_TEST_CASE(a_spoiled_formula_is_noticed_and_named) {
    const std::string strict = head + check(R"(kind = "agreement"
measured = "formula"
expected = "flow"
quantity = "time_ratio"
tolerance = 0.002
)");
    BOOST_TEST((run(strict).found == finding::confirmed));
    validation::measure_options options;
    options.under.perturbed = "formula";
    options.under.factor = 1.02;
    const auto e = run(strict, options);
    BOOST_TEST((e.found == finding::failed));
    BOOST_TEST(std::abs(e.results[0].error - 0.02) < 0.002);
}

// What the suite that comes along says of formulas is so narrow that a quarter more or less shows.
BOOST_AUTO_TEST_CASE(what_the_paper_suite_says_of_formulas_breaks_when_they_are_spoiled) {
    for (const std::string name : {"random-data", "tiny-scales", "two-layer-map", "deep-size"}) {
        const auto e = validation::load_suite("paper/" + name).experiments.at(0);
        // Networks take longest, and what is said of them is not the matter here.
        validation::experiment formulas = e;
        std::erase_if(formulas.all, [](const validation::series& s) {
            return solver::find_method(s.method).kind == solver::method_kind::network;
        });
        std::erase_if(formulas.statements, [&](const validation::statement& s) {
            return formulas.find(s.measured) == formulas.all.size() ||
                   (!s.expected.empty() && formulas.find(s.expected) == formulas.all.size());
        });
        formulas.figure.reset();
        auto m = validation::measure(formulas, {.jobs = 2});
        const auto passes = [&](const std::string& statement) {
            const auto results = validation::judge(formulas, m);
            return std::all_of(results.begin(), results.end(), [&](const auto& r) {
                return r.passed || r.name.find('/' + statement) == std::string::npos;
            });
        };
        BOOST_TEST_REQUIRE(!formulas.statements.empty());
        for (const auto& s : formulas.statements) {
            BOOST_TEST_CONTEXT(name << '/' << s.name) {
                BOOST_TEST(passes(s.name));
                for (const double factor : {0.8, 1.25}) {
                    const auto scale = [&](double by) {
                        for (auto& point : m.runs) {
                            for (auto& r : point[formulas.find(s.measured)]) {
                                r.values.at(s.quantity) *= by;
                            }
                        }
                    };
                    scale(factor);
                    BOOST_TEST(!passes(s.name));
                    scale(1 / factor);
                }
            }
        }
    }
}

// At depth 4, late fusion, the next term of the formula is u0^2 ln(1/u0) smaller.
BOOST_AUTO_TEST_CASE(convergence_measures_the_order_and_fails_on_another) {
    const auto order = [](const std::string& expected) {
        return run(R"(about = "One check."
[[check]]
name = "a"
claim = "The formula tends to the flow."
kind = "convergence"
model = { depth = 4, fusion = 4, rho = 0.5, rtol = 1e-11 }
grid = "init=0.1,0.05,0.025"
measured = "formula"
expected = "flow"
quantity = "times"
tolerance = 0.05
reason = "known"
order = )" + expected +
                   "\n");
    };
    const auto right = order("2");
    BOOST_TEST(right.results.size() == 2U);
    BOOST_TEST(right.results[0].name == "s/a: time_A");
    BOOST_TEST(right.results[0].quantity == "order of time_A");
    BOOST_TEST(right.results[0].expected == 2);
    BOOST_TEST(std::abs(right.results[0].measured - 2) < 0.05);
    BOOST_TEST((right.found == finding::confirmed));
    BOOST_TEST((order("1").found == finding::failed));
}

BOOST_AUTO_TEST_CASE(the_loss_and_the_balance_of_flows_are_kept_and_large_steps_break_balance) {
    const auto of = [](const std::string& quantity, const std::string& method) {
        return run(R"(about = "One check."
[[check]]
name = "a"
claim = "It is kept."
kind = "within"
measured = "full"
high = 1e-6
reason = "known"
model = { rho = 0.5, width = 10, init = 0.1, scheme = "gaussian", tail = 20, )" +
                   method + " }\nquantity = \"" + quantity + "\"\n")
            .results.at(0);
    };
    for (const std::string quantity : {"loss_rise", "balance_drift", "excess_norm"}) {
        BOOST_TEST_INFO(quantity);
        BOOST_TEST(of(quantity, "method = \"flow\"").passed);
    }
    // Gradient descent with a step near the inverse of the curvature conserves nothing.
    BOOST_TEST(!of("balance_drift", "method = \"gd\", learning-rate = 0.1").passed);
}

BOOST_AUTO_TEST_CASE(series_may_have_moments_of_their_own) {
    const std::string own = R"([[experiment.series]]
name = "other data"
method = "formula"
model.moments.names = ["A", "B"]
model.moments.dims = [1, 1]
model.moments.covariance = [[4, 0], [0, 1]]
model.moments.correlation = [8, 1]
model.moments.target_power = 20
)";
    std::string text = head + own +
                       check("kind = \"within\"\nmeasured = \"other data\"\nquantity = "
                             "\"time_ratio\"\nlow = 7.99\nhigh = 8.01\n");
    const std::string axis = "grid = \"ratio=1.5,2; rho=0,0.5\"\n";
    text.replace(text.find(axis), axis.size(), "grid = \"depth=3,4\"\n");
    text.replace(text.find("depth = 4, fusion = 4"), 21, "fusion = 3");
    const auto e = run(text);
    BOOST_TEST(e.results.size() == 2U);
    BOOST_TEST(std::abs(e.results[0].measured - 8) < 1e-9);
}

BOOST_AUTO_TEST_CASE(runs_in_trouble_fail_what_is_said_of_them) {
    std::string text = head + agreement;
    const std::string model = "init = 0.02";
    text.replace(text.find(model), model.size(), "init = 0.02, max-time = 10");
    const auto e = run(text);
    BOOST_TEST((e.found == finding::failed));
    BOOST_TEST(e.measured.failed() == 4);
    BOOST_TEST(e.results[0].trouble == "flow: time_limit");
}

BOOST_AUTO_TEST_CASE(draws_do_not_depend_on_the_number_of_threads_but_on_the_seed) {
    const std::string text = head + "repeats = 3\n" +
                             R"([[experiment.series]]
name = "drawn"
method = "sampled"
model = { scheme = "gaussian", init = 0.2, rounds = 3, no-estimate = true }
)" + check("kind = \"within\"\nmeasured = \"drawn\"\nquantity = \"first_time\"\nlow = 0\n");
    const auto one = run(text);
    const auto two = run(text, {.jobs = 2});
    const auto other = run(text, {.under = {.seed = 5}});
    BOOST_TEST(one.measured.count() == 4 * (2 + 3));
    BOOST_TEST(one.results[0].measured == two.results[0].measured);
    BOOST_TEST(one.results[0].standard_error == two.results[0].standard_error);
    BOOST_TEST(one.results[0].measured != other.results[0].measured);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_there_with_the_line) {
    refuses(head + "colour = 3\n",
            "line 9: unknown key 'colour' in an experiment; keys are name, title, claim, model, "
            "grid, methods, series, repeats, check, figure");
    refuses(head + check("kind = \"agreement\"\nmeasured = \"formula\"\nexpected = \"full\"\n"
                         "quantity = \"time_ratio\"\ntolerance = 1\n"),
            "line 15: expected must be one of formula, flow, got 'full'");
    refuses(head + check("kind = \"within\"\nmeasured = \"flow\"\nquantity = \"time_ratio\"\n"),
            "line 9: need low, high or both, or value with its standard_error");
    const std::string within =
        "kind = \"within\"\nmeasured = \"flow\"\nquantity = \"time_ratio\"\n";
    refuses(head + check(within + "value = 4\nlow = 3\nstandard_error = 1\n"),
            "line 17: cannot be combined with value");
    refuses(head + check(within + "value = 0\nstandard_error = 1\nstandard_errors = 3\n"),
            "line 16: need a value that is not 0 (or low and high)");
    refuses(head + check(within + "value = 4\nstandard_error = 1\n"),
            "line 9: a check needs a key 'standard_errors'");
    refuses(head + check(within + "low = 4\nstandard_error = 1\n"), "line 17: needs value");
    refuses(head + check(within + "low = 4\nleft_out_at_most = 0\n"),
            "line 17: left_out_at_most must be a whole number >= 1");
    refuses(head + check("kind = \"distribution\"\nmeasured = \"flow\"\nquantity = "
                         "\"time_ratio\"\nstatistic = \"max\"\nhigh = 4\nof = \"ratio\"\n"),
            "line 18: needs expected");
    refuses(head +
                check("kind = \"within\"\nmeasured = \"flow\"\nquantity = \"time_ratio\"\nlow = 1\n"
                      "where = \"fusion=2\"\n"),
            "line 17: 'fusion' is not an axis of this experiment");
    refuses(head +
                check("kind = \"within\"\nmeasured = \"flow\"\nquantity = \"time_ratio\"\nlow = 1\n"
                      "where = \"rho=0.7\"\n"),
            "line 17: no point of the grid has these values");
    refuses(head + "[experiment.figure]\nkind = \"lines\"\nx = \"fusion\"\n",
            "line 11: x must be one of ratio, rho, got 'fusion'");
    refuses(
        head + "[experiment.figure]\nkind = \"lines\"\nx = \"rho\"\nquantity = \"taste\"\n",
        "line 12: quantity must be one of first_time, wait, time_ratio, plateau_loss, final_loss, "
        "first_learned, contributes_most, superficial, plateau_error, final_error, "
        "least_error, least_error_time, least_error_part, first_minimum, first_minimum_part, "
        "excess_norm, loss_rise, balance_drift, time_A, time_B, norm_A, norm_B, "
        "misattribution_A, misattribution_B, got 'taste'");
    refuses(head, "line 2: an experiment needs [[experiment.check]]");
    refuses(head + agreement + "[experiment.figure]\nkind = \"errors\"\n",
            "line 18: the figure 'errors' needs data drawn from a known population (draws > 0)");
    refuses(head + check("kind = \"outcome\"\nmeasured = \"flow\"\noutcome = \"lerned\"\n"),
            "line 15: outcome must be one of learned, permanent_bias, decayed, sign_reversal, "
            "stopped, enough, trained, no_plateau, time_limit, step_limit, repeated_rejections, "
            "unresolved, step_too_small, diverged, non_finite, not_available, unstable_step, "
            "got 'lerned'");
    refuses(head + "[[experiment.series]]\nname = \"n\"\nmethod = \"full\"\nrepeats = 2\n" +
                check("kind = \"paired\"\nmeasured = \"n\"\nexpected = \"flow\"\n"
                      "quantity = \"time_ratio\"\ntolerance = 1\n"),
            "line 19: paired needs the same number of repeats in both series");
    refuses(
        head + "[experiment.figure]\nkind = \"portrait\"\nx = \"rho\"\n[[experiment.series]]\n"
               "name = \"three\"\nmethod = \"flow\"\nmodel = { data = \"random\", dims = [1, 1, 1] "
               "}\n",
        "line 6: rho: cannot be combined with --data random");
    refuses(head + "[[experiment.series]]\nmethod = \"flow\"\n",
            "line 2: there are two series named 'flow'");
    refuses(head +
                "[[experiment.series]]\nname = \"x\"\nmethod = \"flow\"\nmodel = { init = -1 }\n",
            "line 6: init: need finite u0 > 0, got -1");
}

BOOST_AUTO_TEST_SUITE_END()
