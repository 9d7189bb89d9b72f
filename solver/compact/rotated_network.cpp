#include "fusionflow/solver/compact/rotated_network.hpp"

#include <utility>

#include "fusionflow/data/need.hpp"

namespace fusionflow::solver {

weighted_network rotated_network(const data::moments& moments, const theory::architecture& arch,
                                 const two_layer_start& start) {
    arch.match(moments);
    start.match(arch);
    data::need(start.fits(moments), "moments",
               "the start is for other modalities than these moments");
    const bool early = two_layer_early(arch);
    hidden_widths hidden;
    for (const two_layer_start::block& b : start.blocks()) {
        for (int m = 0; m < b.count; ++m) {
            hidden.branches.emplace_back();
        }
        (early ? hidden.trunk : hidden.branches.back()).push_back(b.weights.rows());
    }
    network_shape shape(moments.dims(), hidden);
    state weights(static_cast<std::size_t>(shape.size()));
    for (const two_layer_start::block& b : start.blocks()) {
        const int offset = moments.offset(b.first);
        for (int m = b.first; m < b.first + b.count; ++m) {
            matrix(weights.data(), shape.branch(m).front()) =
                b.weights.middleCols(moments.offset(m) - offset, moments.dim(m));
        }
        const layer& top = early ? shape.trunk().back() : shape.branch(b.first).back();
        matrix(weights.data(), top) = b.weights.rightCols(1).transpose();
    }
    return {std::move(shape), std::move(weights)};
}

}  // namespace fusionflow::solver
