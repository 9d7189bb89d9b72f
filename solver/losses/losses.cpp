#include <array>
#include <vector>

#include "fusionflow/data/named.hpp"
#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

// Each is defined in a file of this folder. These two lists are the only places that name it.
extern const loss_function logistic_loss, exponential_loss;

namespace {

constexpr auto all_losses =
    std::to_array<const loss_function*>({&squared_loss, &logistic_loss, &exponential_loss});

}  // namespace

std::span<const loss_function* const> losses() { return all_losses; }

const loss_function& find_loss(std::string_view name) {
    return data::find_named(losses(), "loss", name);
}

std::string loss_names() {
    const auto those = [](bool of_labels) {
        return data::names_of(
            losses(), [of_labels](const loss_function& l) { return l.needs_labels == of_labels; });
    };
    return those(false) + "; " + those(true) + " of the target's sign";
}

}  // namespace fusionflow::solver
