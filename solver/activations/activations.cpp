#include <array>

#include "fusionflow/solver/activations/activation.hpp"

namespace fusionflow::solver {

// Each activation is defined in a file of this folder. A new one must be named only in these lists.
extern const activation_function rectified_units, leaky_units, tanh_units, gelu_units;

data::named_list<activation_function> activations() {
    static constexpr auto all = std::to_array<const activation_function*>(
        {&linear_units, &rectified_units, &leaky_units, &tanh_units, &gelu_units});
    return {"activation", all};
}

}  // namespace fusionflow::solver
