#include "fusionflow/validation/report/ensemble_report.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"

using namespace fusionflow;
using json = nlohmann::ordered_json;
using validation::ensemble;
using validation::ensemble_run;

BOOST_AUTO_TEST_SUITE(ensemble_report)

namespace {

ensemble_run run(std::uint64_t seed, std::vector<double> times, double ratio,
                 theory::outcome ended) {
    ensemble_run r;
    r.seed = seed;
    r.times = std::move(times);
    r.time_ratio = ratio;
    r.ended = ended;
    return r;
}

// A is learned by both; B never by one, and nobody knows of the other.
ensemble example() {
    return validation::summarise(
        {run(1, {1, theory::never}, theory::never, theory::outcome::permanent_bias),
         run(2, {3, theory::unknown}, theory::unknown, theory::outcome::time_limit)});
}

solver::model about() {
    return tests::model_of(tests::toy(0.5, 2), theory::architecture::fused(2, 2, 2), {.u0 = 0.1});
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_has_the_spread_of_times_and_every_run) {
    const solver::model asked = about();
    const validation::run_question question{asked, solver::find_method("full"), "", "by a test"};
    const json all = to_json(question, example());
    BOOST_TEST(all["repeats"] == 2);
    const json& modalities = all["ensemble"]["modalities"];
    BOOST_TEST(modalities[0]["name"] == "A");
    BOOST_TEST(modalities[0]["learned"] == 2);
    BOOST_TEST(modalities[0]["mean"] == 2.0);
    BOOST_TEST(modalities[0]["standard_error"] == 1.0);
    BOOST_TEST(modalities[0]["quantiles"]["0.5"] == 2.0);
    BOOST_TEST(modalities[1]["never"] == 1);
    BOOST_TEST(modalities[1]["unknown"] == 1);
    BOOST_TEST(modalities[1]["mean"].is_null());
    BOOST_TEST(modalities[1]["quantiles"].empty());
    BOOST_TEST(all["ensemble"]["time_ratio"]["known"] == 0);
    BOOST_TEST(all["ensemble"]["outcomes"]["time_limit"] == 1);
    BOOST_TEST(all["runs"][0]["seed"] == 1);
    BOOST_TEST(all["runs"][1]["times"] == json::array({3.0, nullptr}));
    BOOST_TEST(!all["runs"][0].contains("epochs"));
    BOOST_TEST(all["warnings"][0] ==
               "B is never learned in 1 of 2 runs: left out of mean and quantiles");
    BOOST_TEST(all["representation"] == "full");
    BOOST_TEST(all["scheme"] == "balanced");
    BOOST_TEST(all["provenance"] == "by a test");
    BOOST_TEST(json::parse(json_text(question, example())) == all);
}

BOOST_AUTO_TEST_CASE(text_has_a_row_per_modality_and_one_of_the_ratio) {
    BOOST_TEST('\n' + to_text(about().moments, example()) == R"(
time (tau)    learned  mean  std. error  5 %  25 %  median  75 %  95 %
A              2 of 2     2           1  1.1   1.5       2   2.5   2.9
B              0 of 2     -           -    -     -       -     -     -
last / first   0 of 2     -           -    -     -       -     -     -

runs that ended as: permanent_bias 1 time_limit 1
)");
}

BOOST_AUTO_TEST_SUITE_END()
