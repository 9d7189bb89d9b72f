#include "fusionflow/solver/flows/scalar_weights.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(scalar_weights)

namespace {

constexpr double excess = 0.2;  // of the trunk

const Eigen::VectorXd directions = Eigen::Vector3d(1, -1, -1);

/// u_m and w_m of a state: a potential z, dz/du = u^(1-n), or w itself.
struct plain_branch {
    double norm;
    double weight;  // with its sign
};

plain_branch branch_of(int n, double z, double sign) {
    if (n == 1) {
        return {std::abs(z), z};
    }
    const double u = n == 2 ? std::exp(z) : std::pow((2 - n) * z, -1.0 / (n - 2));
    return {u, sign * std::pow(u, n)};
}

/// W and the speeds of the state by the plain equations (solver/flows/reduced_flow.hpp), time last.
struct plain {
    Eigen::Vector3d weights;
    Eigen::Vector4d speeds;
};

plain plain_equations(const data::moments& moments, const theory::architecture& arch,
                      const solver::state& x) {
    double square = excess;
    plain result;
    for (int m = 0; m < 3; ++m) {
        const auto b = branch_of(arch.branch(m), x[static_cast<std::size_t>(m)], directions(m));
        square += b.norm * b.norm;
        result.weights(m) = b.weight;
    }
    const double trunk = std::pow(square, arch.shared() / 2.0);
    result.weights *= trunk;
    const Eigen::Vector3d residual = moments.correlation() - moments.covariance() * result.weights;
    for (int m = 0; m < 3; ++m) {
        result.speeds(m) = (arch.branch(m) == 1 ? 1 : directions(m)) * residual(m);
    }
    result.speeds(3) = 1 / trunk;
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(weights_and_speeds_are_those_of_the_plain_equations) {
    const auto moments = tests::three_scalars();
    for (const auto& branches :
         std::vector<std::vector<int>>{{1, 1, 1}, {2, 1, 3}, {1, 4, 5}, {2, 3, 4}}) {
        for (const int shared : {1, 2, 3}) {
            const theory::architecture arch(branches, shared);
            solver::scalar_weights scalars(moments, arch, directions, excess);
            BOOST_TEST_REQUIRE(scalars.any());
            const solver::state x = {-0.4, branches[1] == 1 ? 0.3 : -0.7, -0.9, 0};
            const plain expected = plain_equations(moments, arch, x);
            Eigen::VectorXd weights(3);
            double trunk_power = 0;
            BOOST_TEST(scalars.total_weights(x, weights, trunk_power));
            solver::state speeds(4);
            BOOST_TEST(scalars.derivative(x, speeds));
            // Some tens of roundings.
            BOOST_TEST((weights - expected.weights).norm() <= 1e-14 * expected.weights.norm());
            BOOST_TEST((Eigen::Map<Eigen::Vector4d>(speeds.data()) - expected.speeds).norm() <=
                       1e-13 * expected.speeds.norm());
            BOOST_TEST(std::abs(trunk_power * expected.speeds(3) - 1) <= 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(jacobian_is_the_derivative_of_the_plain_equations) {
    const auto moments = tests::three_scalars();
    constexpr double h = 1e-6;
    for (const auto& branches : std::vector<std::vector<int>>{{1, 1, 1}, {2, 1, 3}, {1, 4, 5}}) {
        for (const int shared : {1, 3}) {
            const theory::architecture arch(branches, shared);
            solver::scalar_weights scalars(moments, arch, directions, excess);
            const solver::state x = {-0.4, branches[1] == 1 ? 0.3 : -0.7, -0.9, 0};
            Eigen::MatrixXd j(3, 3);
            BOOST_TEST(scalars.jacobian(x, j));
            for (std::size_t k = 0; k < 3; ++k) {
                solver::state above = x;
                solver::state below = x;
                above[k] += h;
                below[k] -= h;
                const Eigen::Vector3d difference =
                    (plain_equations(moments, arch, above).speeds.head(3) -
                     plain_equations(moments, arch, below).speeds.head(3)) /
                    (2 * h);
                // Central differences: h^2 times third derivatives, and 1e-16 / h of rounding.
                BOOST_TEST((j.col(static_cast<Eigen::Index>(k)) - difference).norm() <=
                           1e-7 * (1 + j.norm()));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
