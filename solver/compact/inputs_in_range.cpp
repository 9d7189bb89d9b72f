#include "fusionflow/solver/compact/inputs_in_range.hpp"

#include <algorithm>
#include <utility>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/data/recent_of_moments.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double worthwhile = 0.8;  // directions over inputs, at most

MatrixXd basis_of_range(const MatrixXd& covariance) {
    const data::scaled_spectrum parts = data::decompose_scaled(covariance);
    const Index rank = std::max<Index>(parts.rank, 1);
    return data::orthonormal_columns(parts.scale.asDiagonal() * parts.vectors.rightCols(rank),
                                     rank);
}

std::shared_ptr<const inputs_in_range> find(const data::moments& moments) {
    std::vector<MatrixXd> bases;
    std::vector<int> dims;
    Index directions = 0;
    for (int m = 0; m < moments.count(); ++m) {
        bases.push_back(basis_of_range(moments.covariance_of(m)));
        dims.push_back(static_cast<int>(bases.back().cols()));
        directions += bases.back().cols();
    }
    if (static_cast<double>(directions) > worthwhile * moments.dimension()) {
        return nullptr;
    }
    MatrixXd all = MatrixXd::Zero(moments.dimension(), directions);
    Index at = 0;
    for (int m = 0; m < moments.count(); ++m) {
        const MatrixXd& basis = bases[static_cast<std::size_t>(m)];
        all.block(moments.offset(m), at, basis.rows(), basis.cols()) = basis;
        at += basis.cols();
    }
    const MatrixXd covariance = all.transpose() * moments.covariance() * all;
    const MatrixXd correlation = moments.matrix(moments.correlations()) * all;
    return std::make_shared<const inputs_in_range>(inputs_in_range{
        data::moments::of_targets(moments.names(), dims, (covariance + covariance.transpose()) / 2,
                                  correlation, moments.target_power()),
        std::move(bases)});
}

}  // namespace

weighted_network inputs_in_range::on_range(const weighted_network& network) const {
    network_shape shape(moments.dims(), hidden_widths::of(network.shape), network.shape.outputs());
    state weights(static_cast<std::size_t>(shape.size()));
    const auto copy = [&](const std::vector<layer>& from, const std::vector<layer>& to,
                          std::size_t first) {
        for (std::size_t j = first; j < from.size(); ++j) {
            matrix(weights.data(), to[j]) = matrix(network.weights.data(), from[j]);
        }
    };
    for (int m = 0; m < shape.count(); ++m) {
        const auto& from = network.shape.branch(m);
        matrix(weights.data(), shape.branch(m).front()).noalias() =
            matrix(network.weights.data(), from.front()) * bases[static_cast<std::size_t>(m)];
        copy(from, shape.branch(m), 1);
    }
    copy(network.shape.trunk(), shape.trunk(), 0);
    return {std::move(shape), std::move(weights)};
}

void inputs_in_range::write_on_inputs(answer& found) const {
    Index inputs = 0;
    for (const MatrixXd& basis : bases) {
        inputs += basis.rows();
    }
    const auto write = [&](Eigen::VectorXd& total) {
        if (total.size() == 0) {
            return;
        }
        const Index outputs = moments.outputs();
        Eigen::VectorXd wide(outputs * inputs);
        Index at = 0;
        for (int m = 0; m < moments.count(); ++m) {
            const MatrixXd& basis = bases[static_cast<std::size_t>(m)];
            Eigen::Map<MatrixXd>(wide.data() + outputs * at, outputs, basis.rows()).noalias() =
                moments.matrix(total, m) * basis.transpose();
            at += basis.rows();
        }
        total = std::move(wide);
    };
    write(found.weights_final);
    write(found.noted);
    std::for_each(found.path.weights.begin(), found.path.weights.end(), write);
}

std::shared_ptr<const inputs_in_range> find_inputs_in_range(const data::moments& moments) {
    if (moments.dimension() < data::least_remembered) {
        return nullptr;
    }
    // Networks of one ensemble ask one after another.
    static data::recent_of_moments<std::shared_ptr<const inputs_in_range>> known;
    const Index size = moments.covariance().size();
    auto found = known.find(moments, {}, size, [&] { return find(moments); });
    const bool other_names = found != nullptr && found->moments.names() != moments.names();
    return other_names ? find(moments) : found;
}

}  // namespace fusionflow::solver
