#include "fusionflow/theory/race/large_start.hpp"

#include <fmt/format.h>

namespace fusionflow::theory {

std::string large_start(const data::moments& moments, const architecture& arch,
                        const initialisation& init, double weight, int m) {
    constexpr double most_start = 0.1;
    if (init.bias() == bias_start::drawn) {
        return "its biases are drawn, and the formulas know no biases";
    }
    if (init.has_norm() || !arch.two_layer_late()) {
        return "";
    }
    const double norm = effective_norm(moments, arch, init, m);
    return norm * norm > most_start * weight
               ? fmt::format("its initial weights, which would make {:.3g}, are not small against "
                             "the {:.3g} that it is to learn",
                             norm * norm, weight)
               : "";
}

}  // namespace fusionflow::theory
