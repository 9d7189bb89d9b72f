#include "fusionflow/data/products.hpp"

namespace fusionflow::data {

Eigen::MatrixXd times(const matrix_view& a, const matrix_view& b) { return a * b; }

Eigen::MatrixXd transposed_times(const matrix_view& a, const matrix_view& b) {
    return a.transpose() * b;
}

Eigen::MatrixXd times_transposed(const matrix_view& a, const matrix_view& b) {
    return a * b.transpose();
}

}  // namespace fusionflow::data
