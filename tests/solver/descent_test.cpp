#include "fusionflow/solver/networks/descent.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/solver/networks/draw.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(descent)

namespace {

using matrices = std::vector<std::vector<Eigen::MatrixXd>>;  // per path; the trunk's are copies

matrices unpack(const solver::network_shape& shape, const solver::state& weights) {
    matrices paths;
    for (int m = 0; m < shape.count(); ++m) {
        paths.emplace_back();
        for (const auto& l : shape.branch(m)) {
            paths.back().emplace_back(solver::matrix(weights.data(), l));
        }
    }
    paths.emplace_back();
    for (const auto& l : shape.trunk()) {
        paths.back().emplace_back(solver::matrix(weights.data(), l));
    }
    return paths;
}

Eigen::MatrixXd product(const std::vector<Eigen::MatrixXd>& layers, std::size_t from,
                        std::size_t to, Eigen::Index inputs) {
    Eigen::MatrixXd all = Eigen::MatrixXd::Identity(inputs, inputs);
    for (std::size_t j = from; j < to; ++j) {
        all = layers[j] * all;
    }
    return all;
}

// Gradient descent as it is in a textbook: full matrix products, every gradient a matrix.
//
//     W_j <- (1 - eta lambda) W_j + eta (W_L ... W_{j+1})^T E (W_{j-1} ... W_1)^T
void textbook_step(const data::moments& moments, matrices& paths, double rate, double decay) {
    const matrices old = paths;
    const auto& trunk = old.back();
    const auto count = static_cast<std::size_t>(moments.count());
    Eigen::MatrixXd total(moments.outputs(), moments.dimension());
    std::vector<Eigen::MatrixXd> branch_products;
    for (std::size_t m = 0; m < count; ++m) {
        const int d = moments.dim(static_cast<int>(m));
        branch_products.push_back(product(old[m], 0, old[m].size(), d));
        const Eigen::MatrixXd& branch = branch_products.back();
        total.middleCols(moments.offset(static_cast<int>(m)), d) =
            product(trunk, 0, trunk.size(), branch.rows()) * branch;
    }
    const Eigen::MatrixXd error =
        moments.matrix(moments.correlations()) - total * moments.covariance();
    Eigen::MatrixXd fused =
        Eigen::MatrixXd::Zero(branch_products.front().rows(), moments.dimension());
    for (std::size_t m = 0; m < count; ++m) {
        const int d = moments.dim(static_cast<int>(m));
        const int at = moments.offset(static_cast<int>(m));
        fused.middleCols(at, d) = branch_products[m];
        for (std::size_t j = 0; j < old[m].size(); ++j) {
            const Eigen::MatrixXd above =
                product(trunk, 0, trunk.size(), branch_products[m].rows()) *
                product(old[m], j + 1, old[m].size(), old[m][j].rows());
            paths[m][j] = (1 - rate * decay) * old[m][j] + rate * above.transpose() *
                                                               error.middleCols(at, d) *
                                                               product(old[m], 0, j, d).transpose();
        }
    }
    for (std::size_t j = 0; j < trunk.size(); ++j) {
        const Eigen::MatrixXd above = product(trunk, j + 1, trunk.size(), trunk[j].rows());
        const Eigen::MatrixXd below = product(trunk, 0, j, fused.rows()) * fused;
        paths.back()[j] =
            (1 - rate * decay) * trunk[j] + rate * above.transpose() * error * below.transpose();
    }
}

struct example {
    std::vector<int> dims;
    std::vector<std::vector<Eigen::Index>> branches;
    std::vector<Eigen::Index> trunk;
};

solver::state drawn(const solver::network_shape& shape, double size) {
    data::random_source random(11);
    solver::state weights(static_cast<std::size_t>(shape.size()));
    const Eigen::MatrixXd numbers = random.normal_matrix(shape.size(), 1, size);
    std::copy_n(numbers.data(), weights.size(), weights.data());
    return weights;
}

// Largest difference of a layer after `steps`, relative to the layer.
double difference(const example& e, int steps, double decay, int targets = 1) {
    const auto moments = tests::random_moments(e.dims, 8, targets);
    const solver::network_shape shape(e.dims, {e.branches, e.trunk}, targets);
    const solver::state start = drawn(shape, 0.3);
    matrices expected = unpack(shape, start);
    const auto descent =
        solver::start_descent(shape, moments, start, {.rate = 0.02, .weight_decay = decay});
    for (int i = 0; i < steps; ++i) {
        textbook_step(moments, expected, 0.02, decay);
        descent->step();
    }
    const matrices found = unpack(shape, std::move(*descent).take_weights());
    double largest = 0;
    for (std::size_t p = 0; p < found.size(); ++p) {
        for (std::size_t j = 0; j < found[p].size(); ++j) {
            largest =
                std::max(largest, (found[p][j] - expected[p][j]).norm() / expected[p][j].norm());
        }
    }
    return largest;
}

// Every way in which layers can lie between inputs and output; widths that no block divides.
const std::vector<example> examples = {
    {{1, 1}, {{}, {}}, {}},                            // L = 1
    {{1, 1}, {{5}, {7}}, {}},                          // two layers, late
    {{2, 1}, {{}, {}}, {6}},                           // two layers, early
    {{1, 1}, {{5, 6}, {7, 9}}, {}},                    // three layers, late
    {{1, 1}, {{5, 6, 7}, {7, 9, 3}}, {}},              // four layers, late
    {{1, 1}, {{}, {}}, {5, 6, 7}},                     // early
    {{1, 1}, {{5}, {4}}, {6, 7}},                      // fused at the second
    {{1, 2}, {{5, 6}, {4, 3}}, {7}},                   // at the third: two layers turn together
    {{1, 1}, {{5, 6, 7, 8, 9}, {4, 6, 3, 1, 2}}, {}},  // six layers, late
    {{1, 2}, {{}, {}}, {5, 6, 7, 9, 4}},               // six layers, early
    {{3, 1, 2}, {{}, {5}, {4, 6}}, {7, 5}},            // unequal branches
    {{3, 1, 2}, {{}, {5}, {4, 6}}, {7}},               // one turns, others do not
    {{3, 1, 2}, {{}, {5}, {4, 6, 8}}, {}},             // one is a single layer
    {{5, 6}, {{4, 6, 7}, {5, 4, 9}}, {}},              // many inputs
    {{5, 6}, {{}, {}}, {4, 6, 7, 3}},                  // many inputs, early
};

}  // namespace

BOOST_AUTO_TEST_CASE(is_textbook_gradient_descent_for_every_architecture) {
    for (std::size_t i = 0; i < examples.size(); ++i) {
        BOOST_TEST_CONTEXT("example " << i) {
            // Rounding of the same sums in another order, over 300 steps.
            BOOST_TEST(difference(examples[i], 300, 0) < 1e-12);
            BOOST_TEST(difference(examples[i], 301, 0.1) < 1e-12);
            BOOST_TEST(difference(examples[i], 300, 0, 2) < 1e-12);
            BOOST_TEST(difference(examples[i], 301, 0.1, 5) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
