#include <array>

#include "fusionflow/theory/clocks/clock.hpp"

namespace fusionflow::theory {

// Each is defined in a file of this folder. Beside clock.hpp, which has those that theory itself
// knows by name, these two lists are the only places that name it.
extern const clock progress_clock;

data::named_list<clock> clocks() {
    static constexpr auto all =
        std::to_array<const clock*>({&norm_clock, &power_clock, &progress_clock});
    return {"clock", all};
}

}  // namespace fusionflow::theory
