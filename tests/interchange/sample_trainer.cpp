// Trains networks on samples by the steps of the library, for torch_samples_test.py to compare.
//
//     sample_trainer FOLDER < LINES
//
// Every line of the standard input is a run:
//
//     NAME UNITS LOSS RULE RATE DECAY_RATE WEIGHT_DECAY BATCH EPOCHS BIAS FUSION
//
// For it the program reads NAME.npz in FOLDER, with the arrays inputs, targets and weights (two
// modalities of 3 and 2 inputs, three layers of width 6), and leaves NAME.trained.npz: losses, the
// loss of the batch before every step, order, the samples of the batches one after another, end,
// loss and accuracy of all samples, and weights.

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fusionflow/data/readers/npz.hpp"
#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/training/sample_descent.hpp"

namespace {

using namespace fusionflow;

constexpr int width = 6;
const std::vector<int> dims = {3, 2};

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

using row_matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

const data::named_array& find(const data::named_arrays& arrays, const std::string& name) {
    for (const data::named_array& a : arrays) {
        if (a.name == name) {
            return a;
        }
    }
    throw std::runtime_error("no array " + name);
}

Eigen::MatrixXd matrix_of(const data::named_array& a) {
    return Eigen::Map<const row_matrix>(a.values.data(), a.shape.at(0), a.shape.at(1));
}

data::named_array vector_of(const std::string& name, std::vector<double> values) {
    return {name, {std::ssize(values)}, std::move(values)};
}

void train(const std::string& folder, const run& what) {
    const std::string stem = folder + "/" + what.name;
    const data::named_arrays given = data::read_npz(stem + ".npz");
    const data::samples data({"A", "B"}, dims, matrix_of(find(given, "inputs")),
                             matrix_of(find(given, "targets")));
    const auto arch = theory::architecture::fused(3, what.fusion, 2);
    const solver::network_shape shape(dims, solver::hidden_widths::equal(arch, width),
                                      data.outputs());
    solver::sample_descent descent(shape, data, what.how, find(given, "weights").values,
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
    const std::vector<double> end = {descent.measure(), descent.network().accuracy()};
    std::ofstream file(stem + ".trained.npz", std::ios::binary);
    file << data::format_npz({vector_of("losses", losses), vector_of("order", order),
                              vector_of("end", end), vector_of("weights", descent.parameters())});
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + stem);
    }
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
