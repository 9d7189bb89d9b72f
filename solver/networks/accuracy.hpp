#pragma once

#include <Eigen/Core>

#include "fusionflow/data/samples.hpp"

namespace fusionflow::solver {

/// Targets and outputs of some samples: a row per output, the rows a stride apart.
struct answered_block {
    Eigen::Index count = 0;    ///< samples
    Eigen::Index outputs = 1;  ///< K
    const double* targets = nullptr;
    Eigen::Index target_stride = 0;
    const double* values = nullptr;
    Eigen::Index value_stride = 0;
};

/// How many samples are on the right side. Of classes: the class has the largest output, the first
/// one of equal outputs. Of labels y = +-1: f and y have one sign, f = 0 counting as +1.
[[nodiscard]] Eigen::Index count_right(const answered_block& block);

/// The part of the samples that are on the right side; NaN where the targets are neither classes
/// nor labels.
///
/// \param outputs  f, P x K.
[[nodiscard]] double accuracy_of(const data::samples& data, const Eigen::MatrixXd& outputs);

}  // namespace fusionflow::solver
