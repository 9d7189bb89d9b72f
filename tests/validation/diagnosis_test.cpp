#include "fusionflow/validation/diagnosis/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_advice.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/trials.hpp"
#include "fusionflow/validation/report/diagnosis_report.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using validation::diagnosis_request;
using validation::prospect;

BOOST_AUTO_TEST_SUITE(diagnosis)

namespace {

std::shared_ptr<const data::moments> moments_of(const tests::given& options) {
    return std::make_shared<const data::moments>(build_model(tests::with(options)).moments);
}

// Two layers, late and early; few networks: they are tested elsewhere.
diagnosis_request request_of(const tests::given& data, const tests::given& network) {
    diagnosis_request r = validation::request_about(tests::with(network), moments_of(data), {2});
    r.networks = 5;
    return r;
}

// The paper's scan: 50 inputs each, of which the networks' |W_B| is known (suites/paper.toml).
tests::given scan(int samples, const std::string& seed) {
    return {{"data", "gaussian"},    {"dims", "50,50"}, {"variances", "3,1"},
            {"input-weight", "0.1"}, {"noise", "0.5"},  {"draws", std::to_string(samples)},
            {"data-seed", seed}};
}

const tests::given small_iid = {{"scheme", "gaussian-iid"}, {"init", "1e-6"}, {"width", "50"}};

// |W_B| of a network when training has come to rest.
double weight_left(const diagnosis_request& r) {
    solver::model late = r.model;
    late.architecture = theory::architecture::fused(2, 2, 2);
    late.training.method = solver::training_method::gradient_flow;
    solver::run_options options;
    options.compression.accuracy = 1e-4;
    options.rtol = 1e-6;
    options.tail = 100;
    options.record = true;
    return solver::run("compressed", late, options).path.norms.back()(1);
}

bool says(const std::vector<std::string>& lines, const std::string& words) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(words) != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_needs_no_networks_is_known_before_them) {
    diagnosis_request r = request_of({{"ratio", "3"}}, {{"scheme", "gaussian-iid"}});
    r.inits = {0.05};
    std::vector<std::string> early;
    std::vector<std::size_t> done;
    std::vector<std::string> partial;
    const auto d = validation::diagnose(
        r,
        [&](std::size_t networks, std::size_t all) {
            // Two fusions of two layers, from two norms each, five networks each; trials of changes
            // count for a fifth.
            BOOST_TEST(all == 24U);
            BOOST_TEST(early.size() == 1U);
            done.push_back(networks);
        },
        [&](const validation::diagnosis& known) {
            BOOST_TEST(known.fusions.empty());
            BOOST_TEST(known.advice.empty());
            early.push_back(first_text(r, known));
        },
        [&](const validation::diagnosis& known) {
            BOOST_TEST(known.advice.empty());
            partial.push_back(partial_text(r, known));
        });
    BOOST_TEST(done.size() == 23U);  // three trials: the norm, and the inputs of each modality
    BOOST_TEST(done.front() == 1U);
    BOOST_TEST(std::is_sorted(done.begin(), done.end()));
    BOOST_TEST(done.back() == 24U);
    // After each way to fuse there is a partial answer, whose tables are those of the whole one.
    BOOST_TEST_REQUIRE(partial.size() == 4U);
    BOOST_TEST(partial[0].starts_with(
        "interrupted: a partial answer, of 1 of 4 ways to fuse, without advice\n\n"));
    const std::string tables = partial[3].substr(partial[3].find("\n\n") + 2);
    BOOST_TEST(to_text(r, d).find(tables) == early.front().size());
    // What is printed first is what the whole text begins with.
    BOOST_TEST_REQUIRE(early.size() == 1U);
    BOOST_TEST(to_text(r, d).starts_with(early.front()));
    BOOST_TEST(early.front().ends_with("\n\n"));
}

