#include "fusionflow/validation/experiments/excess_loss.hpp"

#include <limits>

#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::validation {

excess_loss::excess_loss(const solver::model& about) : population_(about.population) {
    if (population_) {
        least_ =
            theory::solve_partial(*population_, data::all_modalities(population_->count())).loss;
    }
}

double excess_loss::of(const Eigen::VectorXd& weights) const {
    return population_ && weights.size() > 0 ? solver::loss(*population_, weights) - least_
                                             : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace fusionflow::validation
