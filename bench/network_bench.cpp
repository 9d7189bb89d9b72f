// Full networks.

#include <benchmark/benchmark.h>

#include "models.hpp"
#include "solver/draw.hpp"
#include "solver/gradient.hpp"
#include "solver/simulate.hpp"

namespace {

using namespace fusionflow;

// One epoch of gradient descent at depth 4, L_f = 2: total weights, then a step of every layer.
void epoch(benchmark::State& state) {
    const int width = static_cast<int>(state.range(0));
    const data::moments moments = bench::two_scalars();
    const solver::network_shape shape(moments, theory::architecture::fused(4, 2, 2), width);
    solver::state weights = solver::draw_weights(shape, moments, {.u0 = 0.1, .width = width}, 1);
    solver::network_gradient gradient(shape, moments);
    Eigen::VectorXd total(moments.dimension());
    for (auto _ : state) {
        gradient.total_weights(weights.data(), total);
        gradient.descend(weights.data(), total, 1e-3);
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(weights.size() * sizeof(double)));
}
BENCHMARK(epoch)->ArgName("width")->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// A whole training, from the draw to the second half-height.
void training(benchmark::State& state) {
    const data::moments moments = bench::two_scalars();
    const auto network = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init{.u0 = 0.2, .width = 50};
    double epochs = 0;
    for (auto _ : state) {
        epochs = solver::simulate(moments, network, init, {}).epochs.back();
    }
    state.counters["epochs"] = epochs;
}
BENCHMARK(training)->Unit(benchmark::kMillisecond);

}  // namespace
