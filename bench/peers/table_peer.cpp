// Trains the network that torch_tables.py trains, on samples drawn here: see there.
//
//     table_peer BATCH EPOCHS
//
// prints the seconds of a step, and the losses before and after.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/networks/draw.hpp"
#include "fusionflow/solver/training/sample_descent.hpp"

namespace {

using namespace fusionflow;

constexpr Eigen::Index samples = 4000;
constexpr int width = 100;

data::samples draw_samples() {
    data::random_source random(1);
    const Eigen::MatrixXd inputs = random.normal_matrix(samples, 10, 1);
    const Eigen::VectorXd target = inputs.leftCols(5).rowwise().sum().array().tanh() +
                                   inputs.rightCols(5).col(0).array().abs();
    return {{"A", "B"}, {5, 5}, inputs, target};
}

int run(long batch, long epochs) {
    const data::samples data = draw_samples();
    const auto arch = theory::architecture::fused(3, 2, 2);
    const solver::network_shape shape(data.dims(), solver::hidden_widths::equal(arch, width));
    const theory::initialisation init{.drawn = &theory::schemes().find("torch"), .width = width};
    solver::sample_descent descent(shape, data,
                                   {.learning_rate = 1e-3,
                                    .samples = {.units = solver::parse_activation("relu"),
                                                .loss = solver::losses().parse("mse"),
                                                .rule = solver::update_rules().parse("adam"),
                                                .bias = true,
                                                .batch = batch}},
                                   solver::draw_weights(shape, data.input_moments(), init, 1),
                                   solver::order_seed(1, 0));
    const double before = descent.measure();
    descent.epoch();
    const auto start = std::chrono::steady_clock::now();
    for (long epoch = 0; epoch < epochs; ++epoch) {
        descent.epoch();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{:.9e} {:.6g} {:.6g}\n",
               took.count() / static_cast<double>(epochs * descent.steps_per_epoch()), before,
               descent.measure());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::vector<std::string> words(argv + 1, argv + argc);
        return run(std::stol(words.at(0)), std::stol(words.at(1)));
    } catch (const std::exception& e) {
        fmt::print(stderr, "table_peer: {}\n", e.what());
        return 2;
    }
}
