#include "fusionflow/data/readers/sample_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/random.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(sample_rows)

namespace {

// 50 rows of three inputs, far from zero and in different units, and two classes.
data::row_matrix some_rows() {
    data::random_source random(4);
    data::row_matrix rows(50, 5);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        rows.row(i) << 1e6 + 3 * random.normal(), 0.01 * random.normal(), 5 + random.normal(),
            i % 3 == 0, i % 3 != 0;
    }
    return rows;
}

const data::summary_labels labels{.names = {"a", "b"},
                                  .dims = {2, 1},
                                  .columns = {{"x", "y", "z"}, {"no", "yes"}},
                                  .classes = true};

data::sample_summary summary_of(const data::row_matrix& rows, data::preparation prepared) {
    data::moment_sums sums(rows.cols());
    sums.add(rows);
    return data::summarise(sums.statistics(), labels, prepared, sums.statistics());
}

}  // namespace

// The moments of the rows are those of the summary: both take off the same means.
BOOST_AUTO_TEST_CASE(rows_have_the_moments_of_their_summary) {
    const data::row_matrix rows = some_rows();
    for (const auto prepared : {data::preparation::as_read, data::preparation::centered,
                                data::preparation::standardized}) {
        const data::sample_summary like = summary_of(rows, prepared);
        const data::samples read = data::samples_of_rows(rows, {}, like, false);
        BOOST_TEST(read.dims() == labels.dims);
        const Eigen::MatrixXd& expected = like.values.covariance();
        BOOST_TEST((read.input_moments().covariance() - expected).norm() < 1e-9 * expected.norm());
        BOOST_TEST((read.input_moments().correlations() - like.values.correlations()).norm() <
                   1e-9 * (1 + like.values.correlations().norm()));
    }
}

BOOST_AUTO_TEST_CASE(classes_stay_as_they_are_where_they_are_asked_for) {
    const data::row_matrix rows = some_rows();
    const data::sample_summary like = summary_of(rows, data::preparation::standardized);
    BOOST_TEST(data::samples_of_rows(rows, {}, like, true).are_classes());
    BOOST_TEST(!data::samples_of_rows(rows, {}, like, false).are_classes());
}

BOOST_AUTO_TEST_CASE(columns_that_were_left_out_are_left_out) {
    data::row_matrix rows = some_rows();
    const data::sample_summary like = summary_of(rows, data::preparation::centered);
    data::row_matrix wider(rows.rows(), 6);
    wider << rows.leftCols(2), data::row_matrix::Constant(rows.rows(), 1, 7), rows.rightCols(3);
    const data::samples all = data::samples_of_rows(rows, {}, like, true);
    const data::samples kept = data::samples_of_rows(wider, {0, 1, 3, 4, 5}, like, true);
    BOOST_TEST((kept.inputs() == all.inputs()));
    BOOST_TEST((kept.targets() == all.targets()));
}

BOOST_AUTO_TEST_SUITE_END()
