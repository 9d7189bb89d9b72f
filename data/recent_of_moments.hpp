#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/recent.hpp"

namespace fusionflow::data {

/// The latest results of a function of moments with many inputs: of their numbers, that is, not of
/// their names and means. \see recent
template <typename Value>
class recent_of_moments {
public:
    /// The result for `of`, known or made. Moments of few inputs are not looked for.
    ///
    /// \param marks  What the result depends on besides the moments.
    /// \param size   Numbers that the result is made of.
    /// \param make   Takes nothing, gives a Value.
    template <typename Make>
    [[nodiscard]] Value find(const moments& of, const modality_set& marks, Eigen::Index size,
                             const Make& make) {
        if (of.dimension() < least_remembered) {
            return make();
        }
        Eigen::MatrixXd numbers(of.dimension() + of.outputs(), of.dimension() + 1);
        numbers << of.covariance(), Eigen::VectorXd::Zero(of.dimension()),
            of.matrix(of.correlations()),
            Eigen::VectorXd::Constant(of.outputs(), of.target_power());
        std::vector<int> all = of.dims();
        all.insert(all.end(), marks.begin(), marks.end());
        return *known_.find(numbers, all, size, make);
    }

private:
    recent<Value> known_{most_remembered};
};

}  // namespace fusionflow::data
