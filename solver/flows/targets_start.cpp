#include "fusionflow/solver/flows/targets_start.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/products.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/solver/networks/power.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::MatrixXd;

constexpr double tied = 1e-10;  // eigenvalues nearer than this part of the largest are the same

// Orthonormal columns in which the first matrix is diagonal, within equal eigenvalues of it the
// second, and so on. With them the common turn of singular vectors vanishes at the start.
MatrixXd frame(const std::vector<MatrixXd>& symmetric) {
    const Eigen::Index size = symmetric.front().rows();
    MatrixXd columns = MatrixXd::Identity(size, size);
    std::vector<std::pair<Eigen::Index, Eigen::Index>> groups{{0, size}};
    for (const MatrixXd& next : symmetric) {
        std::vector<std::pair<Eigen::Index, Eigen::Index>> finer;
        for (const auto& [first, count] : groups) {
            const MatrixXd among = columns.middleCols(first, count);
            const MatrixXd seen = data::times(data::transposed_times(among, next), among);
            const auto [values, vectors] = data::decompose((seen + seen.transpose()) / 2);
            columns.middleCols(first, count) = data::times(among, vectors);
            Eigen::Index begin = 0;
            for (Eigen::Index i = 1; i <= count; ++i) {
                if (i == count || values(i) - values(i - 1) > tied * next.norm()) {
                    finer.emplace_back(first + begin, i - begin);
                    begin = i;
                }
            }
        }
        groups = std::move(finer);
    }
    return columns;
}

void append(state& x, const MatrixXd& numbers) {
    x.insert(x.end(), numbers.data(), numbers.data() + numbers.size());
}

MatrixXd power_of(const MatrixXd& symmetric, int n) {
    MatrixXd result = MatrixXd::Identity(symmetric.rows(), symmetric.cols());
    for (; n > 0; --n) {
        result *= symmetric;
    }
    return result;
}

// The pushes on the layers at the start, in units of the largest norm, whose powers may be out of
// range.
struct first_pushes {
    double scale = 0;
    Eigen::VectorXd directions;
    MatrixXd square;  // C^T C
    MatrixXd trunk;   // T
    MatrixXd left;    // E, in its own units
    MatrixXd pulled;  // W Sigma: E begins to change along this

    first_pushes(const data::moments& data, const theory::architecture& arch,
                 const theory::initialisation& init);
    [[nodiscard]] MatrixXd trunk_frame(const data::moments& data, const theory::architecture& arch,
                                       const theory::initialisation& init) const;
};

first_pushes::first_pushes(const data::moments& data, const theory::architecture& arch,
                           const theory::initialisation& init)
    : scale(std::sqrt(init.trunk_excess)), directions(theory::initial_directions(data)) {
    const Eigen::Index outputs = data.outputs();
    for (int m = 0; m < data.count(); ++m) {
        scale = std::max(scale, init.norm(m));
    }
    square = init.trunk_excess / scale / scale * MatrixXd::Identity(outputs, outputs);
    for (int m = 0; m < data.count(); ++m) {
        const auto o = data.matrix(directions, m);
        const double u = init.norm(m) / scale;
        square += u * u * o * o.transpose();
    }
    trunk = MatrixXd::Identity(outputs, outputs);
    if (arch.shared() > 0) {
        trunk = power_of(data::square_root(square), arch.shared());
    }
    MatrixXd total(outputs, data.dimension());
    for (int m = 0; m < data.count(); ++m) {
        const double size = power(init.norm(m), arch.branch(m)) * power(scale, arch.shared());
        total.middleCols(data.offset(m), data.dim(m)) = size * trunk * data.matrix(directions, m);
    }
    pulled = data::times(total, data.covariance());
    left = data.matrix(data.correlations()) - pulled;
}

// All singular values may be equal, so that any frame would do; but the flow goes on smoothly only
// from the one in which the push is diagonal.
MatrixXd first_pushes::trunk_frame(const data::moments& data, const theory::architecture& arch,
                                   const theory::initialisation& init) const {
    MatrixXd push = MatrixXd::Zero(square.rows(), square.cols());
    MatrixXd later = push;
    for (int m = 0; m < data.count(); ++m) {
        const double size = power(init.norm(m) / scale, arch.branch(m));
        const MatrixXd o = size * data.matrix(directions, m).transpose();
        push += left.middleCols(data.offset(m), data.dim(m)) * o;
        later += pulled.middleCols(data.offset(m), data.dim(m)) * o;
    }
    return frame({square, push, later});
}

// U and V with U V^T = o in which the push is diagonal. All singular values of a branch are equal,
// so that there is a choice.
std::pair<MatrixXd, MatrixXd> branch_frames(const MatrixXd& o, const MatrixXd& push,
                                            const MatrixXd& later) {
    if (o.cols() <= o.rows()) {
        const MatrixXd v =
            frame({data::transposed_times(o, push), data::transposed_times(o, later)});
        return {data::times(o, v), v};
    }
    const MatrixXd u = frame({data::times_transposed(push, o), data::times_transposed(later, o)});
    return {u, data::transposed_times(o, u)};
}

}  // namespace

targets_start::targets_start(const data::moments& data, const theory::architecture& arch,
                             const theory::initialisation& init) {
    const Eigen::Index outputs = data.outputs();
    const first_pushes first(data, arch, init);
    layout.outputs = outputs;
    layout.shared = arch.shared();
    layout.excess = init.trunk_excess;
    layout.inputs = data.dimension();
    const MatrixXd right_frame = layout.shared > 0 ? first.trunk_frame(data, arch, init)
                                                   : MatrixXd::Identity(outputs, outputs);
    for (int m = 0; m < data.count(); ++m) {
        const MatrixXd o = data.matrix(first.directions, m);
        targets_layout::branch b;
        b.layers = arch.branch(m);
        b.inputs = data.dim(m);
        b.rank = std::min<Eigen::Index>(outputs, b.inputs);
        b.offset = data.offset(m);
        b.at = numbers.size();
        if (b.layers == 1) {
            append(numbers, init.norm(m) * right_frame.transpose() * o);
            layout.branches.push_back(b);
            continue;
        }
        auto [u, v] =
            branch_frames(o, data::times(first.trunk, first.left.middleCols(b.offset, b.inputs)),
                          data::times(first.trunk, first.pulled.middleCols(b.offset, b.inputs)));
        // A frame of one number is left out, and the other one takes its sign.
        if (outputs == 1) {
            v *= u(0, 0);
        } else if (b.inputs == 1) {
            u *= v(0, 0);
        }
        b.sign = outputs == 1 ? v(0, 0) : 1.0;
        append(numbers, MatrixXd::Constant(b.rank, 1, -theory::potential(b.layers, init.norm(m))));
        b.left = numbers.size();
        if (outputs > 1) {
            append(numbers, data::transposed_times(right_frame, u));
        }
        b.right = numbers.size();
        if (b.inputs > 1) {
            append(numbers, v);
        }
        layout.branches.push_back(b);
    }
    layout.trunk = numbers.size();
    if (layout.shared > 0 && outputs > 1) {
        append(numbers, right_frame);
    }
    layout.time = numbers.size();
    numbers.push_back(0);
}

}  // namespace fusionflow::solver
