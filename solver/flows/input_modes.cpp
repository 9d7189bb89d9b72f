#include "fusionflow/solver/flows/input_modes.hpp"

#include <Eigen/Eigenvalues>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace {

// Quadruple precision: 113 bits.
using quad = boost::multiprecision::number<boost::multiprecision::cpp_bin_float_quad::backend_type,
                                           boost::multiprecision::et_off>;

}  // namespace

// Eigen asks this of a number type; the specialisation of Boost 1.74 lacks infinity.
template <>
struct Eigen::NumTraits<quad> : Eigen::GenericNumTraits<quad> {
    enum : int { ReadCost = 1, AddCost = 8, MulCost = 16, RequireInitialization = 1 };
};

namespace fusionflow::solver {

namespace {

using quad_matrix = Eigen::Matrix<quad, Eigen::Dynamic, Eigen::Dynamic>;

// An eigenvalue errs by a few epsilon of the largest one: above this part of the largest one its
// relative error is below 1e-10.
constexpr double far_apart = 1e-6;

input_modes precise_modes(const data::moments& moments) {
    const quad_matrix covariance = moments.covariance().cast<quad>();
    const Eigen::SelfAdjointEigenSolver<quad_matrix> solved(covariance);
    input_modes modes{
        solved.eigenvectors().cast<double>(), solved.eigenvalues().cast<double>(), {}};
    // The rank is decided in one place, without regard to units.
    const auto rank = data::decompose_scaled(moments.covariance()).rank;
    modes.variances.head(moments.dimension() - rank).setZero();
    return modes;
}

}  // namespace

input_modes modes_of(const data::moments& moments) {
    data::spectrum found = data::decompose(moments.covariance());
    const auto last = found.values.size() - 1;
    input_modes modes = found.values(0) > far_apart * found.values(last)
                            ? input_modes{std::move(found.vectors), std::move(found.values), {}}
                            : precise_modes(moments);
    const auto everyone = data::all_modalities(moments.count());
    modes.solution = modes.vectors.transpose() * theory::solve_partial(moments, everyone).weights;
    return modes;
}

}  // namespace fusionflow::solver
