#pragma once

#include <Eigen/Core>
#include <complex>

namespace fusionflow::solver {

/// Coefficients of the Radau IIA method of five stages: collocation at the right Radau nodes, order
/// 9, stiffly accurate, L-stable (Hairer and Wanner, Solving Ordinary Differential Equations II,
/// IV.5 and IV.8). The test derives them anew in 50 digits.
/// \see tests/solver/radau_tableau_test.cpp
struct radau_tableau {
    static constexpr int stages = 5;
    static constexpr int pairs = stages / 2;  ///< of complex eigenvalues of the inverse of A
    using vector = Eigen::Matrix<double, stages, 1>;
    using square = Eigen::Matrix<double, stages, stages>;

    vector nodes;    ///< c_1 ... c_s = 1, ascending
    square weights;  ///< A; the last row is b
    square powers;   ///< of the collocation polynomial: from Z_i to coefficients of powers 1 ... s
    double real_eigenvalue = 0;                                 ///< of the inverse of A
    Eigen::Matrix<std::complex<double>, pairs, 1> eigenvalues;  ///< one of each complex pair
    /// To coordinates in which the inverse of A is diagonal: the real one, then real and imaginary
    /// part of one of each pair.
    square forth;
    square back;       ///< its inverse
    vector estimate;   ///< error estimate of order s: h gamma f_0 + sum of estimate_i Z_i
    double gamma = 0;  ///< 1 / real_eigenvalue

    radau_tableau();
};

}  // namespace fusionflow::solver
