#include <array>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

// Each loss is defined in a file of this folder. A new one must be named only in these two lists.
extern const loss_function logistic_loss, exponential_loss;

data::named_list<loss_function> losses() {
    static constexpr auto all =
        std::to_array<const loss_function*>({&squared_loss, &logistic_loss, &exponential_loss});
    return {"loss", all};
}

}  // namespace fusionflow::solver
