#include "fusionflow/theory/race/small_network.hpp"

#include <algorithm>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/theory/race/closed_growth.hpp"
#include "fusionflow/theory/race/integrated_growth.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::MatrixXd;

// Orthonormal columns whose span has all inputs of the weights and their push, at most 2 K
// dimensions, which growing weights never leave.
MatrixXd inputs_that_matter(const small_block& b) {
    MatrixXd rows(b.push.cols(), b.push.rows() + b.weights.rows());
    rows << b.push.transpose(), b.weights.transpose();
    return data::orthonormal_columns(rows, rows.cols());
}

bool is_wide(const small_block& b) { return b.push.cols() > 2 * b.push.rows(); }

// grow() on the inputs that matter.
small_growth grow_narrow(std::vector<small_block> blocks, int shared, double excess, double longest,
                         double end) {
    std::vector<MatrixXd> inputs;
    for (small_block& b : blocks) {
        inputs.push_back(is_wide(b) ? inputs_that_matter(b)
                                    : MatrixXd::Identity(b.push.cols(), b.push.cols()));
        b.push = (b.push * inputs.back()).eval();
        b.weights = (b.weights * inputs.back()).eval();
    }
    small_growth grown = grow(blocks, shared, excess, longest, end);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        grown.weights[i] = (grown.weights[i] * inputs[i].transpose()).eval();
    }
    if (grown.mode.block >= 0) {
        grown.mode.input =
            (inputs[static_cast<std::size_t>(grown.mode.block)] * grown.mode.input).eval();
    }
    return grown;
}

// Nothing has moved.
small_growth stand_still(const std::vector<small_block>& blocks, double time) {
    small_growth still;
    still.time = time;
    for (const small_block& b : blocks) {
        still.weights.push_back(b.weights);
    }
    return still;
}

// Weights that are not small any more may be where their mode arrives: it takes no time then, in
// place of a negative one, and the others are where they began.
void arrive_at_once(const std::vector<small_block>& blocks, small_growth& grown) {
    const grown_mode& mode = grown.mode;
    grown.time = 0;
    grown.weights = stand_still(blocks, 0).weights;
    MatrixXd& of_mode = grown.weights[static_cast<std::size_t>(mode.block)];
    const double norm = mode.output.dot(of_mode * mode.input);
    of_mode -= norm * mode.output * mode.input.transpose();
}

small_growth grow_narrow_blocks(const std::vector<small_block>& blocks, int shared, double excess,
                                double longest, double end) {
    if (shared == 0 && blocks.front().layers == 2) {
        return grow_by_logarithms(blocks.front(), longest, end);
    }
    if (shared == 0 && std::min(blocks.front().push.rows(), blocks.front().push.cols()) == 1) {
        return turn_alone(blocks.front(), longest, end);
    }
    if (const MatrixXd outputs = shared_outputs(blocks); outputs.size() > 0) {
        return grow_separately(blocks, shared, excess, longest, end, outputs);
    }
    const bool two_layers = shared == 1 && excess == 0 &&
                            std::all_of(blocks.begin(), blocks.end(),
                                        [](const small_block& b) { return b.layers == 1; });
    return two_layers ? grow_side_by_side(blocks, longest)
                      : integrate_growth(blocks, shared, excess, longest, end);
}

}  // namespace

small_growth grow(const std::vector<small_block>& blocks, int shared, double excess, double longest,
                  double end) {
    if (std::any_of(blocks.begin(), blocks.end(), is_wide)) {
        return grow_narrow(blocks, shared, excess, longest, end);
    }
    const bool pushed = std::any_of(blocks.begin(), blocks.end(), [](const small_block& b) {
        return b.push.norm() > 0 && b.weights.norm() > 0;
    });
    if (!pushed || !(longest > 0)) {
        return stand_still(blocks, longest);
    }
    small_growth grown = grow_narrow_blocks(blocks, shared, excess, longest, end);
    if (grown.time < 0) {
        arrive_at_once(blocks, grown);
    }
    return grown;
}

}  // namespace fusionflow::theory
