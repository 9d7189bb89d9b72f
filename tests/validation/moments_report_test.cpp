#include "fusionflow/validation/report/moments_report.hpp"

#include <boost/test/unit_test.hpp>

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(moments_report)

namespace {

// Of inputs of one and two columns with 5 and 4 as their correlations with the target.
data::sample_summary example() {
    Eigen::MatrixXd covariance(3, 3);
    covariance << 4, 0, 0, 0, 1, 0, 0, 0, 0.25;
    data::sample_summary s{
        data::moments({"A", "B"}, {1, 2}, covariance, Eigen::Vector3d(5, 4, 0), 30)};
    s.samples = 12;
    s.columns = {{"a", "b", "c"}, {"y"}};
    s.prepared = data::preparation::centered;
    return s;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_modality_and_all_together_have_a_row) {
    BOOST_TEST('\n' + validation::to_text(example(), "training") == R"(
training: 12 samples, centered; 1 target: y
modality  inputs  rank    |s_m|  condition
A              1     1        5          1
B              2     2        4          4
all            3     3  6.40312         16
target power <|y|^2>: 30
)");
}

BOOST_AUTO_TEST_CASE(says_by_whom_samples_were_prepared_and_what_is_no_rank) {
    data::sample_summary s = example();
    s.samples = 1;
    s.by_others = true;
    BOOST_TEST(validation::to_text(s, "").starts_with(
        "1 sample, centered, by the training part; 1 target: y\n"));
    s.columns.targets = {"1", "2", "3", "4", "5", "6", "7"};
    s.prepared = data::preparation::as_read;
    BOOST_TEST(
        validation::to_text(s, "").starts_with("1 sample; 1 target: 1, 2, 3, 4, 5, 6, ...\n"));
}

BOOST_AUTO_TEST_SUITE_END()
