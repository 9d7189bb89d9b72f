#include "fusionflow/data/orthonormal.hpp"

namespace fusionflow::data {

void append_orthonormal(Eigen::MatrixXd& columns, Eigen::VectorXd vector) {
    if (columns.cols() > 0) {
        for (int twice = 0; twice < 2; ++twice) {
            vector -= columns * (columns.transpose() * vector);
            vector.normalize();
        }
    }
    columns.conservativeResize(Eigen::NoChange, columns.cols() + 1);
    columns.rightCols(1) = vector;
}

}  // namespace fusionflow::data
