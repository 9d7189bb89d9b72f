#include "fusionflow/solver/compact/compression.hpp"

#include <algorithm>
#include <utility>

namespace fusionflow::solver {

namespace {

constexpr double least_remainder = 1e-14;  // of a layer's norm

std::vector<int> input_dims(const network_shape& shape) {
    std::vector<int> dims;
    dims.reserve(static_cast<std::size_t>(shape.count()));
    for (int m = 0; m < shape.count(); ++m) {
        dims.push_back(static_cast<int>(shape.branch(m).front().cols));
    }
    return dims;
}

std::vector<layer> layers_of(const network_shape& shape) {
    std::vector<layer> layers;
    for (int m = 0; m < shape.count(); ++m) {
        layers.insert(layers.end(), shape.branch(m).begin(), shape.branch(m).end());
    }
    layers.insert(layers.end(), shape.trunk().begin(), shape.trunk().end());
    return layers;
}

}  // namespace

network_compression::network_compression(weighted_network full)
    : krylov_growth(input_dims(full.shape), hidden_widths::of(full.shape), full.shape.outputs()),
      full_(std::move(full)), layers_(layers_of(full_.shape)) {
    for (const space& s : spaces()) {
        bases_.emplace_back(s.hidden ? Eigen::MatrixXd(s.units, 0)
                                     : Eigen::MatrixXd::Identity(s.units, s.units));
    }
    leading_.resize(spaces().size());
    if (full_.has_biases()) {
        take_biases();
    }
}

void network_compression::lead(std::vector<Eigen::MatrixXd> directions, Eigen::Index portion) {
    std::size_t l = 0;
    for (std::size_t m = 0; m < directions.size(); ++m) {
        leading_[links()[l].below] = std::move(directions[m]);
        l += full_.shape.branch(static_cast<int>(m)).size();
    }
    take_inputs_by(std::vector<Eigen::Index>(directions.size(), portion));
}

void network_compression::take_biases() {
    biases_.resize(spaces().size());
    const double* next = full_.weights.data() + full_.shape.size();
    for (const std::size_t s : biased_spaces()) {
        biases_[s] = Eigen::Map<const Eigen::VectorXd>(next, spaces()[s].units);
        next += spaces()[s].units;
        if (spaces()[s].hidden) {
            absorb(s, biases_[s], 0);
        }
    }
    start_with_biases();
}

Eigen::VectorXd network_compression::bias(std::size_t s, Eigen::Index count) const {
    return bases_[s].leftCols(count).transpose() * biases_[s];
}

void network_compression::raise(std::size_t l, Eigen::Index count) {
    link& along = links()[l];
    const auto w = matrix(std::as_const(full_.weights).data(), layers_[l]);
    const Eigen::MatrixXd& all =
        leading_[along.below].size() > 0 ? leading_[along.below] : bases_[along.below];
    const Eigen::MatrixXd image = w * all.middleCols(along.raised, count - along.raised);
    along.raised = count;
    absorb(along.above, image, least_remainder * w.norm());
}

void network_compression::lower(std::size_t l, Eigen::Index count) {
    link& along = links()[l];
    const auto w = matrix(std::as_const(full_.weights).data(), layers_[l]);
    const Eigen::MatrixXd image =
        w.transpose() * bases_[along.above].middleCols(along.lowered, count - along.lowered);
    along.lowered = count;
    absorb(along.below, image, least_remainder * w.norm());
}

// Adds to a basis the parts of the candidates that are orthogonal to it.
void network_compression::absorb(std::size_t s, const Eigen::MatrixXd& candidates, double least) {
    space& where = spaces()[s];
    Eigen::MatrixXd& basis = bases_[s];
    const Eigen::Index most = std::min(where.units, where.known + candidates.cols());
    if (basis.cols() < most) {
        basis.conservativeResize(Eigen::NoChange, most);
    }
    Eigen::VectorXd v(where.units);
    for (Eigen::Index c = 0; c < candidates.cols() && !where.full(); ++c) {
        const auto so_far = basis.leftCols(where.known);
        v = candidates.col(c);
        v -= so_far * (so_far.transpose() * v).eval();
        const double remainder = v.norm();
        if (!(remainder > least)) {
            continue;
        }
        // The first pass leaves rounding along the basis, which is much of a small remainder; the
        // second pass, on a unit vector, removes it.
        v /= remainder;
        v -= so_far * (so_far.transpose() * v).eval();
        basis.col(where.known) = v.normalized();
        ++where.known;
    }
}

Eigen::MatrixXd network_compression::corner(std::size_t l, Eigen::Index rows,
                                            Eigen::Index cols) const {
    const auto& below = bases_[links()[l].below];
    const auto& above = bases_[links()[l].above];
    const Eigen::MatrixXd image = matrix(full_.weights.data(), layers_[l]) * below.leftCols(cols);
    return above.leftCols(rows).transpose() * image;
}

double network_compression::orthogonality_error() const {
    double largest = 0;
    for (std::size_t s = 0; s < bases_.size(); ++s) {
        const auto b = bases_[s].leftCols(spaces()[s].known);
        const Eigen::MatrixXd gram = b.transpose() * b;
        if (gram.size() > 0) {
            largest = std::max(
                largest,
                (gram - Eigen::MatrixXd::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff());
        }
    }
    return largest;
}

}  // namespace fusionflow::solver
