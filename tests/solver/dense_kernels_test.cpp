#include "fusionflow/solver/networks/dense_kernels.hpp"

#include <Eigen/Core>
#include <array>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "fusionflow/data/random.hpp"

using namespace fusionflow;
using solver::block_dots;
using solver::block_product;

BOOST_AUTO_TEST_SUITE(dense_kernels)

namespace {

using rows_over_samples = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Eigen::Index stride = 72;

// Sizes that leave remainders of every tile in every kernel.
const std::vector<std::array<Eigen::Index, 3>> sizes = {{1, 1, 8},  {1, 13, 24},  {13, 1, 40},
                                                        {3, 5, 64}, {15, 17, 56}, {24, 8, 72}};

rows_over_samples block(data::random_source& random, Eigen::Index rows) {
    return random.normal_matrix(rows, stride, 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_are_those_of_the_matrices) {
    data::random_source random(1);
    for (const auto& kernels : solver::available_kernels()) {
        for (const auto& [rows, inner, columns] : sizes) {
            const Eigen::MatrixXd a = random.normal_matrix(rows, inner, 1);
            const Eigen::MatrixXd turned = a.transpose();
            const rows_over_samples b = block(random, inner);
            const rows_over_samples before = block(random, rows);
            const rows_over_samples gate = block(random, rows);
            for (const bool add : {false, true}) {
                Eigen::MatrixXd expected = a * b.leftCols(columns);
                if (add) {
                    expected += before.leftCols(columns);
                }
                rows_over_samples c = before;
                block_product p{.a = a.data(),
                                .row_step = 1,
                                .inner_step = rows,
                                .b = b.data(),
                                .c = c.data(),
                                .rows = rows,
                                .inner = inner,
                                .columns = columns,
                                .stride = stride,
                                .accumulate = add};
                kernels.multiply(p);
                BOOST_TEST_INFO(kernels.name << ' ' << rows << ' ' << inner << ' ' << columns);
                // Sums of at most 18 terms of order one: rounding is far below.
                BOOST_TEST((c.leftCols(columns) - expected).norm() < 1e-12);
                BOOST_TEST((c.rightCols(stride - columns) == before.rightCols(stride - columns)));
                c = before;
                p.a = turned.data();
                p.row_step = inner;
                p.inner_step = 1;
                p.gate = gate.data();
                p.slope = 0.25;
                kernels.multiply(p);
                const Eigen::MatrixXd gated =
                    (gate.leftCols(columns).array() > 0).select(expected, 0.25 * expected);
                BOOST_TEST((c.leftCols(columns) - gated).norm() < 1e-12);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(without_a_gate_a_product_gates_itself) {
    data::random_source random(2);
    const rows_over_samples b = block(random, 3);
    const Eigen::MatrixXd a = random.normal_matrix(5, 3, 1);
    const Eigen::MatrixXd plain = a * b;
    for (const auto& kernels : solver::available_kernels()) {
        rows_over_samples c(5, stride);
        kernels.multiply({.a = a.data(),
                          .row_step = 1,
                          .inner_step = 5,
                          .b = b.data(),
                          .c = c.data(),
                          .rows = 5,
                          .inner = 3,
                          .columns = stride,
                          .stride = stride,
                          .slope = 0});
        BOOST_TEST((c - plain.cwiseMax(0.0)).norm() < 1e-12);  // rounding, as above
        BOOST_TEST(c.minCoeff() == 0.0);
    }
}

BOOST_AUTO_TEST_CASE(dots_are_added_to_what_is_there) {
    data::random_source random(3);
    for (const auto& kernels : solver::available_kernels()) {
        for (const auto& [a_rows, b_rows, columns] : sizes) {
            const rows_over_samples a = block(random, a_rows);
            const rows_over_samples b = block(random, b_rows);
            const Eigen::MatrixXd before = random.normal_matrix(a_rows, b_rows, 1);
            Eigen::MatrixXd c = before;
            kernels.add_dots({.a = a.data(),
                              .b = b.data(),
                              .c = c.data(),
                              .a_rows = a_rows,
                              .b_rows = b_rows,
                              .columns = columns,
                              .stride = stride,
                              .c_stride = a_rows});
            const Eigen::MatrixXd expected =
                before + a.leftCols(columns) * b.leftCols(columns).transpose();
            BOOST_TEST_INFO(kernels.name << ' ' << a_rows << ' ' << b_rows << ' ' << columns);
            BOOST_TEST((c - expected).norm() < 1e-12);  // rounding of 72 terms of order one
        }
    }
}

BOOST_AUTO_TEST_CASE(every_processor_gives_the_same_digits) {
    const auto all = solver::available_kernels();
    BOOST_TEST(all.back().name == "portable");
    BOOST_TEST(solver::best_kernels().name == all.front().name);
    const auto answers = [](const solver::dense_kernels& kernels) {
        data::random_source random(4);
        const Eigen::MatrixXd a = random.normal_matrix(15, 17, 1);
        const rows_over_samples b = block(random, 17);
        rows_over_samples c(15, stride);
        kernels.multiply({.a = a.data(),
                          .row_step = 1,
                          .inner_step = 15,
                          .b = b.data(),
                          .c = c.data(),
                          .rows = 15,
                          .inner = 17,
                          .columns = stride,
                          .stride = stride,
                          .slope = 0.1});
        Eigen::MatrixXd dots = Eigen::MatrixXd::Zero(15, 17);
        kernels.add_dots({.a = c.data(),
                          .b = b.data(),
                          .c = dots.data(),
                          .a_rows = 15,
                          .b_rows = 17,
                          .columns = stride,
                          .stride = stride,
                          .c_stride = 15});
        return dots;
    };
    const Eigen::MatrixXd reference = answers(all.back());
    for (const auto& kernels : all) {
        BOOST_TEST_INFO(kernels.name);
        BOOST_TEST((answers(kernels) == reference));
    }
}

BOOST_AUTO_TEST_SUITE_END()
