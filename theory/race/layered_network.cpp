#include "fusionflow/theory/race/layered_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/products.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::theory {

namespace {

using Eigen::MatrixXd;

// The nearest matrix with orthonormal rows or columns.
MatrixXd polar(const MatrixXd& of) {
    const data::singular_parts parts = data::decompose_singular(of);
    return data::times_transposed(parts.left, parts.right);
}

}  // namespace

layered_network::layered_network(const std::vector<branch>& branches, int shared,
                                 const MatrixXd& outputs, const MatrixXd& root)
    : shared_(shared), units_(branches.front().weights.rows()) {
    for (const branch& b : branches) {
        first_.push_back(layers_.size());
        if (b.layers == 1) {
            append(b.weights);
            continue;
        }
        const data::singular_parts parts = data::decompose_singular(b.weights);
        const MatrixXd u = parts.values.asDiagonal();
        append(data::times_transposed(u, parts.right));
        for (int j = 2; j < b.layers; ++j) {
            append(u);
        }
        append(data::times(parts.left, u));
    }
    first_.push_back(layers_.size());
    for (int j = 1; j < shared; ++j) {
        append(root);
    }
    if (shared > 0) {
        append(outputs * root);
    }
}

void layered_network::append(const MatrixXd& w) {
    layers_.push_back({start_.size(), w.rows(), w.cols()});
    start_.insert(start_.end(), w.data(), w.data() + w.size());
}

MatrixXd layered_network::product(const state& x, std::size_t from, std::size_t to) const {
    MatrixXd all = in(x, from);
    for (std::size_t j = from + 1; j < to; ++j) {
        all = data::times(in(x, j), all);
    }
    return all;
}

MatrixXd layered_network::product(const state& x, std::size_t m) const {
    return product(x, first_[m], first_[m + 1]);
}

MatrixXd layered_network::trunk(const state& x) const {
    return shared_ > 0 ? product(x, first_.back(), layers_.size())
                       : MatrixXd::Identity(units_, units_);
}

// Derivative of layers whose product is pushed: each gets the push through those above and below.
void layered_network::push_layers(const state& x, state& dxdt, std::size_t from, std::size_t to,
                                  MatrixXd push) const {
    std::vector<MatrixXd> above{MatrixXd::Identity(push.rows(), push.rows())};
    for (std::size_t j = to; j-- > from + 1;) {
        above.push_back(data::times(above.back(), in(x, j)));
    }
    for (std::size_t j = from; j < to; ++j) {
        in(dxdt, j) = data::transposed_times(above[to - 1 - j], push);
        push = data::times_transposed(push, in(x, j));
    }
}

void layered_network::derivative(const state& x, const std::vector<MatrixXd>& pushes,
                                 state& dxdt) const {
    const MatrixXd above = trunk(x);
    MatrixXd on_trunk = MatrixXd::Zero(above.rows(), above.cols());
    for (std::size_t m = 0; m < branches(); ++m) {
        push_layers(x, dxdt, first_[m], first_[m + 1], data::transposed_times(above, pushes[m]));
        if (shared_ > 0) {
            on_trunk += pushes[m] * product(x, m).transpose();
        }
    }
    if (shared_ > 0) {
        push_layers(x, dxdt, first_.back(), layers_.size(), on_trunk);
    }
}

// A is the first layer times the polar factors of the layers above it.
MatrixXd layered_network::weights(const state& x, std::size_t m) const {
    MatrixXd a = in(x, first_[m]);
    for (std::size_t j = first_[m] + 1; j < first_[m + 1]; ++j) {
        a = data::times(polar(in(x, j)), a);
    }
    return a;
}

MatrixXd layered_network::turn(const state& x) const {
    MatrixXd all = MatrixXd::Identity(units_, units_);
    for (std::size_t j = first_.back(); j < layers_.size(); ++j) {
        all = data::times(polar(in(x, j)), all);
    }
    return all;
}

double layered_network::largest(const state& x) const {
    double most = 0;
    for (std::size_t m = 0; m < branches(); ++m) {
        most = std::max(most, in(x, first_[m]).norm());
    }
    return most;
}

double layered_network::next_length(double off) {
    if (!(off <= std::numeric_limits<double>::max())) {
        return 0.1;
    }
    return std::clamp(0.9 * std::pow(std::max(off, 1e-9), -0.2), 0.2, 5.0);
}

double layered_network::relative(const state& x, const state& error) const {
    double most = 0;
    for (std::size_t j = 0; j < layers_.size(); ++j) {
        const double size = in(x, j).norm();
        const double off = size == 0 ? 0 : in(error, j).norm() / size;
        if (!(off <= std::numeric_limits<double>::max())) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        most = std::max(most, off);
    }
    return most;
}

MatrixXd balanced_root(const std::vector<MatrixXd>& all, double excess) {
    const Eigen::Index units = all.front().rows();
    MatrixXd square = excess * MatrixXd::Identity(units, units);
    for (const MatrixXd& a : all) {
        square += a * a.transpose();
    }
    return data::square_root(square);
}

}  // namespace fusionflow::theory
