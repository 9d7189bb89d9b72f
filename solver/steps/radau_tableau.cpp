#include "fusionflow/solver/steps/radau_tableau.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <cmath>

namespace fusionflow::solver {

namespace {

constexpr int stages = radau_tableau::stages;
using vector = radau_tableau::vector;
using square = radau_tableau::square;

/// Gauss-Radau nodes on [0, 1] with 1 among them: eigenvalues of the Jacobi matrix of the Legendre
/// polynomials whose last entry is changed so that 1 is an eigenvalue (Golub 1973).
vector right_radau_nodes() {
    square jacobi = square::Zero();
    for (int k = 1; k < stages; ++k) {
        jacobi(k, k - 1) = jacobi(k - 1, k) = k / std::sqrt(4.0 * k * k - 1);
    }
    jacobi(stages - 1, stages - 1) = stages / (2.0 * stages - 1);
    const Eigen::SelfAdjointEigenSolver<square> solved(jacobi, Eigen::EigenvaluesOnly);
    vector nodes = (solved.eigenvalues().array() + 1) / 2;
    nodes(stages - 1) = 1;
    return nodes;
}

/// c_i^(first + j)
square vandermonde(const vector& nodes, int first) {
    square v;
    for (int j = 0; j < stages; ++j) {
        v.col(j) = nodes.array().pow(static_cast<double>(j + first));
    }
    return v;
}

}  // namespace

radau_tableau::radau_tableau() : nodes(right_radau_nodes()) {
    // A integrates c^(j-1) exactly: A V = (c^j / j).
    square integrals = vandermonde(nodes, 1);
    for (int j = 0; j < stages; ++j) {
        integrals.col(j) /= j + 1.0;
    }
    const square plain = vandermonde(nodes, 0);
    weights = plain.transpose().fullPivLu().solve(integrals.transpose()).transpose();
    powers = vandermonde(nodes, 1).inverse();
    const square inverse = weights.inverse();
    diagonalise(inverse);
    gamma = 1 / real_eigenvalue;

    // Quadrature of order s with gamma f_0 in it, less the method's own; f = A^-1 Z / h.
    vector exact;
    for (int j = 0; j < stages; ++j) {
        exact(j) = 1 / (j + 1.0) - (j == 0 ? gamma : 0.0);
    }
    const vector embedded = plain.transpose().fullPivLu().solve(exact);
    estimate = inverse.transpose() * (embedded - weights.row(stages - 1).transpose());
}

void radau_tableau::diagonalise(const square& inverse) {
    const Eigen::EigenSolver<square> solved(inverse);
    using complex_square = Eigen::Matrix<std::complex<double>, stages, stages>;
    const complex_square vectors = solved.eigenvectors();
    const complex_square rows = vectors.inverse();
    int pair = 0;
    for (int i = 0; i < stages; ++i) {
        const std::complex<double> value = solved.eigenvalues()(i);
        if (value.imag() > 0) {
            eigenvalues(pair) = value;
            forth.row(1 + 2 * pair) = rows.row(i).real();
            forth.row(2 + 2 * pair) = rows.row(i).imag();
            back.col(1 + 2 * pair) = 2 * vectors.col(i).real();
            back.col(2 + 2 * pair) = -2 * vectors.col(i).imag();
            ++pair;
        } else if (value.imag() == 0) {
            real_eigenvalue = value.real();
            forth.row(0) = rows.row(i).real();
            back.col(0) = vectors.col(i).real();
        }
    }
}

}  // namespace fusionflow::solver