BOOST_AUTO_TEST_CASE(who_is_first_and_who_explains_most) {
    diagnosis_request r =
        request_of({{"ratio", "3"}, {"target-weights", "1,4"}},
                   {{"scheme", "gaussian-iid"}, {"init", "1e-4"}, {"learning-rate", "0.01"}});
    r.epochs = 1e6;
    const auto d = validation::diagnose(r);
    BOOST_TEST(d.order == (std::vector<int>{0, 1}));
    BOOST_TEST(d.explains_most == 1);
    // w_A^2 kappa^2 and w_B^2 of 9 + 16.
    BOOST_TEST(std::abs(d.modalities[0].alone - 9.0 / 25) < 1e-12);
    BOOST_TEST(std::abs(d.modalities[1].shapley - 16.0 / 25) < 1e-12);
    BOOST_TEST(std::abs(d.explained - 1) < 1e-12);
    BOOST_TEST(d.modalities[0].strength == 9.0);
    BOOST_TEST_REQUIRE(d.plateaus.size() == 3U);
    BOOST_TEST(std::abs(d.plateaus[1].loss - 16.0 / 25) < 1e-12);
    BOOST_TEST(says(d.advice, "superficial preference"));
    BOOST_TEST(d.first_learned == 0);
    BOOST_TEST(says(d.advice, "After 1e+06 epochs late fusion of 2 layers explains 100.0 %"));
    // Uncorrelated: t_B = ln(1/P0)/|s_B| in leading order, where |s_B| goes with B's scale; nothing
    // changes with A's. Weights of 1e-4 are 0.4 % away from that.
    BOOST_REQUIRE(d.fusions.at(1).changes.has_value());
    const auto& changes = *d.fusions[1].changes;
    BOOST_TEST(changes.modality == 1);
    BOOST_TEST(std::abs(changes.scale.at(0) - 1) < 1e-6);
    BOOST_TEST(std::abs(changes.scale.at(1) - 1 / 1.1) < 0.01);
    BOOST_TEST(says(d.advice, "10 % larger inputs of A by +0.0 %"));
    // Late fusion's ratio is that of the networks, which formula and exact flow frame.
    const auto& late = d.fusions.at(1);
    BOOST_TEST(late.fusion == 2);
    double exact = 0;
    for (const auto& p : late.predictions) {
        exact = p.method == "exact" ? p.answer.time_ratio() : exact;
    }
    BOOST_TEST(std::abs(late.networks.time_ratio.mean.mean / exact - 1) < 0.05);
}

BOOST_AUTO_TEST_CASE(permanent_bias_on_the_papers_scan) {
    for (const char* seed : {"1", "2", "3"}) {
        for (const auto& [samples, what] :
             {std::pair(20, prospect::never), std::pair(35, prospect::never),
              std::pair(50, prospect::leaks), std::pair(55, prospect::unreliable),
              std::pair(100, prospect::unreliable), std::pair(150, prospect::learned),
              std::pair(700, prospect::learned)}) {
            diagnosis_request r = request_of(scan(samples, seed), small_iid);
            r.samples = static_cast<std::uint64_t>(samples);
            r.depths = {};
            const auto d = validation::diagnose(r);
            BOOST_TEST_CONTEXT("P = " << samples << ", seed " << seed) {
                BOOST_TEST((d.prospects[0].what == prospect::learned));
                BOOST_TEST((d.prospects[1].what == what), to_string(d.prospects[1].what));
                BOOST_TEST(d.modalities[0].rank == std::min(50, samples));
            }
        }
    }
}

// Three modalities: who is next depends on what has been gathered, not on |E| alone. With A learned
// |E_C| = 0.9 is above |E_B| = 0.88, but B had used up more of its potential (rates 0.88 and 0.3).
BOOST_AUTO_TEST_CASE(plateaus_are_those_of_the_race) {
    Eigen::MatrixXd covariance(3, 3);
    covariance << 4, 0, -1.2, 0, 1, 0, -1.2, 0, 1;
    Eigen::VectorXd correlation(3);
    correlation << 2, 0.88, 0.3;
    diagnosis_request r = request_of({}, small_iid);
    r.model.moments = data::moments(std::vector<std::string>{"A", "B", "C"}, std::vector{1, 1, 1},
                                    covariance, correlation, 9);
    r.depths = {};
    const auto d = validation::diagnose(r);
    BOOST_TEST_REQUIRE(d.plateaus.size() == 4U);
    BOOST_TEST(d.plateaus[1].learned == (std::vector<int>{0}));
    BOOST_TEST(d.plateaus[2].learned == (std::vector<int>{0, 1}));
}

