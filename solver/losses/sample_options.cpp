#include "fusionflow/solver/losses/sample_options.hpp"

#include <fmt/format.h>

#include "fusionflow/data/error.hpp"

namespace fusionflow::solver {

void sample_options::validate() const {
    units.validate();
    if (!(batch >= 0)) {
        throw data::input_error("batch", fmt::format("need at least 1, got {}", batch));
    }
}

}  // namespace fusionflow::solver
