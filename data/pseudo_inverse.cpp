#include "fusionflow/data/pseudo_inverse.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/recent.hpp"

namespace fusionflow::data {

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

// The correlation matrix of two inputs has closed forms, in which 1 - |c| is exact.
spectrum decompose_pair(const Eigen::MatrixXd& unit) {
    const double c = unit(0, 1);
    const double sign = c < 0 ? -1 : 1;
    spectrum parts{Eigen::Vector2d(1 - std::abs(c), 1 + std::abs(c)), Eigen::MatrixXd(2, 2)};
    parts.vectors << std::sqrt(0.5), std::sqrt(0.5), -sign * std::sqrt(0.5), sign * std::sqrt(0.5);
    return parts;
}

// Returns C of A = diag(d) C diag(d).
Eigen::MatrixXd without_scale(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& scale) {
    Eigen::MatrixXd unit = scale.cwiseInverse().asDiagonal() * matrix;
    unit *= scale.cwiseInverse().asDiagonal();
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
        if (matrix(i, i) > 0) {
            unit(i, i) = 1;
        } else {
            unit.row(i).setZero();
            unit.col(i).setZero();
        }
    }
    return unit;
}

Eigen::VectorXd scale_of(const Eigen::MatrixXd& matrix) {
    const Eigen::ArrayXd diagonal = matrix.diagonal().array();
    return (diagonal > 0).select(diagonal.max(0).sqrt(), 1);
}

double tolerance_of(const Eigen::VectorXd& eigenvalues) {
    return 4 * static_cast<double>(eigenvalues.size()) * eps *
           std::max(0.0, eigenvalues.maxCoeff());
}

// Another basis of a kernel of C, with as many zeros as possible (Gauss-Jordan elimination with
// complete pivoting). Where units are far apart, rounding in place of a zero may outweigh all else.
Eigen::MatrixXd sparse_kernel(Eigen::MatrixXd kernel) {
    const double zero = 100 * eps * static_cast<double>(kernel.rows());
    Eigen::MatrixXd open = kernel.cwiseAbs();  // entries that may become pivots
    for (Eigen::Index done = 0; done < kernel.cols(); ++done) {
        Eigen::Index row = 0;
        Eigen::Index column = 0;
        open.rightCols(kernel.cols() - done).maxCoeff(&row, &column);
        kernel.col(done).swap(kernel.col(done + column));
        kernel.col(done) /= double{kernel(row, done)};
        for (Eigen::Index j = 0; j < kernel.cols(); ++j) {
            if (j != done) {
                kernel.col(j) -= double{kernel(row, j)} * kernel.col(done);
            }
        }
        const Eigen::VectorXd pivots = open.rowwise().maxCoeff();
        open = kernel.cwiseAbs();
        for (Eigen::Index i = 0; i < kernel.rows(); ++i) {
            if (i == row || pivots(i) == 0) {
                open.row(i).setZero();
            }
        }
    }
    return (kernel.array().abs() > zero).select(kernel, 0);
}

// An orthonormal basis of the span of columns whose rows may differ by any factor: Householder's
// reflections with pivots keep the digits of light rows if heavy ones come first.
Eigen::MatrixXd orthonormal_basis(const Eigen::MatrixXd& columns) {
    std::vector<Eigen::Index> heavy_first(static_cast<std::size_t>(columns.rows()));
    std::iota(heavy_first.begin(), heavy_first.end(), 0);
    const Eigen::VectorXd weights = columns.rowwise().lpNorm<Eigen::Infinity>();
    std::stable_sort(heavy_first.begin(), heavy_first.end(),
                     [&](Eigen::Index a, Eigen::Index b) { return weights(a) > weights(b); });
    Eigen::MatrixXd basis(columns.rows(), columns.cols());
    basis(heavy_first, Eigen::all) =
        pivoted_orthonormal_columns(columns(heavy_first, Eigen::all), columns.cols()).q;
    return basis;
}

