// Factors of learning rates, or of inputs, with which modalities are learned together.

#include "fusionflow/validation/diagnosis/solved_remedy.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/scaled_inputs.hpp"
#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/report/diagnosis_report.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"

using namespace fusionflow;
using validation::diagnosis_request;
using validation::lever;
using found_remedy = validation::solved_remedy;

BOOST_AUTO_TEST_SUITE(solved_remedy)

namespace {

diagnosis_request about(const data::moments& moments, lever by, int depth) {
    diagnosis_request r =
        validation::request_about(tests::with({{"width", "50"}, {"learning-rate", "0.01"}}),
                                  std::make_shared<const data::moments>(moments), {depth});
    r.networks = 15;
    r.together = by;
    return r;
}

found_remedy found_of(const validation::diagnosis& d) { return d.fusions.back().solved.at(0); }

// Medians of other networks than those that the factors were found on.
std::vector<double> medians_of_others(const diagnosis_request& r, const found_remedy& found,
                                      int depth) {
    solver::model model = r.model;
    model.architecture = theory::architecture::fused(depth, depth, model.moments.count());
    model.training.method = solver::training_method::gradient_flow;
    model.training.learning_rate.reset();
    model.training.seed = 1234;
    if (found.by == lever::rates) {
        model.training.rates.branches = found.factors;
    } else {
        model.moments = data::scale_inputs(model.moments, found.factors);
    }
    const auto networks =
        validation::run_ensemble(solver::find_method("sampled"), model, r.run, {40, 1});
    std::vector<double> medians;
    for (int m = 0; m < model.moments.count(); ++m) {
        medians.push_back(networks.median(m));
    }
    return medians;
}

}  // namespace

// Independent scalars with |s| of 4 and 1: at leading order the second one learns as fast at four
// times the rate. Other networks find the factors as good; the spread of a median of 40 is a few
// per cent.
BOOST_AUTO_TEST_CASE(factors_hold_in_networks_of_other_draws) {
    for (const lever by : {lever::rates, lever::inputs}) {
        for (const int depth : {2, 3}) {
            const diagnosis_request r = about(tests::toy(0, 2), by, depth);
            const found_remedy found = found_of(validation::diagnose(r));
            BOOST_TEST(found.why_not == "");
            BOOST_TEST(found.factors[0] == 1.0);
            BOOST_TEST(found.factors[1] > 1.5);
            BOOST_TEST(found.before[1] > 2 * found.before[0]);
            BOOST_TEST(found.apart() <= found_remedy::near_enough);
            const std::vector<double> others = medians_of_others(r, found, depth);
            BOOST_TEST(std::abs(std::log(others[1] / others[0])) < 0.2);
        }
    }
}

BOOST_AUTO_TEST_CASE(three_modalities_are_learned_together) {
    const diagnosis_request r = about(tests::three_scalars(), lever::rates, 2);
    const validation::diagnosis d = validation::diagnose(r);
    const found_remedy found = found_of(d);
    BOOST_TEST(found.why_not == "");
    BOOST_TEST(found.apart() <= found_remedy::near_enough);
    const std::string groups = validation::parameter_groups(found, r.model.moments.names(), 0.01);
    BOOST_TEST(groups.find("branches[\"A\"].parameters()") != std::string::npos);
    const std::string text = to_text(r, d);
    BOOST_TEST(text.find(groups) != std::string::npos);
    BOOST_TEST(std::any_of(d.advice.begin(), d.advice.end(), [](const std::string& line) {
        return line.starts_with("Late fusion of 2 layers learns all modalities together");
    }));
}

// Networks on independent scalars; nothing is to be done where the budget suffices.
BOOST_AUTO_TEST_CASE(what_waits_longer_than_a_budget_is_sped_up) {
    diagnosis_request r = about(tests::toy(0, 2), lever::rates, 3);
    r.together.reset();
    r.within_budget = lever::rates;
    r.epochs = 1000;
    const found_remedy found = found_of(validation::diagnose(r));
    BOOST_TEST(found.before[1] > 10.0);  // 1000 epochs of 0.01
    BOOST_TEST(found.after[1] <= 10.0);
    BOOST_TEST(found.after[1] > 9.0);
    BOOST_TEST(found.factors[1] > 1.0);
    BOOST_TEST(found.why_not == "");
    r.epochs = 1e6;
    BOOST_TEST(validation::diagnose(r).fusions.back().solved.empty());
}

// The second modality is the first one with noise: nothing is left to it once that is learned.
BOOST_AUTO_TEST_CASE(what_cannot_be_together_is_said_with_its_reason) {
    const Eigen::MatrixXd covariance{{1, 1}, {1, 1.5}};
    const Eigen::Vector2d correlation(1, 1);
    const data::moments copy({"signal", "copy"}, {1, 1}, covariance, correlation, 1);
    const diagnosis_request r = about(copy, lever::rates, 2);
    const validation::diagnosis d = validation::diagnose(r);
    const found_remedy found = found_of(d);
    BOOST_TEST(found.why_not != "");
    BOOST_TEST(validation::parameter_groups(found, copy.names(), 0.01) == "");
    BOOST_TEST(std::any_of(d.advice.begin(), d.advice.end(), [&](const std::string& line) {
        return line.find("no factors") != std::string::npos &&
               line.find(found.why_not) != std::string::npos;
    }));
}

BOOST_AUTO_TEST_SUITE_END()
