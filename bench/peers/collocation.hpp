#pragma once

#include <Eigen/Core>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>

namespace peers {

using real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>,
                                           boost::multiprecision::et_off>;
using vector = Eigen::Matrix<real, Eigen::Dynamic, 1>;
using matrix = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic>;

/// The implicit Runge-Kutta method whose stages are a polynomial's values at the right Radau
/// points: order 2s - 1, L-stable, and the last stage is the step's end.
struct radau {
    vector nodes;         ///< c_i, ascending; the last is 1
    matrix coefficients;  ///< a_ij: integral from 0 to c_i of the j-th Lagrange polynomial

    /// \param stages  s >= 1.
    explicit radau(int stages);
    [[nodiscard]] int stages() const { return static_cast<int>(nodes.size()); }
};

}  // namespace peers