// Near P = 50 the draw decides, and is asked. What leaks takes what little is left to it, and comes
// to a |W_B| of 0.03 to 0.15 (|W_A| is about 1); what does not ends at 0.005 and below here.
BOOST_AUTO_TEST_CASE(whether_it_leaks_is_what_networks_do) {
    for (const auto& [seed, what] :
         {std::pair("2", prospect::never), std::pair("3", prospect::leaks),
          std::pair("4", prospect::leaks)}) {
        diagnosis_request r = request_of(scan(45, seed), small_iid);
        r.samples = 45;
        r.depths = {};
        BOOST_TEST((validation::diagnose(r).prospects[1].what == what));
        const double left = weight_left(r);
        BOOST_TEST_CONTEXT("seed " << seed << ": " << left) {
            BOOST_TEST((left > 0.02) == (what == prospect::leaks));
        }
    }
}

// "Never" comes with how much there will be: two layers of norm u_m(0) e^growth make |W_m| its
// square.
// Networks of a draw have their own first norms, some ten percent around the expected ones of 50
// units, and turn on the way: within a factor of two, over two orders of magnitude.
BOOST_AUTO_TEST_CASE(never_says_how_little) {
    for (const int samples : {20, 35}) {
        for (const char* init : {"1e-6", "1e-4"}) {
            tests::given network = small_iid;
            network[1] = {"init", init};
            diagnosis_request r = request_of(scan(samples, "1"), network);
            r.samples = static_cast<std::uint64_t>(samples);
            r.depths = {};
            const auto facts = validation::diagnose(r).prospects[1];
            BOOST_TEST_REQUIRE(facts.growth.has_value());
            const double left = weight_left(r);
            const double said = std::exp(2 * (*facts.growth - *facts.growth_needed));
            BOOST_TEST_CONTEXT("P = " << samples << ", u0 = " << init << ": " << left) {
                BOOST_TEST(said < 0.1);
                BOOST_TEST(std::abs(std::log(left / said)) < std::log(2));
            }
        }
    }
}

// What it says is what networks do.
BOOST_AUTO_TEST_CASE(networks_bear_the_prospect_out) {
    diagnosis_request few = request_of(scan(35, "1"), small_iid);
    few.samples = 35;
    const auto never = validation::diagnose(few);
    BOOST_TEST(never.fusions.at(1).networks.times[1].never == 5);
    BOOST_TEST(says(never.advice, "Late fusion never learns B"));
    diagnosis_request many = request_of(scan(700, "1"), small_iid);
    many.samples = 700;
    const auto learned = validation::diagnose(many);
    BOOST_TEST(learned.fusions.at(1).networks.times[1].finite == 5);
}

BOOST_AUTO_TEST_CASE(held_out_samples_tell_when_to_stop) {
    diagnosis_request r = request_of(scan(70, "1"), small_iid);
    r.samples = 70;
    r.held_out = moments_of({{"data", "gaussian"},
                             {"dims", "50,50"},
                             {"variances", "3,1"},
                             {"input-weight", "0.1"},
                             {"noise", "0.5"}});
    const auto d = validation::diagnose(r);
    BOOST_TEST_REQUIRE(d.fusions.at(1).stopping.has_value());
    const auto& stop = *d.fusions[1].stopping;
    // <y^2>/2 = (0.01 (150 + 50) + 0.25)/2
    BOOST_TEST(std::abs(stop.at_start - 1.125) < 1e-6);
    BOOST_TEST(stop.least < stop.at_end);
    BOOST_TEST(stop.least > 0.125);  // the noise
    BOOST_TEST(says(d.advice, "fused at 2, stopping at"));
    BOOST_TEST_REQUIRE(d.plateaus.size() >= 2U);
    BOOST_TEST(d.plateaus[0].held_out.value() == 1.0);
}

