#include "fusionflow/solver/answer.hpp"

namespace fusionflow::solver {

std::vector<double> answer::epochs() const {
    std::vector<double> all;
    for (const double time : times) {
        if (epoch_length > 0) {
            all.push_back(time / epoch_length);
        }
    }
    return all;
}

}  // namespace fusionflow::solver
