#pragma once

#include <string>

#include "fusionflow/cli/answer.hpp"
#include "fusionflow/solver/methods/flow_sensitivity.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"

// What --sensitivities adds to the answers of predict and integrate.
namespace fusionflow::cli {

/// One object per modality: `name`, `by`, and `by_refined` (null where there are no refined times).
[[nodiscard]] json sensitivities_json(const data::moments& moments,
                                      const theory::sensitivity_table& table);
/// The same without `by_refined`.
[[nodiscard]] json sensitivities_json(const data::moments& moments,
                                      const solver::flow_sensitivity_table& table);

/// In per cent for a change of 1 %, at most five modalities side by side.
///
/// \param options  What 1 % of weight decay and learning rate is.
[[nodiscard]] std::string sensitivities_text(const data::moments& moments,
                                             const theory::sensitivity_table& table,
                                             const theory::predict_options& options);
[[nodiscard]] std::string sensitivities_text(const data::moments& moments,
                                             const solver::flow_sensitivity_table& table);

}  // namespace fusionflow::cli
