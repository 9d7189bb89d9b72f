#include "fusionflow/data/orthonormal.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/random.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(orthonormal)

// The second vector is parallel to the first but for 1e-9 of it: one pass leaves 1e-7 along it.
BOOST_AUTO_TEST_CASE(columns_stay_orthonormal_next_to_nearly_parallel_vectors) {
    data::random_source random(3);
    const Eigen::VectorXd first = random.unit_vector(6);
    Eigen::MatrixXd columns(6, 0);
    data::append_orthonormal(columns, first);
    BOOST_TEST(columns.col(0) == first);
    data::append_orthonormal(columns, first + 1e-9 * random.unit_vector(6));
    data::append_orthonormal(columns, 7 * random.unit_vector(6));
    const Eigen::Matrix3d gram = columns.transpose() * columns;
    BOOST_TEST((gram - Eigen::Matrix3d::Identity()).norm() < 1e-14);
}

BOOST_AUTO_TEST_SUITE_END()
