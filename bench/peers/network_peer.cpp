// Trains the network that torch_peer.py trains, from the same numbers in files: see there.
//
//     network_peer FOLDER samples|moments BRANCH SHARED WIDTH SLOPE STEPS ETA
//
// reads inputs.f64 (a modality after the other), targets.f64 and weights.f64 in FOLDER, leaves W
// before each step in trajectory.f64 there, and prints the seconds of a step.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/networks/descent.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"

namespace {

using namespace fusionflow;

std::vector<double> read_numbers(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const std::streamoff bytes = file.tellg();
    if (!file || bytes <= 0) {
        throw std::runtime_error("cannot read " + path);
    }
    std::vector<double> numbers(static_cast<std::size_t>(bytes) / sizeof(double));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(numbers.data()), bytes);
    return numbers;
}

void write_numbers(const std::string& path, const std::vector<double>& numbers) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(double)));
    if (!file) {
        throw std::runtime_error("cannot write " + path);
    }
}

data::samples read_samples(const std::string& folder) {
    const std::vector<double> inputs = read_numbers(folder + "/inputs.f64");
    const std::vector<double> targets = read_numbers(folder + "/targets.f64");
    const auto count = std::ssize(targets);
    return {{"A", "B"},
            {1, 1},
            Eigen::Map<const Eigen::MatrixXd>(inputs.data(), count, 2),
            Eigen::Map<const Eigen::VectorXd>(targets.data(), count)};
}

void keep(const Eigen::VectorXd& total, std::vector<double>& path) {
    path.insert(path.end(), total.begin(), total.end());
}

void train_on_samples(const data::samples& data, const solver::network_shape& shape, double slope,
                      long steps, double rate, std::vector<double>& weights,
                      std::vector<double>& path) {
    solver::sample_network network(shape, data, {.units = {slope}});
    std::vector<double> gradient(weights.size());
    Eigen::Map<Eigen::VectorXd> now(weights.data(), std::ssize(weights));
    const Eigen::Map<const Eigen::VectorXd> down(gradient.data(), std::ssize(gradient));
    for (long step = 0; step < steps; ++step) {
        network.gradient(weights.data(), gradient.data());
        keep(network.total_weights(), path);
        now -= rate * down;
    }
}

void train_from_moments(const data::samples& data, const solver::network_shape& shape, long steps,
                        double rate, const std::vector<double>& weights,
                        std::vector<double>& path) {
    solver::network_descent descent(shape, data.input_moments(), weights, {.rate = rate});
    for (long step = 0; step < steps; ++step) {
        keep(descent.total_weights(), path);
        descent.step();
    }
}

int run(const std::vector<std::string>& words) {
    const std::string& folder = words.at(0);
    const data::samples data = read_samples(folder);
    const theory::architecture arch({std::stoi(words.at(2)), std::stoi(words.at(2))},
                                    std::stoi(words.at(3)));
    const solver::network_shape shape(data.input_moments(), arch, std::stoi(words.at(4)));
    const double slope = std::stod(words.at(5));
    const long steps = std::stol(words.at(6));
    const double rate = std::stod(words.at(7));
    std::vector<double> weights = read_numbers(folder + "/weights.f64");
    if (std::ssize(weights) != shape.size()) {
        throw std::runtime_error(
            fmt::format("need {} weights, got {}", shape.size(), weights.size()));
    }
    std::vector<double> path;
    path.reserve(static_cast<std::size_t>(2 * steps));
    const auto start = std::chrono::steady_clock::now();
    if (words.at(1) == "samples") {
        train_on_samples(data, shape, slope, steps, rate, weights, path);
    } else {
        train_from_moments(data, shape, steps, rate, weights, path);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    write_numbers(folder + "/trajectory.f64", path);
    fmt::print("{:.9e}\n", took.count() / static_cast<double>(steps));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& e) {
        fmt::print(stderr, "network_peer: {}\n", e.what());
        return 2;
    }
}
