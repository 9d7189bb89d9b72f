// Closed forms.

#include <benchmark/benchmark.h>

#include "fusionflow/theory/prediction/predict.hpp"
#include "fusionflow/theory/race/phase_time.hpp"
#include "models.hpp"

namespace {

using namespace fusionflow;

const theory::initialisation small{.u0 = 1e-3};

// Everything that `fusionflow predict` says.
void predict(benchmark::State& state) {
    const data::moments moments = bench::two_scalars();
    const auto network = theory::architecture::fused(4, static_cast<int>(state.range(0)), 2);
    for (auto _ : state) {
        benchmark::DoNotOptimize(theory::predict(moments, network, small, {}));
    }
}
BENCHMARK(predict)->ArgName("fusion")->DenseRange(1, 4)->Unit(benchmark::kMicrosecond);

// Times alone: a row of a table by `formula`.
void race(benchmark::State& state) {
    const data::moments moments = bench::two_vectors(static_cast<int>(state.range(0)));
    const auto network = theory::architecture::fused(4, 2, 2);
    for (auto _ : state) {
        benchmark::DoNotOptimize(theory::race(moments, network, small));
    }
}
BENCHMARK(race)->ArgName("inputs_each")->Arg(1)->Arg(10)->Arg(50)->Unit(benchmark::kMicrosecond);

// The quadrature in it.
void first_phase_time(benchmark::State& state) {
    const int fusion = static_cast<int>(state.range(0));
    const std::vector<theory::racer> racers{{fusion, small.u0, 2.0}, {fusion, small.u0, 1.0}};
    for (auto _ : state) {
        benchmark::DoNotOptimize(theory::first_phase_time(racers, 0, 4 - fusion));
    }
}
BENCHMARK(first_phase_time)->ArgName("fusion")->DenseRange(2, 4)->Unit(benchmark::kMicrosecond);

}  // namespace
