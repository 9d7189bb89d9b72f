// Trains networks on samples by the steps of the library, for torch_test.py to compare.
//
//     sample_trainer FOLDER < LINES
//
// Every line of the standard input is a run:
//
//     NAME UNITS LOSS RULE RATE DECAY_RATE WEIGHT_DECAY BATCH EPOCHS BIAS FUSION
//
// For it the program reads NAME.inputs, NAME.targets and NAME.weights in FOLDER (doubles, matrices
// column by column; two modalities of 3 and 2 inputs, three layers of width 6) and leaves
// NAME.losses, the loss of the batch before every step, NAME.order, the samples of the batches one
// after another, and NAME.end: loss and accuracy of all samples, then the parameters.

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/training/sample_descent.hpp"

namespace {

using namespace fusionflow;

constexpr int width = 6;
const std::vector<int> dims = {3, 2};

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

struct run {
    std::string name;
    solver::training how{.samples = {}};
    long epochs = 0;
    int fusion = 2;
};

// False at the end of the input.
bool read_run(std::istream& from, run& next) {
    std::string units;
    std::string loss;
    std::string rule;
    double rate = 0;
    solver::training& how = next.how;
    if (!(from >> next.name >> units >> loss >> rule >> rate >> how.decay_rate >>
          how.weight_decay >> how.samples.batch >> next.epochs >> how.samples.bias >>
          next.fusion)) {
        return false;
    }
    how.learning_rate = rate;
    how.samples.units = solver::parse_activation(units);
    how.samples.loss = solver::losses().parse(loss);
    how.samples.rule = solver::update_rules().parse(rule);
    how.validate();
    return true;
}

void train(const std::string& folder, const run& what) {
    const std::string stem = folder + "/" + what.name;
    const std::vector<double> inputs = read_numbers(stem + ".inputs");
    const std::vector<double> targets = read_numbers(stem + ".targets");
    const Eigen::Index count = std::ssize(inputs) / (dims[0] + dims[1]);
    const Eigen::Index outputs = std::ssize(targets) / count;
    const data::samples data(
        {"A", "B"}, dims, Eigen::Map<const Eigen::MatrixXd>(inputs.data(), count, 5),
        Eigen::MatrixXd(Eigen::Map<const Eigen::MatrixXd>(targets.data(), count, outputs)));
    const auto arch = theory::architecture::fused(3, what.fusion, 2);
    const solver::network_shape shape(dims, solver::hidden_widths::equal(arch, width), outputs);
    solver::sample_descent descent(shape, data, what.how, read_numbers(stem + ".weights"),
                                   solver::order_seed(1, 0));
    std::vector<double> losses;
    std::vector<double> order;
    for (long epoch = 0; epoch < what.epochs; ++epoch) {
        descent.measure();
        descent.epoch([&](std::span<const Eigen::Index> batch, double loss) {
            losses.push_back(loss);
            for (const Eigen::Index n : batch) {
                order.push_back(static_cast<double>(n));
            }
        });
    }
    std::vector<double> end = {descent.measure(), descent.network().accuracy()};
    end.insert(end.end(), descent.parameters().begin(), descent.parameters().end());
    write_numbers(stem + ".losses", losses);
    write_numbers(stem + ".order", order);
    write_numbers(stem + ".end", end);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2) {
            throw std::runtime_error("need a folder");
        }
        for (run next; read_run(std::cin, next);) {
            train(argv[1], next);
        }
        return 0;
    } catch (const std::exception& e) {
        fmt::print(stderr, "sample_trainer: {}\n", e.what());
        return 2;
    }
}
