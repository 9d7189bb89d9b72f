#include "fusionflow/solver/networks/weights_file.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/solver/networks/draw.hpp"
#include "tests/support/models.hpp"
#include "tests/support/runs.hpp"
#include "tests/support/says.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(weights_file)

namespace {

const std::vector<std::string> names = {"A", "B"};
const std::vector<int> dims = {2, 1};
const theory::architecture arch({2, 1}, 2);

solver::network_shape shape() { return {dims, {{{3}, {}}, {4, 5}}}; }

// 0, 1, 2, ...: every entry shows where it went.
solver::state counting(Eigen::Index size) {
    solver::state weights(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<double>(i);
    }
    return weights;
}

}  // namespace

BOOST_AUTO_TEST_CASE(layers_become_matrices_of_units_above_by_units_below) {
    const auto arrays = solver::weights_to_arrays(names, shape(), counting(shape().size()));
    const std::vector<std::string> expected = {"A.1", "A.2", "B.1", "trunk.1", "trunk.2"};
    BOOST_REQUIRE(arrays.size() == expected.size());
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        BOOST_TEST(arrays[i].name == expected[i]);
    }
    BOOST_TEST(arrays[0].shape == (std::vector<std::int64_t>{3, 2}));
    BOOST_TEST(arrays[0].values == (std::vector<double>{0, 3, 1, 4, 2, 5}));  // by rows
    BOOST_TEST(arrays[3].shape == (std::vector<std::int64_t>{5, 4}));
}

BOOST_AUTO_TEST_CASE(weights_and_biases_come_back) {
    for (const bool biases : {false, true}) {
        // Biases: 3 of A's hidden space, 4 where branches meet, 5 and 1 of the trunk.
        const auto all = counting(shape().size() + (biases ? 13 : 0));
        const auto arrays = solver::weights_to_arrays(names, shape(), all);
        const auto back = solver::weights_from_arrays(arrays, names, dims, arch, biases, "F");
        BOOST_TEST(back.weights == all);
        BOOST_TEST(back.shape.trunk()[0].cols == 4);
    }
}

BOOST_AUTO_TEST_CASE(arrays_that_do_not_fit_are_refused) {
    const auto good = solver::weights_to_arrays(names, shape(), counting(shape().size()));
    const auto refuses = [&](const data::named_arrays& arrays, const std::string& rule) {
        BOOST_CHECK_EXCEPTION(
            (void)solver::weights_from_arrays(arrays, names, dims, arch, false, "F.npz"),
            data::input_error, says("weights: F.npz: " + rule));
    };
    auto wrong = good;
    wrong.pop_back();
    refuses(wrong, "there is no array trunk.2");
    wrong = good;
    wrong.push_back({"C.1", {1}, {1}});
    refuses(wrong, "array C.1 has no place in this network");
    wrong = good;
    wrong[0] = {"A.1", {3, 1}, {1, 2, 3}};
    refuses(wrong, "need A.1 of 3 x 2, got 3 x 1");
    wrong[0] = {"A.1", {2}, {1, 2}};
    refuses(wrong, "need A.1 of (units above) x (units below), got 2");
    BOOST_CHECK_EXCEPTION(
        solver::require_array_names({"trunk"}, {{1}, 1}), data::input_error,
        says("names: no modality may be called 'trunk': files of weights use that name for "
             "the shared layers"));
}

BOOST_AUTO_TEST_CASE(networks_train_to_the_same_digits_from_their_own_weights) {
    const auto moments = tests::toy(0.5, 2);
    const auto late = theory::architecture::fused(3, 3, 2);
    const theory::initialisation init{.u0 = 0.2, .drawn = tests::scheme::gaussian, .width = 12};
    for (const auto form : {"full", "compressed"}) {
        tests::network_options options;
        options.learning_rate = 0.05;
        options.form = form;
        const auto drawn = tests::simulate(moments, late, init, options);
        const solver::network_shape full(moments, late, 12);
        const auto arrays = solver::weights_to_arrays(
            names, full, solver::draw_weights(full, moments, init, options.seed));
        auto loaded = solver::weights_from_arrays(arrays, names, moments.dims(), late, false, "F");
        const auto like = solver::like_weights(loaded);
        const auto again = tests::simulate_from(moments, late, like, options, std::move(loaded));
        BOOST_TEST(again.times == drawn.times);
        BOOST_TEST(again.network->at_end == drawn.network->at_end);
        BOOST_TEST(again.network->drawn_widths == drawn.network->drawn_widths);
    }
}

BOOST_AUTO_TEST_SUITE_END()
