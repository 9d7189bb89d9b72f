#include "fusionflow/data/moment_sums.hpp"

#include <tbb/global_control.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/random.hpp"

using namespace fusionflow::data;

BOOST_AUTO_TEST_SUITE(moment_sums)

namespace {

using sums = fusionflow::data::moment_sums;
using exact = boost::multiprecision::cpp_bin_float_quad;  // 113 bits

struct exact_moments {
    std::vector<exact> mean;
    std::vector<std::vector<exact>> covariance;
};

// The definition in quadruple precision: the mean, then sums about it.
exact_moments by_definition(const row_matrix& rows) {
    const auto c = static_cast<std::size_t>(rows.cols());
    exact_moments result{std::vector<exact>(c, 0), {c, std::vector<exact>(c, 0)}};
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        for (std::size_t p = 0; p < c; ++p) {
            result.mean[p] += rows(i, static_cast<Eigen::Index>(p));
        }
    }
    for (exact& m : result.mean) {
        m /= rows.rows();
    }
    std::vector<exact> off(c);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        for (std::size_t p = 0; p < c; ++p) {
            off[p] = rows(i, static_cast<Eigen::Index>(p)) - result.mean[p];
        }
        for (std::size_t p = 0; p < c; ++p) {
            for (std::size_t q = 0; q <= p; ++q) {
                result.covariance[p][q] += off[p] * off[q];
            }
        }
    }
    for (std::size_t p = 0; p < c; ++p) {
        for (std::size_t q = 0; q <= p; ++q) {
            result.covariance[p][q] /= rows.rows();
            result.covariance[q][p] = result.covariance[p][q];
        }
    }
    return result;
}

// The largest error of the covariance, relative to sqrt(C_pp C_qq), and of the mean in deviations.
double error_of(const sample_statistics& got, const exact_moments& expected) {
    exact largest = 0;
    const auto c = static_cast<Eigen::Index>(expected.mean.size());
    const auto deviation = [&](Eigen::Index p) {
        const auto i = static_cast<std::size_t>(p);
        return sqrt(expected.covariance[i][i]);
    };
    for (Eigen::Index p = 0; p < c; ++p) {
        const auto i = static_cast<std::size_t>(p);
        const exact mean = exact(got.mean(p)) + exact(got.mean_rest(p));
        largest = std::max(largest, exact(abs(mean - expected.mean[i]) / deviation(p)));
        for (Eigen::Index q = 0; q < c; ++q) {
            const exact off =
                got.covariance(p, q) - expected.covariance[i][static_cast<std::size_t>(q)];
            largest = std::max(largest, exact(abs(off) / (deviation(p) * deviation(q))));
        }
    }
    return static_cast<double>(largest);
}

// Correlated columns with these means; deviations are 1, then 10, 100, ... where they differ.
row_matrix sample(Eigen::Index rows, const std::vector<double>& means, bool scaled = false) {
    random_source random(7);
    row_matrix z(rows, static_cast<Eigen::Index>(means.size()));
    for (Eigen::Index i = 0; i < rows; ++i) {
        const double common = random.normal();
        for (Eigen::Index p = 0; p < z.cols(); ++p) {
            const double deviation = scaled ? std::pow(10.0, static_cast<double>(p)) : 1;
            z(i, p) = means[static_cast<std::size_t>(p)] +
                      deviation * (0.6 * common + 0.8 * random.normal());
        }
    }
    return z;
}

sample_statistics statistics_of(const row_matrix& rows, Eigen::Index step) {
    sums all(rows.cols());
    for (Eigen::Index i = 0; i < rows.rows(); i += step) {
        all.add(rows.middleRows(i, std::min(step, rows.rows() - i)));
    }
    return all.statistics();
}

