#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>

#include "fusionflow/data/named_list.hpp"

namespace fusionflow::solver {

/// Targets y and outputs f of some samples, and where the slopes of their losses go. All have K
/// rows, one per output, `stride` numbers apart, with a number per sample.
struct loss_block {
    Eigen::Index count = 0;    ///< samples
    Eigen::Index outputs = 1;  ///< K
    Eigen::Index stride = 0;
    const double* targets = nullptr;
    const double* values = nullptr;  ///< f
    double* slopes = nullptr;        ///< dLoss/df of each sample
    double number = 0;               ///< the loss's parameter
};

/// The loss of a sample, a function of its targets y and the network's outputs f. Training on
/// samples minimises its mean. Each loss is defined in a file of its own in solver/losses/ and
/// listed in solver/losses/losses.cpp, and nowhere else.
struct loss_function {
    std::string_view name;                 ///< as in `--loss`
    std::string_view about;                ///< one line
    data::named_parameter parameter = {};  ///< the D of `huber:D`
    /// Returns the sum of the losses of a block and writes their slopes.
    double (*judge)(const loss_block& block) = nullptr;
    bool needs_labels = false;   ///< one target, y = +-1
    bool needs_classes = false;  ///< K >= 2 targets, a single 1 and zeros for each sample
    /// For a multiple of the squared error: which multiple of |y - f|^2/2 it is for K outputs.
    /// Linear networks then see samples through second moments only and come to rest at the
    /// least-squares solution. Null for other losses.
    double (*squared)(Eigen::Index outputs) = nullptr;
};

/// |y - f|^2 / 2, the loss that theory is about.
extern const loss_function squared_loss;

/// All losses.
[[nodiscard]] data::named_list<loss_function> losses();

/// For `judge` of a loss that is a sum over outputs.
///
/// \param value  The term of an output, a function of its target and the output.
/// \param slope  Its derivative by the output.
template <typename Value, typename Slope>
double judge_each(const loss_block& block, const Value& value, const Slope& slope) {
    double sum = 0;
    for (Eigen::Index k = 0; k < block.outputs; ++k) {
        const double* target = block.targets + k * block.stride;
        const double* output = block.values + k * block.stride;
        double* slopes = block.slopes + k * block.stride;
        for (Eigen::Index n = 0; n < block.count; ++n) {
            sum += value(target[n], output[n]);
            slopes[n] = slope(target[n], output[n]);
        }
    }
    return sum;
}

/// The loss of one sample and its slopes by the K outputs.
struct judged_sample {
    double value = 0;
    Eigen::VectorXd slopes{};
};
[[nodiscard]] judged_sample judge(const data::chosen<loss_function>& loss,
                                  const Eigen::VectorXd& targets, const Eigen::VectorXd& outputs);

}  // namespace fusionflow::solver
