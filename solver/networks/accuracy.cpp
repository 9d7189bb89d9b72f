#include "fusionflow/solver/networks/accuracy.hpp"

#include <limits>

namespace fusionflow::solver {

Eigen::Index count_right(const answered_block& block) {
    Eigen::Index right = 0;
    for (Eigen::Index n = 0; n < block.count; ++n) {
        const double* y = block.targets + n;
        const double* f = block.values + n;
        if (block.outputs == 1) {
            right += (y[0] > 0) == (f[0] >= 0) ? 1 : 0;
            continue;
        }
        Eigen::Index largest = 0;
        for (Eigen::Index k = 1; k < block.outputs; ++k) {
            largest = f[k * block.value_stride] > f[largest * block.value_stride] ? k : largest;
        }
        right += y[largest * block.target_stride] > 0 ? 1 : 0;
    }
    return right;
}

double accuracy_of(const data::samples& data, const Eigen::MatrixXd& outputs) {
    if (!data.are_classes() && !data.are_labels()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const Eigen::Index count = data.count();
    const Eigen::Index right = count_right({.count = count,
                                            .outputs = data.outputs(),
                                            .targets = data.targets().data(),
                                            .target_stride = count,
                                            .values = outputs.data(),
                                            .value_stride = count});
    return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace fusionflow::solver
