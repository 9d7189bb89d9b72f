#include <array>

#include "fusionflow/solver/losses/loss.hpp"

namespace fusionflow::solver {

// Each loss is defined in a file of this folder. A new one must be named only in these two lists.
extern const loss_function mse_loss, huber_loss, cross_entropy_loss, logistic_loss,
    exponential_loss;

data::named_list<loss_function> losses() {
    static constexpr auto all = std::to_array<const loss_function*>(
        {&squared_loss, &mse_loss, &huber_loss, &cross_entropy_loss, &logistic_loss,
         &exponential_loss});
    return {"loss", all};
}

judged_sample judge(const data::chosen<loss_function>& loss, const Eigen::VectorXd& targets,
                    const Eigen::VectorXd& outputs) {
    judged_sample judged{.slopes = Eigen::VectorXd(outputs.size())};
    judged.value = loss->judge({.count = 1,
                                .outputs = outputs.size(),
                                .stride = 1,
                                .targets = targets.data(),
                                .values = outputs.data(),
                                .slopes = judged.slopes.data(),
                                .number = loss.number});
    return judged;
}

}  // namespace fusionflow::solver
