#include "fusionflow/solver/flows/residual_rounding.hpp"

#include <limits>

namespace fusionflow::solver {

residual_rounding::residual_rounding(const data::moments& moments)
    : moments_(&moments),
      correlations_(moments.matrix(moments.correlations()).colwise().norm().transpose()),
      covariances_(moments.dimension(), moments.count()) {
    for (int m = 0; m < moments.count(); ++m) {
        covariances_.col(m) =
            moments.covariance().middleCols(moments.offset(m), moments.dim(m)).rowwise().norm();
    }
}

double residual_rounding::part() const {
    return 4 * static_cast<double>(moments_->dimension()) * std::numeric_limits<double>::epsilon();
}

void residual_rounding::terms(const Eigen::VectorXd& weights, Eigen::VectorXd& out) const {
    out = correlations_;
    for (int m = 0; m < moments_->count(); ++m) {
        out += moments_->part(weights, m).norm() * covariances_.col(m);
    }
}

bool residual_rounding::holds(int m, const Eigen::VectorXd& residual,
                              const Eigen::VectorXd& terms) const {
    const auto e = moments_->matrix(residual, m);
    for (Eigen::Index i = 0; i < e.cols(); ++i) {
        if (!(e.col(i).norm() <= part() * terms(moments_->offset(m) + i))) {
            return false;
        }
    }
    return true;
}

}  // namespace fusionflow::solver
