#pragma once

#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::theory {

/// What the clocks say in leading order, where weights jump from saddle to saddle: a reading that
/// is below one half at a saddle and at least one half at the next passes it when the modality is
/// learned that leads there. The norm's times are those of the race. With several
/// targets, where the modes of a modality are learned one by one, the power's are
/// race_result::power_times, and other clocks of the end have no times.
///
/// \see docs/theory.md#clocks; tests/theory/clocks_test.cpp
[[nodiscard]] std::vector<clock_times> clocks_of(const data::moments& moments,
                                                 const race_result& raced);

}  // namespace fusionflow::theory
