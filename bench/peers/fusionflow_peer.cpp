// The library: what a user calls, from moments to the answer.

#include <exception>
#include <iostream>
#include <string>

#include "fusionflow/data/toy.hpp"
#include "fusionflow/solver/method.hpp"
#include "measure.hpp"

namespace {

using namespace fusionflow;

// Far more than any case needs of a stepper that suits it; one that does not ends soon.
constexpr long steps_allowed = 200'000;

class model {
public:
    explicit model(const peers::test_case& about)
        : moments_(
              data::toy_moments({.rho = std::stod(about.rho), .ratio = std::stod(about.kappa)})),
          network_(theory::architecture::fused(about.depth, about.fusion, 2)), init_{
                                                                                   .u0 = std::stod(
                                                                                       about.u0)} {}

    [[nodiscard]] peers::run_result solve(double tolerance) const {
        solver::run_options options;
        options.rtol = tolerance;
        options.max_steps = steps_allowed;
        const solver::answer answer = solver::run(
            "flow", {.moments = moments_, .architecture = network_, .init = init_}, options);
        peers::run_result result;
        result.t_a = answer.times[0];
        result.t_b = answer.times[1];
        result.steps = answer.work.steps;
        result.evaluations = answer.work.rhs_evaluations;
        result.stepper = answer.stepper;
        if (answer.ended != theory::outcome::learned) {
            result.status = answer.ended == theory::outcome::step_limit ? "step-limit" : "failed";
        }
        return result;
    }

private:
    data::moments moments_;
    theory::architecture network_;
    theory::initialisation init_;
};

}  // namespace

int main(int count, char** words) {
    try {
        const auto asked = peers::read_request(count, words);
        const model about(asked.about);
        peers::measure("fusionflow", asked, false,
                       [&](double tolerance) { return about.solve(tolerance); });
    } catch (const std::exception& error) {
        std::cerr << "fusionflow_peer: " << error.what() << '\n';
        return 1;
    }
}