BOOST_AUTO_TEST_CASE(further_initial_norms_are_the_same_networks_as_by_init) {
    diagnosis_request r = request_of({}, {{"scheme", "gaussian"}, {"init", "0.1"}});
    r.networks = 3;
    r.inits = {0.03, 0.1};
    const auto d = validation::diagnose(r);
    BOOST_REQUIRE(d.fusions.size() == 2U);
    BOOST_REQUIRE(d.further.size() == 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(d.further[i].init == r.inits[i / 2]);
        BOOST_TEST(d.further[i].fusion == static_cast<int>(i % 2) + 1);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(d.fusions[i].init == 0.1);
        BOOST_TEST(d.further[i + 2].networks.median(0) == d.fusions[i].networks.median(0));
        BOOST_TEST(d.further[i].networks.median(0) > d.fusions[i].networks.median(0));
    }
}

BOOST_AUTO_TEST_CASE(what_begins_above_its_level_is_not_learned_within_any_budget) {
    diagnosis_request r = request_of(
        {},
        {{"scheme", "gaussian-iid"}, {"init", "3"}, {"learning-rate", "0.01"}, {"clock", "norm"}});
    r.epochs = 100;
    const auto d = validation::diagnose(r);
    BOOST_TEST(!says(d.advice, "everything is learned"));
    BOOST_TEST(!says(d.advice, "is first in"));
    BOOST_TEST(says(d.warnings, "begins above one half by the clock norm"));
    for (const validation::fusion_facts& f : d.fusions) {
        BOOST_TEST(f.networks.times[0].finite == 0);
    }
}

BOOST_AUTO_TEST_CASE(several_targets_have_a_formula_and_a_flow) {
    // One target of each sign: the same network twice.
    Eigen::MatrixXd covariance(2, 2);
    covariance << 4, 0, 0, 1;
    Eigen::MatrixXd correlation(2, 2);
    correlation << 4, 1, -4, -1;
    diagnosis_request r =
        request_of({}, {{"scheme", "gaussian-iid"}, {"init", "1e-4"}, {"clock", "norm"}});
    r.model.moments = (data::moments::of_targets({"A", "B"}, {1, 1}, covariance, correlation, 10));
    const auto d = validation::diagnose(r);
    BOOST_TEST(std::abs(d.modalities[0].strength - std::sqrt(32.0)) < 1e-12);
    const validation::fusion_facts& late = d.fusions.at(1);
    BOOST_TEST_REQUIRE(late.predictions.size() == 2U);
    BOOST_TEST(late.predictions[0].method == "formula");
    BOOST_TEST(late.predictions[1].method == "flow");
    BOOST_TEST(late.networks.times[1].finite == 5);
    // Uncorrelated modalities of one mode each: the rates are sqrt 32 and sqrt 2, and |W| and power
    // are half at once.
    BOOST_TEST(std::abs(late.predictions[0].answer.time_ratio() - 4) < 1e-9);
    BOOST_TEST(!late.sensitivities);
}

// A has the strongest mode and a weak one, B two that are nearly as strong: half of |W_B| is there
// when its first is learned, half of |W_A| only with its second.
BOOST_AUTO_TEST_CASE(the_strongest_mode_need_not_be_of_who_is_half_learned_first) {
    diagnosis_request r = request_of({}, {});
    const Eigen::Vector4d variances(1, 0.01, 0.9, 0.9);
    const Eigen::MatrixXd covariance = variances.asDiagonal();
    Eigen::MatrixXd weights(4, 4);
    weights << 1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1;
    const Eigen::MatrixXd correlation = weights * covariance;
    r.model.moments = (data::moments::of_targets({"A", "B"}, {2, 2}, covariance, correlation,
                                                 weights.cwiseProduct(correlation).sum()));
    r.depths = {};
    const auto d = validation::diagnose(r);
    BOOST_TEST(d.order.front() == 0);
    BOOST_TEST(d.plateaus.at(1).learned == (std::vector<int>{1}));
    BOOST_TEST(says(d.advice, "A has the strongest mode, but of all modes together those of B"));
}

