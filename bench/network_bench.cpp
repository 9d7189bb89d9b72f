// Full networks.

#include <benchmark/benchmark.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/networks/gradient.hpp"
#include "fusionflow/solver/training/sample_descent.hpp"
#include "models.hpp"

namespace {

using namespace fusionflow;

// Bytes a second of a[i] = b[i] + 3 c[i] on three arrays of 32 million numbers, 24 bytes each i
// (as STREAM counts): the best of several, on the threads that there are.
double triad_bandwidth() {
    constexpr std::ptrdiff_t size = 1 << 25;
    constexpr std::ptrdiff_t piece = 1 << 16;
    std::vector<double> a(size, 1.0);
    const std::vector<double> b(size, 2.0);
    const std::vector<double> c(size, 0.5);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 12; ++i) {
        const auto start = std::chrono::steady_clock::now();
        oneapi::tbb::parallel_for(std::ptrdiff_t{0}, size / piece, [&](std::ptrdiff_t p) {
            for (std::ptrdiff_t j = p * piece; j < (p + 1) * piece; ++j) {
                const auto k = static_cast<std::size_t>(j);
                a[k] = b[k] + 3 * c[k];
            }
        });
        benchmark::DoNotOptimize(a.data());
        benchmark::ClobberMemory();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return 24.0 * size / best;
}

// A step of gradient descent at depth 4. `of_least` is its time over that of 16 bytes per weight,
// each read once and written once, at the bandwidth of the triad, measured before and after.
void step(benchmark::State& state) {
    const int fusion = static_cast<int>(state.range(0));
    const int width = static_cast<int>(state.range(1));
    const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                              static_cast<std::size_t>(state.range(2)));
    const data::moments moments = bench::two_scalars();
    const solver::network_shape shape(moments, theory::architecture::fused(4, fusion, 2), width);
    const double bytes = 16.0 * static_cast<double>(shape.size());
    const bool beyond_caches = width >= 1000;
    double bandwidth = beyond_caches ? triad_bandwidth() : 0;
    solver::network_descent descent(
        shape, moments, solver::draw_weights(shape, moments, {.u0 = 0.1, .width = width}, 1),
        {.rate = 1e-3});
    double best = std::numeric_limits<double>::infinity();
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 8; ++i) {  // one of the eight writes
            descent.step();
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / 8);
    }
    bandwidth = beyond_caches ? std::max(bandwidth, triad_bandwidth()) : 0;
    state.counters["step_us"] = best * 1e6;
    if (beyond_caches) {
        state.counters["triad_GBs"] = bandwidth / 1e9;
        state.counters["of_least"] = best * bandwidth / bytes;
    }
}
BENCHMARK(step)
    ->ArgNames({"fusion", "width", "threads"})
    ->ArgsProduct({{1, 2, 4}, {100}, {1}})
    ->ArgsProduct({{1, 4}, {4000}, {1, 2}})
    ->Unit(benchmark::kMicrosecond);

// The same by plain passes over the weights: what the schedule saves.
void plain_step(benchmark::State& state) {
    const int width = static_cast<int>(state.range(1));
    const data::moments moments = bench::two_scalars();
    const solver::network_shape shape(
        moments, theory::architecture::fused(4, static_cast<int>(state.range(0)), 2), width);
    solver::state weights = solver::draw_weights(shape, moments, {.u0 = 0.1, .width = width}, 1);
    solver::network_gradient gradient(shape, moments);
    solver::state descent(weights.size());
    const auto size = std::ssize(weights);
    for (auto _ : state) {
        gradient.descent(weights.data(), descent.data());
        Eigen::Map<Eigen::VectorXd>(weights.data(), size) +=
            1e-3 * Eigen::Map<const Eigen::VectorXd>(descent.data(), size);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(plain_step)
    ->ArgNames({"fusion", "width"})
    ->ArgsProduct({{1, 2, 4}, {100}})
    ->ArgsProduct({{1, 4}, {4000}})
    ->Unit(benchmark::kMicrosecond);

// A whole training, from the draw to the second half-height.
void training(benchmark::State& state) {
    const data::moments moments = bench::two_scalars();
    const auto network = theory::architecture::fused(3, 2, 2);
    const theory::initialisation init{.u0 = 0.2, .width = 50};
    double epochs = 0;
    for (auto _ : state) {
        epochs = solver::run("full", {.moments = moments, .architecture = network, .init = init})
                     .epochs()
                     .back();
    }
    state.counters["epochs"] = epochs;
}
BENCHMARK(training)->Unit(benchmark::kMillisecond);

// An epoch of a network for tables on 4,000 samples of 5 + 5 inputs: three layers of 100 units
// fused at the second, ReLU, biases. bench/peers/tables holds it against PyTorch.
void sample_epoch(benchmark::State& state, const char* rule) {
    data::random_source random(1);
    const Eigen::MatrixXd inputs = random.normal_matrix(4000, 10, 1);
    const data::samples data({"A", "B"}, {5, 5}, inputs, inputs.rowwise().sum().array().tanh());
    const solver::network_shape shape(
        data.dims(), solver::hidden_widths::equal(theory::architecture::fused(3, 2, 2), 100));
    const theory::initialisation init{.drawn = &theory::schemes().find("torch"), .width = 100};
    solver::sample_descent descent(shape, data,
                                   {.learning_rate = 1e-3,
                                    .samples = {.units = solver::parse_activation("relu"),
                                                .rule = solver::update_rules().parse(rule),
                                                .bias = true,
                                                .batch = state.range(0)}},
                                   solver::draw_weights(shape, data.input_moments(), init, 1),
                                   solver::order_seed(1, 0));
    for (auto _ : state) {
        descent.epoch();
    }
    state.counters["steps"] = benchmark::Counter(static_cast<double>(descent.steps_per_epoch()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(sample_epoch, gd, "gd")->Arg(32)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sample_epoch, momentum, "momentum")
    ->Arg(32)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sample_epoch, adam, "adam")->Arg(32)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
