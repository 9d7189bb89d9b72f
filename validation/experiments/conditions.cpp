#include "fusionflow/validation/experiments/conditions.hpp"

#include "fusionflow/data/random.hpp"

namespace fusionflow::validation {

settings conditions::seeded(settings s) const {
    if (seed != 0) {
        s.simulate.seed += data::repeat_seed(seed, 1);
        s.world.seed += seed * 1'000'003;
    }
    return s;
}

method_result conditions::run(const method& how, const settings& s, int repeat, bool record) const {
    method_result result = how.run(s, repeat, record);
    if (how.name == perturbed) {
        std::vector<double>& times = result.answer.times;
        for (double& time : times) {
            time *= factor;
        }
        if (times.size() > 1) {
            times.back() *= factor;
        }
    }
    return result;
}

}  // namespace fusionflow::validation
