#include "fusionflow/data/wide_decompositions.hpp"

#include <Eigen/SVD>

namespace fusionflow::data {

singular_parts decompose_wide(const Eigen::MatrixXd& matrix) {
    const Eigen::BDCSVD<Eigen::MatrixXd> solved(matrix, Eigen::ComputeFullU | Eigen::ComputeFullV);
    return {solved.matrixU(), solved.singularValues(), solved.matrixV()};
}

}  // namespace fusionflow::data
