#include "fusionflow/theory/architecture.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/error.hpp"
#include "tests/support/models.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(architecture)

BOOST_AUTO_TEST_CASE(fused_network_has_equal_branches_and_the_rest_as_trunk) {
    const auto arch = theory::architecture::fused(5, 2, 3);
    BOOST_TEST(arch.branches() == (std::vector<int>{2, 2, 2}), boost::test_tools::per_element());
    BOOST_TEST(arch.shared() == 3);
    BOOST_TEST(arch.depth(1) == 5);
}

BOOST_AUTO_TEST_CASE(refuses_depths_outside_their_range) {
    BOOST_CHECK_EXCEPTION(theory::architecture::fused(0, 1, 2), data::input_error,
                          says("depth: need 1 <= L <= 1000, got 0"));
    BOOST_CHECK_EXCEPTION(theory::architecture::fused(4, 5, 2), data::input_error,
                          says("fusion: need 1 <= L_f <= L = 4, got 5"));
    BOOST_CHECK_EXCEPTION(theory::architecture::fused(4, 0, 2), data::input_error,
                          says("fusion: need 1 <= L_f <= L = 4, got 0"));
    BOOST_CHECK_EXCEPTION(theory::architecture({2, 0}, 1), data::input_error,
                          says("branches: need 1 <= n <= 1000, got 0"));
    BOOST_CHECK_EXCEPTION(theory::architecture({}, 1), data::input_error,
                          says("branches: need at least one branch, got none"));
    BOOST_CHECK_EXCEPTION(theory::architecture({2, 2}, -1), data::input_error,
                          says("shared: need 0 <= p <= 1000, got -1"));
}

BOOST_AUTO_TEST_CASE(refuses_moments_of_another_number_of_modalities) {
    const theory::architecture arch({2, 2, 2}, 0);
    BOOST_CHECK_EXCEPTION(arch.match(tests::toy(0, 2)), data::input_error,
                          says("branches: need one branch per modality, got 3 for 2 modalities"));
}

BOOST_AUTO_TEST_CASE(only_late_fusion_of_depth_two_is_two_layer_late) {
    BOOST_TEST(theory::architecture::fused(2, 2, 2).two_layer_late());
    BOOST_TEST(!theory::architecture::fused(2, 1, 2).two_layer_late());
    BOOST_TEST(!theory::architecture::fused(3, 2, 2).two_layer_late());
    BOOST_TEST(!theory::architecture({2, 3}, 0).two_layer_late());
}

BOOST_AUTO_TEST_CASE(one_layer_branches_cannot_wait_at_a_saddle) {
    const theory::architecture mixed({1, 3, 1}, 2);
    BOOST_TEST(mixed.closure({}).empty());
    BOOST_TEST(mixed.closure({1}) == (data::modality_set{0, 1, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(mixed.closure({0}) == (data::modality_set{0, 2}), boost::test_tools::per_element());
    const theory::architecture no_trunk({1, 3}, 0);
    BOOST_TEST(no_trunk.closure({}) == (data::modality_set{0}), boost::test_tools::per_element());
    const theory::architecture late({2, 3}, 0);
    BOOST_TEST(late.closure({1}) == (data::modality_set{1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