scaled_spectrum find_spectrum(const Eigen::MatrixXd& matrix) {
    scaled_spectrum result;
    result.scale = scale_of(matrix);
    const Eigen::MatrixXd unit = without_scale(matrix, result.scale);
    const bool pair = unit.rows() == 2 && unit(0, 0) == 1 && unit(1, 1) == 1;
    spectrum parts = pair ? decompose_pair(unit) : decompose(unit);
    result.values = std::move(parts.values);
    result.vectors = std::move(parts.vectors);
    result.tolerance = tolerance_of(result.values);
    result.rank = (result.values.array() > result.tolerance).count();
    return result;
}

symmetric_pseudo_inverse find_inverse(const Eigen::MatrixXd& matrix) {
    symmetric_pseudo_inverse result;
    const Eigen::Index size = matrix.rows();
    const scaled_spectrum parts = decompose_scaled(matrix);
    result.rank = static_cast<int>(parts.rank);
    result.tolerance = parts.tolerance;
    const auto per_unit = parts.scale.cwiseInverse().asDiagonal();
    // The inverse is F F^T. Any F with A F F^T A = A will do, less its part in the kernel.
    Eigen::MatrixXd root = per_unit * parts.vectors.rightCols(parts.rank) *
                           parts.values.tail(parts.rank).cwiseSqrt().cwiseInverse().asDiagonal();
    result.kernel = Eigen::MatrixXd(size, size - parts.rank);
    if (parts.rank < size) {
        constexpr double alike = 1e4;  // ratio of units that costs no more than four digits
        const bool far = parts.scale.maxCoeff() > alike * parts.scale.minCoeff();
        const Eigen::MatrixXd empty = parts.vectors.leftCols(size - parts.rank);
        result.kernel = orthonormal_basis(per_unit * (far ? sparse_kernel(empty) : empty));
        for (int twice = 0; twice < 2; ++twice) {
            root -= result.kernel * (result.kernel.transpose() * root);
        }
    }
    result.inverse = root * root.transpose();
    return result;
}

}  // namespace

Eigen::MatrixXd square_root(const Eigen::MatrixXd& semi_definite) {
    const spectrum parts = decompose(semi_definite);
    return parts.vectors * parts.values.cwiseMax(0).cwiseSqrt().asDiagonal() *
           parts.vectors.transpose();
}

scaled_spectrum decompose_scaled(const Eigen::MatrixXd& matrix) {
    if (matrix.rows() < least_remembered) {
        return find_spectrum(matrix);
    }
    static recent<scaled_spectrum> known(most_remembered);
    return *known.find(matrix, {}, matrix.size(), [&] { return find_spectrum(matrix); });
}

symmetric_pseudo_inverse pseudo_inverse(const Eigen::MatrixXd& matrix) {
    const Eigen::Index size = matrix.rows();
    if (size == 0) {
        return {};
    }
    if (size == 1 && matrix(0, 0) > 0) {  // a scalar modality, the usual case
        symmetric_pseudo_inverse result;
        result.inverse = matrix.cwiseInverse();
        result.kernel = Eigen::MatrixXd(1, 0);
        result.rank = 1;
        result.tolerance = 4 * eps;
        return result;
    }
    if (size < least_remembered) {
        return find_inverse(matrix);
    }
    static recent<symmetric_pseudo_inverse> known(most_remembered);
    return *known.find(matrix, {}, 2 * matrix.size(), [&] { return find_inverse(matrix); });
}

conditioning conditioning_of(const Eigen::MatrixXd& matrix) {
    const Eigen::VectorXd unit = eigenvalues_of(without_scale(matrix, scale_of(matrix)));
    const Eigen::Index rank = (unit.array() > tolerance_of(unit)).count();
    if (rank == 0) {
        return {};
    }
    const Eigen::VectorXd values = eigenvalues_of(matrix);
    const double largest = values(values.size() - 1);
    const double least = values(values.size() - rank);
    constexpr double sure = 1e-10;  // an eigenvalue above this part of the largest has six digits
    if (least > sure * largest) {
        return {static_cast<int>(rank), largest / least};
    }
    const Eigen::VectorXd inverse = eigenvalues_of(pseudo_inverse(matrix).inverse);
    return {static_cast<int>(rank), largest * inverse(inverse.size() - 1)};
}

}  // namespace fusionflow::data
