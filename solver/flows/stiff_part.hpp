#pragma once

#include <Eigen/Core>
#include <complex>

#include "fusionflow/solver/state.hpp"

namespace fusionflow::solver {

/// A matrix J that stands for a flow's Jacobian in the iterations of an implicit method and is
/// never formed. It has to hold the parts that are fast; what it leaves out costs iterations, not
/// digits.
class stiff_part {
public:
    stiff_part() = default;
    stiff_part(const stiff_part&) = delete;
    stiff_part& operator=(const stiff_part&) = delete;
    virtual ~stiff_part() = default;

    /// Takes J at x from now on. False where it is not finite.
    [[nodiscard]] virtual bool take(const state& x) = 0;

    /// Replaces v by (shift - h J)^-1 v. Real vectors come with a real shift.
    ///
    /// \param shift  With a real part > 0.
    /// \param h      Length of the step, >= 0.
    virtual void solve(double shift, double h, Eigen::Ref<Eigen::VectorXd> v) = 0;
    /// The same for the complex vector real + i imaginary.
    virtual void solve(std::complex<double> shift, double h, Eigen::Ref<Eigen::VectorXd> real,
                       Eigen::Ref<Eigen::VectorXd> imaginary) = 0;
};

}  // namespace fusionflow::solver
