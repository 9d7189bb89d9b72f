#include <array>

#include "fusionflow/data/named.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

namespace {

// Each is defined in a file of this folder; others than the first are declared above this list.
constexpr auto all_updates = std::to_array<const update_rule*>({&gradient_descent_rule});

}  // namespace

std::span<const update_rule* const> update_rules() { return all_updates; }

const update_rule& find_update_rule(std::string_view name) {
    return data::find_named(update_rules(), "optimizer", name);
}

}  // namespace fusionflow::solver
