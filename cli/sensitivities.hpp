#pragma once

#include <string>

#include "cli/answer.hpp"
#include "theory/sensitivity.hpp"

// What predict --sensitivities adds to its answer.
namespace fusionflow::cli {

/// One object per modality: `name`, `by`, and `by_refined` (null where there are no refined times).
[[nodiscard]] json sensitivities_json(const data::moments& moments,
                                      const theory::sensitivity_table& table);

/// In per cent for a change of 1 %, at most six modalities side by side.
///
/// \param options  What 1 % of weight decay and learning rate is.
[[nodiscard]] std::string sensitivities_text(const data::moments& moments,
                                             const theory::sensitivity_table& table,
                                             const theory::predict_options& options);

}  // namespace fusionflow::cli
