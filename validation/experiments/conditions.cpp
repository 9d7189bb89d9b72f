#include "fusionflow/validation/experiments/conditions.hpp"

#include "fusionflow/data/random.hpp"

namespace fusionflow::validation {

settings conditions::seeded(settings s) const {
    if (seed != 0) {
        s.training.seed += data::repeat_seed(seed, 1);
        s.world.seed += seed * 1'000'003;
    }
    return s;
}

solver::answer conditions::run(const solver::method& how, const solver::model& about,
                               const solver::run_options& options) const {
    solver::answer result = solver::run(how, about, options);
    if (how.name == perturbed) {
        for (double& time : result.times) {
            time *= factor;
        }
        if (result.times.size() > 1) {
            result.times.back() *= factor;
        }
    }
    return result;
}

}  // namespace fusionflow::validation
