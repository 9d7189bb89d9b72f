#pragma once

#include <Eigen/LU>
#include <type_traits>

namespace fusionflow::solver {

/// Solves m x = v: by the inverse where the size is small and known, by LU otherwise.
///
/// \tparam N  Size, or Eigen::Dynamic.
template <typename Scalar, int N>
class linear_solver {
public:
    using matrix = Eigen::Matrix<Scalar, N, N>;
    using vector = Eigen::Matrix<Scalar, N, 1>;

    void compute(const matrix& m) {
        if constexpr (N == Eigen::Dynamic) {
            factors_.compute(m);
        } else {
            // Rows are brought to one size: determinants would leave the range of numbers.
            scale_ = magnitude(m).rowwise().sum().cwiseInverse();
            inverse_ = (scale_.asDiagonal() * m).inverse();
        }
    }
    void solve(vector& v) const {
        if constexpr (N == Eigen::Dynamic) {
            v = factors_.solve(v).eval();
        } else {
            v = (inverse_ * scale_.cwiseProduct(v)).eval();
        }
    }

private:
    // Within a factor of two of |z|, and cheap.
    static Eigen::Matrix<double, N, N> magnitude(const matrix& m) {
        return m.real().cwiseAbs() + m.imag().cwiseAbs();
    }

    std::conditional_t<N == Eigen::Dynamic, Eigen::Matrix<Scalar, 1, 1>, matrix> inverse_;
    Eigen::Matrix<double, N == Eigen::Dynamic ? 1 : N, 1> scale_;
    std::conditional_t<N == Eigen::Dynamic, Eigen::PartialPivLU<matrix>, int> factors_;
};

}  // namespace fusionflow::solver
