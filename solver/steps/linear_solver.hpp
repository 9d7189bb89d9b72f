#pragma once

#include <Eigen/LU>
#include <complex>
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
    using real_vector = Eigen::Matrix<double, N, 1>;

    void compute(const matrix& m) {
        if constexpr (N == Eigen::Dynamic) {
            factors_.compute(m);
        } else {
            // Rows are brought to one size, or determinants would leave the range of numbers.
            scale_ = magnitude(m).rowwise().sum().cwiseInverse();
            const matrix inverse = inverse_of(scale_.asDiagonal() * m);
            real_ = inverse.real();
            if constexpr (!is_real) {
                imaginary_ = inverse.imag();
            }
        }
    }
    void solve(real_vector& v) const requires std::is_same_v<Scalar, double> {
        if constexpr (N == Eigen::Dynamic) {
            v = factors_.solve(v).eval();
        } else {
            v = (real_ * scale_.cwiseProduct(v)).eval();
        }
    }
    /// Takes the real and imaginary part of v, and returns those of x in their place.
    void solve(real_vector& real, real_vector& imaginary) const
        requires(!std::is_same_v<Scalar, double>) {
        if constexpr (N == Eigen::Dynamic) {
            vector both(real.size());
            both.real() = real;
            both.imag() = imaginary;
            both = factors_.solve(both).eval();
            real = both.real();
            imaginary = both.imag();
        } else {
            const real_vector re = scale_.cwiseProduct(real);
            const real_vector im = scale_.cwiseProduct(imaginary);
            real = real_ * re - imaginary_ * im;
            imaginary = imaginary_ * re + real_ * im;
        }
    }

private:
    static constexpr bool is_real = std::is_same_v<Scalar, double>;
    using real_matrix = Eigen::Matrix<double, N, N>;

    // Within a factor of two of |z|, and cheap.
    static real_matrix magnitude(const matrix& m) {
        return m.real().cwiseAbs() + m.imag().cwiseAbs();
    }

    // Rows of size one may still have a small determinant: its square is never formed.
    static matrix inverse_of(const matrix& m) {
        if constexpr (N == 2) {
            const Scalar determinant = m(0, 0) * m(1, 1) - m(0, 1) * m(1, 0);
            Scalar factor;
            if constexpr (is_real) {
                factor = 1 / determinant;
            } else {
                const double size = std::abs(determinant.real()) + std::abs(determinant.imag());
                const Scalar unit = determinant / size;
                factor = std::conj(unit) / std::norm(unit) / size;
            }
            matrix inverse;
            inverse << factor * m(1, 1), -factor * m(0, 1), -factor * m(1, 0), factor * m(0, 0);
            return inverse;
        } else {
            return m.inverse();
        }
    }

    struct nothing {};
    static constexpr bool is_small = N != Eigen::Dynamic;
    std::conditional_t<is_small, real_vector, nothing> scale_;
    std::conditional_t<is_small, real_matrix, nothing> real_;  // parts of the inverse
    std::conditional_t<is_small && !is_real, real_matrix, nothing> imaginary_;
    std::conditional_t<is_small, nothing, Eigen::PartialPivLU<matrix>> factors_;
};

}  // namespace fusionflow::solver
