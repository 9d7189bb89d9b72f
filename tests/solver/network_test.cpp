#include "fusionflow/solver/networks/network.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(layers_chain_from_inputs_to_one_output) {
    const auto moments = tests::random_moments({3, 2}, 1);
    const solver::network_shape shape(moments, theory::architecture({2, 1}, 2), 7);
    BOOST_TEST(shape.branch(0)[0].rows == 7);
    BOOST_TEST(shape.branch(0)[0].cols == 3);
    BOOST_TEST(shape.branch(0)[1].cols == 7);
    BOOST_TEST(shape.branch(1)[0].rows == 7);
    BOOST_TEST(shape.branch(1)[0].cols == 2);
    BOOST_TEST(shape.trunk()[1].rows == 1);
    BOOST_TEST(shape.size() == 7 * 3 + 49 + 7 * 2 + 49 + 7);
}

BOOST_AUTO_TEST_CASE(late_fusion_ends_each_branch_in_one_row) {
    const auto moments = tests::random_moments({3, 2}, 1);
    const solver::network_shape shape(moments, theory::architecture({2, 1}, 0), 7);
    BOOST_TEST(shape.branch(0)[1].rows == 1);
    BOOST_TEST(shape.branch(1)[0].rows == 1);
    BOOST_TEST(shape.branch(1)[0].cols == 2);
    BOOST_TEST(shape.trunk().empty());
}

BOOST_AUTO_TEST_CASE(every_hidden_space_may_have_a_width_of_its_own_and_targets_may_be_many) {
    const solver::network_shape shape({3, 2}, {{{5, 6}, {}}, {4, 7}}, 2);
    BOOST_TEST(shape.branch(0)[1].rows == 6);
    BOOST_TEST(shape.branch(0)[2].rows == 4);
    BOOST_TEST(shape.branch(1)[0].rows == 4);
    BOOST_TEST(shape.trunk()[0].rows == 7);
    BOOST_TEST(shape.trunk()[1].rows == 2);
    BOOST_TEST(shape.size() == 5 * 3 + 6 * 5 + 4 * 6 + 4 * 2 + 7 * 4 + 2 * 7);
}

BOOST_AUTO_TEST_CASE(refuses_absurd_sizes_before_allocating) {
    const auto moments = tests::toy(0, 2);
    BOOST_CHECK_EXCEPTION(
        solver::network_shape(moments, theory::architecture::fused(4, 4, 2), 100000),
        data::input_error, [](const data::input_error& e) {
            const std::string message = "width: need weights of at most 8 GiB, got H = 100000 "
                                        "(298 GiB)";
            BOOST_TEST(e.what() == message);
            return e.what() == message;
        });
}

BOOST_AUTO_TEST_CASE(drift_is_zero_for_equal_weights_and_seen_when_one_layer_moves) {
    const auto moments = tests::toy(0, 2);
    const solver::network_shape shape(moments, theory::architecture::fused(3, 2, 2), 4);
    solver::state weights(static_cast<std::size_t>(shape.size()), 0.5);
    const solver::state same = weights;
    BOOST_TEST(solver::balance_drift(shape, weights, same) == 0);
    // The last layer (1 x 4, norm 1) doubles: its W^T W grows by 3 in norm, the largest layer is 2.
    for (Eigen::Index i = 0; i < 4; ++i) {
        weights[static_cast<std::size_t>(shape.trunk()[0].offset + i)] = 1;
    }
    BOOST_TEST(solver::balance_drift(shape, same, weights) == 3.0 / 4);
}

BOOST_AUTO_TEST_SUITE_END()
