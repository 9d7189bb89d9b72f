// The reduced flow: what a table spends its time on.

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

#include "fusionflow/solver/method.hpp"
#include "models.hpp"

namespace {

using namespace fusionflow;

// Says in the report what was done, and fails where it was not.
void report(benchmark::State& state, const solver::answer& run) {
    if (run.ended != theory::outcome::learned) {
        state.SkipWithError(std::string(theory::to_string(run.ended)).c_str());
        return;
    }
    state.SetLabel(run.stepper);
    state.counters["steps"] = static_cast<double>(run.work.steps);
    state.counters["derivatives"] = static_cast<double>(run.work.rhs_evaluations);
}

void integrate(benchmark::State& state, const data::moments& moments, int depth, int fusion,
               double u0, const solver::run_options& options) {
    const auto network = theory::architecture::fused(depth, fusion, moments.count());
    const theory::initialisation init{.u0 = u0};
    solver::answer run;
    for (auto _ : state) {
        run = solver::run("flow", {.moments = moments, .architecture = network, .init = init},
                          options);
        benchmark::DoNotOptimize(run);
    }
    report(state, run);
}

// One row of a table of flows, its model given.
void table_point(benchmark::State& state) {
    integrate(state, bench::two_scalars(), 4, static_cast<int>(state.range(0)),
              std::pow(10.0, -static_cast<double>(state.range(1))), {.rtol = 1e-9});
}
BENCHMARK(table_point)
    ->ArgNames({"fusion", "u0:1e-"})
    ->ArgsProduct({{1, 2, 3, 4}, {1, 6}})
    ->Unit(benchmark::kMicrosecond);

void vector_modalities(benchmark::State& state) {
    integrate(state, bench::two_vectors(static_cast<int>(state.range(0))), 3, 2, 0.01,
              {.rtol = 1e-9});
}
BENCHMARK(vector_modalities)
    ->ArgName("inputs_each")
    ->Arg(10)
    ->Arg(50)
    ->Unit(benchmark::kMillisecond);

void recorded_trajectory(benchmark::State& state) {
    integrate(state, bench::two_scalars(), 4, 2, 1e-3, {.rtol = 1e-9, .record = true});
}
BENCHMARK(recorded_trajectory)->Unit(benchmark::kMicrosecond);

}  // namespace
