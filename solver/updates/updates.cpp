#include <array>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

// Each rule is defined in a file of this folder. A new one must be named only in these two lists.
extern const update_rule momentum_rule, nesterov_rule, adam_rule;

data::named_list<update_rule> update_rules() {
    static constexpr auto all = std::to_array<const update_rule*>(
        {&gradient_descent_rule, &momentum_rule, &nesterov_rule, &adam_rule});
    return {"optimizer", all};
}

}  // namespace fusionflow::solver
