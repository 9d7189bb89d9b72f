#include <array>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

// Each rule is defined in a file of this folder; one that no header declares is declared here.
data::named_list<update_rule> update_rules() {
    static constexpr auto all = std::to_array<const update_rule*>({&gradient_descent_rule});
    return {"optimizer", all};
}

}  // namespace fusionflow::solver
