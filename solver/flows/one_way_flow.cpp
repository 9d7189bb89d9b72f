#include "fusionflow/solver/flows/one_way_flow.hpp"

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::solver {

one_way_flow::one_way_flow(const data::moments& moments, const two_layer_start& start, int first)
    : gram_flow(moments, start), moments_(&moments), first_(first) {
    data::need(moments.count() == 2 && start.blocks().size() == 2 && (first == 0 || first == 1),
               "one-way", "need two modalities, fused late");
    const int a = moments.offset(first);
    const int b = moments.offset(1 - first);
    const int size = moments.dim(first);
    yields_ = data::pseudo_inverse(moments.covariance().block(a, a, size, size)).inverse *
              moments.covariance().block(a, b, size, moments.dim(1 - first));
    response_ = moments.covariance();
    response_.middleCols(b, moments.dim(1 - first)) -=
        moments.covariance().middleCols(a, size) * yields_;
}

void one_way_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    gram_flow::total_weights(x, weights);
    moments_->part(weights, first_).noalias() -= yields_ * moments_->part(weights, 1 - first_);
}

}  // namespace fusionflow::solver
