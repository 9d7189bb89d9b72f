#include "fusionflow/solver/compact/representation.hpp"

#include <fmt/format.h>

#include "fusionflow/data/error.hpp"

namespace fusionflow::solver {

representation parse_representation(std::string_view name) {
    for (const representation r :
         {representation::full, representation::compressed, representation::sampled}) {
        if (name == to_string(r)) {
            return r;
        }
    }
    throw data::input_error("representation",
                            fmt::format("need full, compressed or sampled, got '{}'", name));
}

std::string_view to_string(representation r) {
    switch (r) {
        case representation::full: return "full";
        case representation::compressed: return "compressed";
        case representation::sampled: return "sampled";
    }
    return "";
}

void compression_options::validate() const {
    constexpr int most = 1000;
    if (rounds && !(*rounds >= 1 && *rounds <= most)) {
        throw data::input_error("rounds", fmt::format("need 1 ... {}, got {}", most, *rounds));
    }
    if (!estimate && !rounds) {
        throw data::input_error("no-estimate", "needs --rounds, which are chosen by the estimate");
    }
    if (!(accuracy >= 1e-10 && accuracy <= 0.1)) {
        throw data::input_error("accuracy",
                                fmt::format("need 1e-10 <= accuracy <= 0.1, got {}", accuracy));
    }
}

}  // namespace fusionflow::solver
