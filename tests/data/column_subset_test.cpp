#include "fusionflow/data/readers/column_subset.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(column_subset)

namespace {

using texts = std::vector<std::string>;

data::sample_statistics statistics_of(const data::row_matrix& rows) {
    data::moment_sums sums(rows.cols());
    sums.add(rows);
    return sums.statistics();
}

data::row_matrix sample(Eigen::Index rows) {
    data::random_source random(1);
    return data::row_matrix::NullaryExpr(rows, 4, [&](auto, auto) { return random.normal(); });
}

const data::summary_labels labels{{"A", "B"}, {1, 2}, {{"a", "b", "c"}, {"y"}}, false};

}  // namespace

// Whatever the constant, and over more rows than one block has.
BOOST_AUTO_TEST_CASE(inputs_that_do_not_vary_are_found_to_the_digit) {
    for (const double constant : {0.0, 0.1, 1.0 / 3, -1e9 / 7, 1e300}) {
        data::row_matrix rows = sample(100000);
        rows.col(1).setConstant(constant);
        const data::sample_statistics all = statistics_of(rows);
        const data::column_subset varying = data::varying_columns(all, labels);
        BOOST_TEST(varying.kept == std::vector<Eigen::Index>({0, 2, 3}));
        BOOST_TEST(varying.dropped == texts({"b"}));
        BOOST_TEST(varying.labels.dims == std::vector<int>({1, 1}));
        BOOST_TEST(varying.labels.columns.inputs == texts({"a", "c"}));
        BOOST_TEST(varying.labels.columns.targets == texts({"y"}));
        const data::sample_statistics kept = data::select_columns(all, varying.kept);
        BOOST_TEST(kept.count == 100000U);
        BOOST_TEST(kept.mean(1) == all.mean(2));
        BOOST_TEST(kept.covariance(1, 2) == all.covariance(2, 3));
    }
}

BOOST_AUTO_TEST_CASE(a_modality_needs_an_input_that_varies) {
    data::row_matrix rows = sample(50);
    rows.col(0).setConstant(2);
    BOOST_CHECK_EXCEPTION((void)data::varying_columns(statistics_of(rows), labels),
                          data::input_error,
                          tests::says(": need an input of A that varies, but none does"));
}

BOOST_AUTO_TEST_CASE(columns_come_in_the_order_of_other_samples) {
    const data::sample_statistics all = statistics_of(sample(50));
    const data::summary_labels like{{"A", "B"}, {1, 1}, {{"a", "c"}, {"y"}}, false};
    const data::aligned_columns aligned = data::align_columns(all, labels, like, true);
    BOOST_TEST(aligned.labels.columns.inputs == texts({"a", "c"}));
    BOOST_TEST(aligned.labels.dims == std::vector<int>({1, 1}));
    BOOST_TEST(aligned.dropped == texts({"b"}));
    BOOST_TEST(aligned.statistics.covariance(1, 2) == all.covariance(2, 3));
    // Not dropped they come last in their modality, where they are refused later.
    const data::aligned_columns kept = data::align_columns(all, labels, like, false);
    BOOST_TEST(kept.labels.columns.inputs == texts({"a", "c", "b"}));
    BOOST_TEST(kept.statistics.mean(2) == all.mean(1));
}

// Of categories and classes that no row has there is a column of zeros.
BOOST_AUTO_TEST_CASE(categories_and_classes_that_are_not_there_are_zeros) {
    const data::sample_statistics all = statistics_of(sample(50));
    const data::summary_labels some{{"A"}, {2}, {{"k=x", "b"}, {"cat", "dog"}}, true};
    const data::summary_labels like{{"A"}, {3}, {{"k=w", "k=x", "b"}, {"ant", "cat", "dog"}}, true};
    const data::aligned_columns aligned = data::align_columns(all, some, like, false);
    BOOST_TEST(aligned.labels.columns.inputs == like.columns.inputs);
    BOOST_TEST(aligned.labels.columns.targets == like.columns.targets);
    BOOST_TEST(aligned.statistics.covariance.row(0).isZero(0));
    BOOST_TEST(aligned.statistics.covariance.col(3).isZero(0));
    BOOST_TEST(aligned.statistics.covariance(1, 4) == all.covariance(0, 2));
    // An input that is not there at all stays away.
    const data::summary_labels other{{"A"}, {3}, {{"q", "k=x", "b"}, {"cat", "dog"}}, true};
    BOOST_TEST(data::align_columns(all, some, other, false).labels.columns.inputs ==
               texts({"k=x", "b"}));
}

BOOST_AUTO_TEST_SUITE_END()
