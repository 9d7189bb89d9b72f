#include "fusionflow/solver/flows/two_layer_start.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/draw.hpp"

namespace fusionflow::solver {

namespace {

[[noreturn]] void refuse(const std::vector<int>& branches, int shared) {
    throw data::input_error(
        "exact", fmt::format("need two layers on every path, fused late (branches of 2, shared 0) "
                             "or early (branches of 1, shared 1), got branches {} and shared {}",
                             fmt::join(branches, ","), shared));
}

theory::architecture architecture_of(const network_shape& shape) {
    std::vector<int> branches;
    branches.reserve(static_cast<std::size_t>(shape.count()));
    for (int m = 0; m < shape.count(); ++m) {
        branches.push_back(static_cast<int>(shape.branch(m).size()));
    }
    return {branches, static_cast<int>(shape.trunk().size())};
}

// R of stacked = O R with O^T O = I: stacked = [W1, w2^T] is H x (D_b+1), R is r x (D_b+1).
Eigen::MatrixXd rotate(const Eigen::MatrixXd& stacked) { return data::triangular_factor(stacked); }

// R with R^T R = gram, without the directions that a singular one has by rounding only.
Eigen::MatrixXd square_root(const Eigen::MatrixXd& gram) {
    const auto [values, vectors] = data::decompose(gram);
    const double least = static_cast<double>(values.size()) *
                         std::numeric_limits<double>::epsilon() * values.maxCoeff();
    const auto rank = std::max<Eigen::Index>((values.array() > least).count(), 1);
    const Eigen::VectorXd roots = values.tail(rank).cwiseMax(0).cwiseSqrt();
    return roots.asDiagonal() * vectors.rightCols(rank).transpose();
}

// F^T of E[Q] in early fusion.
Eigen::MatrixXd expected_early(const data::moments& moments, const theory::initialisation& init) {
    const Eigen::Index dimension = moments.dimension();
    const double modalities = moments.count();
    if (init.balanced()) {
        const Eigen::VectorXd directions = theory::initial_directions(moments);
        Eigen::MatrixXd row(1, dimension + 1);
        double trunk_square = init.trunk_excess;
        for (int m = 0; m < moments.count(); ++m) {
            row.row(0).segment(moments.offset(m), moments.dim(m)) =
                init.norm(m) * moments.part(directions, m).transpose();
            trunk_square += init.norm(m) * init.norm(m);
        }
        row(0, dimension) = std::sqrt(trunk_square);
        return row;
    }
    const auto units = static_cast<double>(init.last_width());
    Eigen::VectorXd diagonal(dimension + 1);
    for (int m = 0; m < moments.count(); ++m) {
        diagonal.segment(moments.offset(m), moments.dim(m))
            .setConstant(
                init.norm_of({modalities, units, static_cast<double>(dimension), units, 1, m}));
    }
    diagonal(dimension) = init.norm_of({modalities, 1, units, units, 0, std::nullopt});
    return diagonal.asDiagonal();
}

}  // namespace

bool two_layer_early(const theory::architecture& arch) {
    return arch.shared() == 1 && std::all_of(arch.branches().begin(), arch.branches().end(),
                                             [](int n) { return n == 1; });
}

bool has_two_layers(const theory::architecture& arch) {
    return arch.two_layer_late() || two_layer_early(arch);
}

void require_two_layers(const theory::architecture& arch) {
    if (!has_two_layers(arch)) {
        refuse(arch.branches(), arch.shared());
    }
}

two_layer_start two_layer_start::from_network(const network_shape& shape, const state& weights,
                                              bool keeps_signs) {
    const theory::architecture arch = architecture_of(shape);
    require_two_layers(arch);
    two_layer_start start(keeps_signs);
    const int size = two_layer_early(arch) ? shape.count() : 1;  // modalities in a block
    for (int first = 0; first < shape.count(); first += size) {
        Eigen::MatrixXd stacked(shape.branch(first).front().rows, 0);
        for (int m = first; m < first + size; ++m) {
            const auto inputs = matrix(weights.data(), shape.branch(m).front());
            stacked.conservativeResize(Eigen::NoChange, stacked.cols() + inputs.cols());
            stacked.rightCols(inputs.cols()) = inputs;
        }
        const layer& top =
            shape.trunk().empty() ? shape.branch(first).back() : shape.trunk().back();
        stacked.conservativeResize(Eigen::NoChange, stacked.cols() + 1);
        stacked.rightCols(1) = matrix(weights.data(), top).transpose();
        start.blocks_.push_back({first, size, rotate(stacked)});
    }
    return start;
}

two_layer_start two_layer_start::drawn(const data::moments& moments,
                                       const theory::architecture& arch,
                                       const theory::initialisation& init, std::uint64_t seed) {
    arch.match(moments);
    require_two_layers(arch);
    const network_shape shape(moments.dims(), hidden_widths::of(arch, init));
    return from_network(shape, draw_weights(shape, moments, init, seed), init.balanced());
}

two_layer_start two_layer_start::expected(const data::moments& moments,
                                          const theory::architecture& arch,
                                          const theory::initialisation& init) {
    arch.match(moments);
    require_two_layers(arch);
    init.validate(moments.count());
    two_layer_start start(init.balanced());
    if (two_layer_early(arch)) {
        start.blocks_.push_back({0, moments.count(), expected_early(moments, init)});
        return start;
    }
    int m = 0;
    for (const Eigen::MatrixXd& gram : theory::expected_grams(moments, init)) {
        start.blocks_.push_back({m++, 1, square_root(gram)});
    }
    return start;
}

void two_layer_start::match(const theory::architecture& arch) const {
    require_two_layers(arch);
    const auto blocks = two_layer_early(arch) ? 1 : arch.count();
    data::need(std::ssize(blocks_) == blocks, "exact",
               "need a start of {} blocks of weights for this network, got {}", blocks,
               blocks_.size());
}

bool two_layer_start::fits(const data::moments& moments) const {
    int modalities = 0;
    for (const block& b : blocks_) {
        modalities += b.count;
        if (!(modalities <= moments.count() &&
              moments.offset(modalities) - moments.offset(b.first) + 1 == b.weights.cols())) {
            return false;
        }
    }
    return modalities == moments.count();
}

}  // namespace fusionflow::solver
