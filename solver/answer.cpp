#include "fusionflow/solver/answer.hpp"

namespace fusionflow::solver {

std::vector<double> answer::epochs() const {
    std::vector<double> all;
    for (const double time : times) {
        if (epoch_length.first > 0) {
            all.push_back(epoch_length.epochs(time));
        }
    }
    return all;
}

}  // namespace fusionflow::solver