void check_equal(const sample_statistics& a, const sample_statistics& b) {
    BOOST_TEST(a.count == b.count);
    BOOST_TEST((a.mean == b.mean));
    BOOST_TEST((a.mean_rest == b.mean_rest));
    BOOST_TEST((a.covariance == b.covariance));
}

}  // namespace

// A block sums 256 products, so that rounding makes at most 256 eps = 6e-14 of their size, and as a
// rule sqrt(256) eps = 4e-15; what comes after blocks is compensated.
BOOST_AUTO_TEST_CASE(badly_scaled_samples_agree_with_quadruple_precision) {
    for (const bool scaled : {false, true}) {
        const row_matrix rows = sample(40000, {0, 1e8, -1e8, 3e11, 1e-8}, scaled);
        const double error = error_of(statistics_of(rows, 997), by_definition(rows));
        BOOST_TEST_MESSAGE("error " << error);
        BOOST_TEST(error < 2e-14);
        BOOST_TEST(error > 0);
    }
}

// A first sample far from all others, and a mean that wanders: no single shift would do.
BOOST_AUTO_TEST_CASE(outliers_and_drift_do_not_spoil_the_sums) {
    row_matrix rows = sample(30000, {1e8, 0, 1});
    rows(0, 0) = 0;
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
        rows(i, 1) += 1e3 * static_cast<double>(i);
    }
    BOOST_TEST(error_of(statistics_of(rows, 4096), by_definition(rows)) < 2e-14);
}

BOOST_AUTO_TEST_CASE(how_rows_are_dealt_out_does_not_change_a_digit) {
    const row_matrix rows = sample(20011, {5, 1e6, -3});
    const sample_statistics once = statistics_of(rows, rows.rows());
    check_equal(statistics_of(rows, 1), once);
    check_equal(statistics_of(rows, 4097), once);
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_does_not_change_a_digit) {
    for (const Eigen::Index columns : {3, 300}) {  // blocks side by side, tiles side by side
        const row_matrix rows =
            sample(5000, std::vector<double>(static_cast<std::size_t>(columns), 1e4));
        const sample_statistics many = statistics_of(rows, 1000);
        const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
        check_equal(statistics_of(rows, 1000), many);
    }
}

BOOST_AUTO_TEST_CASE(wide_tables_agree_with_the_definition) {
    const row_matrix rows = sample(700, std::vector<double>(300, 1e6));
    BOOST_TEST(error_of(statistics_of(rows, 64), by_definition(rows)) < 2e-14);
}

BOOST_AUTO_TEST_CASE(merged_parts_are_the_whole_to_rounding) {
    const row_matrix rows = sample(9000, {1e8, 2, -1e5});
    sums left(3);
    sums right(3);
    left.add(rows.topRows(1234));
    right.add(rows.bottomRows(9000 - 1234));
    left.merge(right);
    BOOST_TEST(left.count() == 9000U);
    BOOST_TEST(error_of(left.statistics(), by_definition(rows)) < 2e-14);
    // With nothing on either side.
    sums none(3);
    none.merge(left);
    none.merge(sums(3));
    check_equal(none.statistics(), left.statistics());
}

BOOST_AUTO_TEST_CASE(a_column_that_does_not_vary_has_no_variance_at_all) {
    row_matrix rows = sample(3000, {0, 0});
    rows.col(1).setConstant(0.1);
    const sample_statistics got = statistics_of(rows, 100);
    BOOST_TEST(got.covariance(1, 1) == 0);
    BOOST_TEST(got.covariance(0, 1) == 0);
    BOOST_TEST(got.mean(1) == 0.1);
}

BOOST_AUTO_TEST_CASE(one_sample_is_its_mean) {
    const row_matrix rows = sample(1, {3, -4});
    const sample_statistics got = statistics_of(rows, 1);
    BOOST_TEST((got.mean.transpose() == rows.row(0)));
    BOOST_TEST((got.covariance == Eigen::MatrixXd::Zero(2, 2)));
}

BOOST_AUTO_TEST_SUITE_END()
