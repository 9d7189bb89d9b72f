#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <type_traits>
#include <unsupported/Eigen/AutoDiff>

namespace fusionflow::theory {

/// A number and its derivative along one direction: forward automatic differentiation. Comparisons
/// are those of the values.
///
/// Keep results in variables of this type: what operators return only refers to their operands.
using dual = Eigen::AutoDiffScalar<Eigen::Matrix<double, 1, 1>>;

template <typename Number>
inline constexpr bool is_dual = std::is_same_v<Number, dual>;

/// True for numbers whose range exceeds that of double: theory/wide.hpp.
template <typename Number>
inline constexpr bool beyond_double = false;

/// The type of rates and initial norms where times are `Number`. They fit in a double even where
/// times do not; for dual times they are dual too.
template <typename Number>
using model_number = std::conditional_t<beyond_double<Number>, double, Number>;

template <typename Number>
using vector_of = Eigen::Matrix<Number, Eigen::Dynamic, 1>;
template <typename Number>
using matrix_of = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>;

[[nodiscard]] inline dual make_dual(double value, double slope) {
    return {value, dual::DerType::Constant(slope)};
}
/// Pairs values with their slopes; both have the same size.
[[nodiscard]] inline vector_of<dual> make_dual(const Eigen::VectorXd& values,
                                               const Eigen::VectorXd& slopes) {
    return values.binaryExpr(slopes, [](double v, double s) { return make_dual(v, s); });
}

template <typename Number>
[[nodiscard]] double value_of(const Number& x) {
    return static_cast<double>(x);
}
[[nodiscard]] inline double value_of(const dual& x) { return x.value(); }
[[nodiscard]] inline double slope_of(const dual& x) { return x.derivatives()(0); }

[[nodiscard]] inline const Eigen::VectorXd& values_of(const Eigen::VectorXd& v) { return v; }
[[nodiscard]] inline Eigen::VectorXd values_of(const vector_of<dual>& v) {
    return v.unaryExpr([](const dual& x) { return value_of(x); });
}
[[nodiscard]] inline Eigen::VectorXd slopes_of(const vector_of<dual>& v) {
    return v.unaryExpr([](const dual& x) { return slope_of(x); });
}

[[nodiscard]] inline double norm_of(const Eigen::VectorXd& v) { return v.norm(); }
/// |v|. At v = 0 its slope is NaN, or 0 where v does not move.
[[nodiscard]] inline dual norm_of(const vector_of<dual>& v) {
    const Eigen::VectorXd values = values_of(v);
    const double norm = values.norm();
    if (norm > 0) {
        return make_dual(norm, values.dot(slopes_of(v)) / norm);
    }
    return make_dual(0, slopes_of(v).norm() == 0 ? 0 : std::numeric_limits<double>::quiet_NaN());
}

/// x^a
template <typename Number, typename Exponent>
[[nodiscard]] Number power(const Number& x, const Exponent& a) {
    using std::pow;
    if constexpr (is_dual<Number>) {
        // The usual slope a x^(a-1) would leave the range of numbers before x^a does.
        const double result = std::pow(x.value(), a);
        return make_dual(result, a * result * (slope_of(x) / x.value()));
    } else {
        return pow(x, a);
    }
}

/// ln(1 + x)
template <typename Number>
[[nodiscard]] Number log_one_plus(const Number& x) {
    if constexpr (is_dual<Number>) {
        return make_dual(std::log1p(x.value()), slope_of(x) / (1 + x.value()));
    } else {
        return std::log1p(x);
    }
}

/// The first of two numbers of equal value; its slope becomes NaN where their slopes differ.
template <typename Number>
[[nodiscard]] Number tied(const Number& a, const Number& b) {
    if constexpr (is_dual<Number>) {
        constexpr double rounding = 1e-9;  // slopes are good to about 1e-12 of their terms
        const double sizes = std::abs(slope_of(a)) + std::abs(slope_of(b)) + std::abs(value_of(a));
        const bool equal = std::abs(slope_of(a) - slope_of(b)) <= rounding * sizes;
        return equal ? a : make_dual(value_of(a), std::numeric_limits<double>::quiet_NaN());
    } else {
        (void)b;
        return a;
    }
}

}  // namespace fusionflow::theory
