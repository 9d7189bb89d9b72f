#include "fusionflow/validation/study/ensemble.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/study/table.hpp"
#include "tests/support/options.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::ensemble_run;
using validation::run_ensemble;

BOOST_AUTO_TEST_SUITE(ensemble)

namespace {

validation::settings gaussian() {
    validation::settings s;
    validation::set_option(s, "scheme", "gaussian");
    validation::set_option(s, "width", "8");
    validation::set_option(s, "init", "0.1");
    validation::set_option(s, "seed", "5");
    return s;
}

void check_same(const ensemble_run& a, const ensemble_run& b) {
    BOOST_TEST(a.seed == b.seed);
    BOOST_TEST(a.times == b.times, boost::test_tools::per_element());
    BOOST_TEST(a.epochs == b.epochs, boost::test_tools::per_element());
    BOOST_TEST(a.time_ratio == b.time_ratio);
}

}  // namespace

BOOST_AUTO_TEST_CASE(runs_do_not_depend_on_how_many_there_are_or_on_threads) {
    const auto s = gaussian();
    const auto about = validation::build_model(s);
    const auto few =
        run_ensemble(solver::find_method("full"), about, s.run, {.repeats = 3, .jobs = 1});
    const auto many =
        run_ensemble(solver::find_method("full"), about, s.run, {.repeats = 7, .jobs = 3});
    BOOST_TEST_REQUIRE(few.runs.size() == 3U);
    BOOST_TEST_REQUIRE(many.runs.size() == 7U);
    for (std::size_t r = 0; r < few.runs.size(); ++r) {
        check_same(few.runs[r], many.runs[r]);
    }
    BOOST_TEST(many.runs[0].times[0] != many.runs[1].times[0]);
}

BOOST_AUTO_TEST_CASE(runs_are_those_of_their_seeds_and_of_tables) {
    auto s = gaussian();
    const auto about = validation::build_model(s);
    const auto e =
        run_ensemble(solver::find_method("full"), about, s.run, {.repeats = 3, .jobs = 2});
    const auto t = validation::run_table(s, {.methods = {"full"}, .repeats = 3});
    for (int r = 0; r < 3; ++r) {
        const auto& run = e.runs[static_cast<std::size_t>(r)];
        BOOST_TEST(run.seed == data::repeat_seed(5, r));
        BOOST_TEST(run.times == t.rows[static_cast<std::size_t>(r)].times,
                   boost::test_tools::per_element());
        s.training.seed = run.seed;
        BOOST_TEST(run.times == tests::answer_of(s, "full").times,
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(the_summary_counts_outcomes_and_leaves_out_what_is_not_a_time) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const auto run = [](std::vector<double> times, double ratio, theory::outcome ended) {
        ensemble_run r;
        r.times = std::move(times);
        r.time_ratio = ratio;
        r.ended = ended;
        return r;
    };
    const auto e = validation::summarise(
        {run({1, 3}, 3, theory::outcome::learned), run({2, 10}, 5, theory::outcome::learned),
         run({3, theory::never}, theory::never, theory::outcome::permanent_bias),
         run({6, unknown}, unknown, theory::outcome::time_limit)});
    BOOST_TEST(e.times[0].finite == 4);
    BOOST_TEST(e.times[0].mean.mean == 3);
    BOOST_TEST(e.times[1].finite == 2);
    BOOST_TEST(e.times[1].never == 1);
    BOOST_TEST(e.times[1].unknown == 1);
    BOOST_TEST(e.times[1].mean.mean == 6.5);
    BOOST_TEST(e.times[1].mean.standard_error == 3.5);
    BOOST_TEST(e.time_ratio.mean.mean == 4);
    BOOST_TEST(e.epochs.empty());
    BOOST_TEST(e.failed == 1);
    BOOST_TEST(e.ended.at("learned") == 2);
    BOOST_TEST(e.ended.at("permanent_bias") == 1);
    BOOST_TEST(e.ended.at("time_limit") == 1);
}

BOOST_AUTO_TEST_CASE(progress_counts_every_run) {
    const auto s = gaussian();
    std::size_t calls = 0;
    (void)run_ensemble(solver::find_method("full"), validation::build_model(s), s.run,
                       {.repeats = 4, .jobs = 2}, [&](std::size_t done, std::size_t all) {
                           BOOST_TEST(done == ++calls);
                           BOOST_TEST(all == 4U);
                       });
    BOOST_TEST(calls == 4U);
}

BOOST_AUTO_TEST_CASE(rejects_repeats_and_jobs_outside_their_range) {
    const auto refuses = [](int repeats, int jobs, const std::string& message) {
        const validation::ensemble_options options{repeats, jobs};
        BOOST_CHECK_EXCEPTION(options.validate(), data::input_error, says(message));
    };
    refuses(0, 1, "repeats: need 1 ... 1000000, got 0");
    refuses(1'000'001, 1, "repeats: need 1 ... 1000000, got 1000001");
    refuses(1, 0, "jobs: need 1 ... 1024, got 0");
}

BOOST_AUTO_TEST_SUITE_END()