// B repeats A, whose weight of 4 takes long enough for B to take a part: the growth of B is nine
// tenths of that of A, to u = 2, and more than B needs. No number of samples would change that.
BOOST_AUTO_TEST_CASE(what_leaks_of_a_population_is_not_told_to_take_samples) {
    Eigen::MatrixXd covariance(2, 2);
    covariance << 4, 3.6, 3.6, 3.24;
    diagnosis_request r = request_of({}, {{"init", "0.3"}});
    r.model.moments = data::moments(std::vector<std::string>{"A", "B"}, std::vector{1, 1},
                                    covariance, Eigen::Vector2d(16, 14.4), 65);
    r.depths = {};
    const auto d = validation::diagnose(r);
    BOOST_TEST((d.prospects[1].what == prospect::leaks), d.prospects[1].because);
    BOOST_TEST(says(d.advice, "The fit loses nothing by that."));
    BOOST_TEST(!says(d.advice, "samples"));
}

// An ensemble of one modality with these times.
validation::ensemble ensemble_of(const std::vector<double>& times) {
    std::vector<validation::ensemble_run> runs;
    for (const double time : times) {
        validation::ensemble_run run;
        run.times = {time};
        runs.push_back(run);
    }
    return validation::summarise(std::move(runs));
}

BOOST_AUTO_TEST_CASE(networks_are_as_many_as_medians_need_where_they_are_small) {
    std::vector<double> times;
    for (int i = 0; i < 21; ++i) {
        times.push_back(1 + 0.01 * (i - 10));  // quartiles 0.95 and 1.05
    }
    const auto first = ensemble_of(times);
    solver::model about = request_of({}, {}).model;
    // (1.2533 / 1.349 0.1 / 0.015)^2 = 38.4
    BOOST_TEST(validation::networks_for_medians(about, first, 20) == 39);
    BOOST_TEST(validation::networks_for_medians(about, ensemble_of({1, 1, 1, 1}), 20) == 4);
    BOOST_TEST(validation::networks_for_medians(about, ensemble_of({1, 2, 3, 4}), 20) == 400);
    BOOST_TEST(validation::networks_for_medians(
                   about, ensemble_of({1, 2, theory::never, theory::never}), 20) == 4);
    about.architecture = theory::architecture::fused(4, 1, 2);
    BOOST_TEST(validation::networks_for_medians(about, first, 20) == 21);
    about.architecture = theory::architecture::fused(3, 1, 2);
    about.moments = tests::random_moments({11, 10}, 1);
    BOOST_TEST(validation::networks_for_medians(about, first, 20) == 21);
    about.moments = tests::random_moments({10, 10}, 1);
    BOOST_TEST(validation::networks_for_medians(about, first, 20) == 39);
    BOOST_TEST(validation::networks_at_first(about, 20) == 20);
    about.init.width = 1000;
    BOOST_TEST(validation::networks_for_medians(about, first, 20) == 21);
    // Wide data begin with few networks, and have no more than ten.
    about.moments = tests::random_moments({20, 20}, 1, 4);
    BOOST_TEST(validation::networks_at_first(about, 20) == 5);
    BOOST_TEST(validation::networks_at_first(about, 3) == 3);
    BOOST_TEST(validation::networks_for_medians(about, ensemble_of({1, 1, 1, 1, 1}), 20) == 5);
    BOOST_TEST(validation::networks_for_medians(about, ensemble_of({1, 2, 3, 4, 5}), 20) == 10);
}

BOOST_AUTO_TEST_CASE(a_change_is_told_by_networks_of_the_same_draw) {
    // Medians of 3, 100, 1 and of 3.3, 9, 1.1 have the same ratio of 1.1; those of the next do not.
    const auto before = ensemble_of({3, 100, 1, 7});
    BOOST_TEST(tests::relative(validation::median_change(before, ensemble_of({3.3, 9, 1.1}), 0),
                               1.1) < 1e-12);
    BOOST_TEST(tests::relative(validation::median_change(before, ensemble_of({3.3, 2, 1.1}), 0),
                               1.1) < 1e-12);
    BOOST_TEST(std::isnan(
        validation::median_change(before, ensemble_of({3.3, theory::never, theory::unknown}), 0)));
}

BOOST_AUTO_TEST_CASE(what_contributes_next_to_nothing_is_called_negligible) {
    // w_A^2 of 1 and w_B^2 of 0.05^2: 0.25 % of the power.
    diagnosis_request r = request_of({{"ratio", "1"}, {"target-weights", "1,0.05"}}, {});
    const auto d = validation::diagnose(r);
    for (const validation::fusion_facts& f : d.fusions) {
        BOOST_TEST(!is_negligible(f, 0));
        BOOST_TEST(is_negligible(f, 1));
    }
    BOOST_TEST(negligible_text(d) ==
               "Negligible, with less than 1 % of the output's power in the end, so that noise may "
               "carry it through one half: B.");
    const auto heavy = validation::diagnose(request_of({}, {}));
    BOOST_TEST(negligible_text(heavy).empty());
}

// Sentences and tables of twenty random data sets: what a sentence names is what the tables say.
BOOST_AUTO_TEST_CASE(no_sentence_contradicts_the_tables) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        diagnosis_request r =
            request_of({}, {{"init", "0.1"}, {"width", "20"}, {"learning-rate", "0.01"}});
        r.model.moments = tests::random_moments({2, 3, 1}, seed);
        r.networks = 3;
        r.epochs = 200;
        const auto d = validation::diagnose(r);
        BOOST_TEST_CONTEXT("seed " << seed) {
            const validation::fusion_facts& late = d.fusions.at(1);
            std::vector<double> medians;
            for (int m = 0; m < 3; ++m) {
                medians.push_back(late.networks.median(m));
            }
            const auto first = std::min_element(medians.begin(), medians.end()) - medians.begin();
            const auto last = std::max_element(medians.begin(), medians.end()) - medians.begin();
            const auto& names = r.model.moments.names();
            const auto named = [&](std::ptrdiff_t m) { return names[static_cast<std::size_t>(m)]; };
            BOOST_TEST(d.first_learned == static_cast<int>(first));
            BOOST_TEST(says(d.advice, named(first) + " is learned first"));
            BOOST_TEST(says(d.advice, "Late fusion of 2 layers: " + named(first) + " is first in"));
            BOOST_TEST(says(d.advice, named(last) + " last in"));
            BOOST_TEST(says(d.advice, "changes the time of " + named(last)));
            // The share of the sentence is that of the table, and no change that is named explains
            // less.
            const double share = late.share_at_budget.at(0.5);
            BOOST_TEST(share > 0);
            BOOST_TEST(share <= 1 + 1e-9);
            BOOST_TEST(says(d.advice, fmt::format("explains {:.1f} % of what", 100 * share)));
            for (const validation::remedy& tried : late.remedies) {
                BOOST_TEST(tried.share > share);
            }
            // What the sentence calls below half has a median beyond the budget.
            for (std::ptrdiff_t m = 0; m < 3; ++m) {
                const bool waits = medians[static_cast<std::size_t>(m)] > 2;  // 200 epochs of 0.01
                BOOST_TEST(says(d.advice, named(m) + " (without it") == waits);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_answer) {
    const auto refuses = [](const diagnosis_request& r, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)validation::diagnose(r), data::input_error,
                              tests::says(message));
    };
    diagnosis_request r = request_of({}, {});
    r.depths = {0};
    refuses(r, "depths: need 1 ... 20 layers, got 0");
    r.depths = {2};
    r.inits = {0.1, 0};
    refuses(r, "inits: need finite norms > 0, got 0");
    r.inits = {};
    r.epochs = 100;
    refuses(r, "epochs: needs --learning-rate");
    r.epochs.reset();
    r.held_out = moments_of(scan(10, "1"));
    refuses(r, "held-out: need the same inputs and targets as in the training samples");
}

BOOST_AUTO_TEST_SUITE_END()
