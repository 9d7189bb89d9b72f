#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "solver/power.hpp"
#include "theory/dual.hpp"

namespace fusionflow::solver {

/// Where the state of targets_flow has what.
struct targets_layout {
    struct branch {
        int layers = 0;           // n_m
        Eigen::Index inputs = 0;  // D_m
        Eigen::Index rank = 0;    // r = min(K, D_m)
        Eigen::Index offset = 0;  // of its inputs among all
        std::size_t at = 0;       // of z, or of A itself where there is one layer
        std::size_t left = 0;     // of U, where K > 1
        std::size_t right = 0;    // of V, where D_m > 1
        double sign = 1;          // V, where D_m = 1
    };
    Eigen::Index outputs = 1;  // K
    int shared = 0;            // p
    double excess = 0;         // c
    std::vector<branch> branches;
    Eigen::Index inputs = 0;  // D
    std::size_t trunk = 0;    // of the trunk's left frame, where p > 0 and K > 1
    std::size_t time = 0;
};

/// What a state of targets_flow stands for, and its speeds: for numbers and for numbers with a
/// derivative, so that the Jacobian is that of this very code.
template <typename Number>
class targets_motion {
public:
    using matrix = theory::matrix_of<Number>;
    using vector = theory::vector_of<Number>;

    struct branch {
        vector norms;  // u_i
        matrix left;   // U in the trunk's right frame; of one layer: A
        matrix right;  // V
        matrix seen;       // S^T E_m
        matrix projected;  // S^T E_m V
        vector above;      // how far the rows of U^T E_m are above rounding, without a trunk
    };

    /// \param layout  Is to be there as long as this is, and complete before a state is looked at.
    explicit targets_motion(const targets_layout& layout) : layout_(layout) {}

    /// Reads a state and finds W (K x D).
    void look_at(const Number* x, matrix& weights);
    /// dx/dc at that state, from E (K x D).
    ///
    /// \param rounding  Per modality, what rounding may leave of E_m at rest. What is not more is
    ///                  taken for zero: over a plateau of 1e15 it would move what waits.
    void move(const matrix& residual, const std::vector<double>& rounding, Number* dxdt);

    [[nodiscard]] const branch& part(std::size_t m) const { return branches_[m]; }
    /// p_i, singular values of the trunk's layers; empty without a trunk.
    [[nodiscard]] const vector& trunk() const { return trunk_; }
    [[nodiscard]] const matrix& trunk_left() const { return trunk_left_; }

private:
    static Number norm(int layers, const Number& z);
    static Number raised(const Number& x, int n);
    void read(const Number* x, std::size_t m);
    void find_trunk();
    static Number share_above(const vector& part, double rounding);
    void see(const matrix& residual, const std::vector<double>& rounding);
    void turn_trunk();
    void turn(const vector& sizes, int layers, const matrix& push, matrix& left, matrix& right);
    void move_branch(std::size_t m, Number* dxdt);

    const targets_layout& layout_;
    std::vector<branch> branches_;
    matrix trunk_left_;    // frames of the trunk: C = left diag(p) right^T
    vector trunk_;         // p_i
    vector trunk_parts_;   // p_i / u_f
    vector shares_;        // (p_i / u_f)^p
    Number trunk_norm_;    // u_f
    Number trunk_power_;   // u_f^p
    matrix trunk_push_;    // X of the trunk over u_f^2
    matrix trunk_turn_;    // how fast its left frame turns
    matrix trunk_twist_;   // and its right one
    matrix push_, outside_, inner_, turn_left_, turn_right_, scaled_;
};

/// Singular values nearer to each other than about this part are not told apart: a common rotation
/// of their singular vectors changes nothing, and its speed is a quotient of two small numbers.
inline constexpr double same_size = 1e-7;

template <typename Number>
Number targets_motion<Number>::norm(int layers, const Number& z) {
    using std::exp;
    using std::log;
    using std::sqrt;
    if (layers == 2) {
        return exp(z);
    }
    if (!(theory::value_of(z) < 0)) {
        return Number(std::numeric_limits<double>::quiet_NaN());
    }
    switch (layers) {
        case 3: return -1.0 / z;
        case 4: return 1.0 / sqrt(-2.0 * z);
        default: return exp(-log((2.0 - layers) * z) / (layers - 2.0));
    }
}

template <typename Number>
Number targets_motion<Number>::raised(const Number& x, int n) {
    Number result(1.0);
    for (; n > 0; --n) {
        result *= x;
    }
    return n < 0 ? Number(1.0 / x) : result;
}

template <typename Number>
void targets_motion<Number>::read(const Number* x, std::size_t m) {
    const targets_layout::branch& from = layout_.branches[m];
    branch& b = branches_[m];
    using read_only = Eigen::Map<const matrix>;
    if (from.layers == 1) {
        b.left = read_only(x + from.at, layout_.outputs, from.inputs);
        return;
    }
    b.norms.resize(from.rank);
    for (Eigen::Index i = 0; i < from.rank; ++i) {
        b.norms(i) = norm(from.layers, x[from.at + static_cast<std::size_t>(i)]);
    }
    if (layout_.outputs > 1) {
        b.left = read_only(x + from.left, layout_.outputs, from.rank);
    } else {
        b.left = matrix::Constant(1, 1, Number(1.0));
    }
    if (from.inputs > 1) {
        b.right = read_only(x + from.right, from.inputs, from.rank);
    } else {
        b.right = matrix::Constant(1, 1, Number(from.sign));
    }
}

// p_i^2 = c + sum_m |row i of A_m|^2, relative to the largest norm: squares of 1e-200 are zero.
template <typename Number>
void targets_motion<Number>::find_trunk() {
    using std::sqrt;
    double largest = std::sqrt(layout_.excess);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const bool whole = layout_.branches[m].layers == 1;
        const branch& b = branches_[m];
        for (Eigen::Index i = 0; i < (whole ? b.left.size() : b.norms.size()); ++i) {
            const Number& size = whole ? b.left.data()[i] : b.norms(i);
            largest = std::max(largest, std::abs(theory::value_of(size)));
        }
    }
    trunk_.resize(layout_.outputs);
    trunk_parts_.resize(layout_.outputs);
    shares_.resize(layout_.outputs);
    Number all(0.0);
    for (Eigen::Index i = 0; i < layout_.outputs; ++i) {
        Number square(layout_.excess / largest / largest);
        for (std::size_t m = 0; m < branches_.size(); ++m) {
            const branch& b = branches_[m];
            for (Eigen::Index k = 0; k < b.left.cols(); ++k) {
                Number entry = b.left(i, k) / largest;
                if (layout_.branches[m].layers > 1) {
                    entry *= b.norms(k);
                }
                square += entry * entry;
            }
        }
        all += square;
        trunk_(i) = Number(0.0);
        if (theory::value_of(square) > 0) {
            trunk_(i) = largest * sqrt(square);
        }
    }
    trunk_norm_ = largest * sqrt(all);
    trunk_power_ = raised(trunk_norm_, layout_.shared);
    for (Eigen::Index i = 0; i < layout_.outputs; ++i) {
        trunk_parts_(i) = trunk_(i) / trunk_norm_;
        shares_(i) = raised(trunk_parts_(i), layout_.shared);
    }
}

template <typename Number>
void targets_motion<Number>::look_at(const Number* x, matrix& weights) {
    branches_.resize(layout_.branches.size());
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        read(x, m);
    }
    trunk_power_ = Number(1.0);
    if (layout_.shared > 0) {
        find_trunk();
        trunk_left_ = matrix::Constant(1, 1, Number(1.0));
        if (layout_.outputs > 1) {
            trunk_left_ = Eigen::Map<const matrix>(x + layout_.trunk, layout_.outputs,
                                                   layout_.outputs);
        }
    }
    weights.resize(layout_.outputs, layout_.inputs);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const branch& b = branches_[m];
        const int layers = layout_.branches[m].layers;
        scaled_ = b.left;
        for (Eigen::Index k = 0; k < scaled_.cols(); ++k) {
            Number size = trunk_power_;
            if (layers > 1) {
                size *= raised(b.norms(k), layers);
                if (theory::value_of(size) < least_weight) {
                    size = Number(least_weight);
                }
            }
            for (Eigen::Index i = 0; i < scaled_.rows(); ++i) {
                scaled_(i, k) *= size;
                if (layout_.shared > 0) {
                    scaled_(i, k) *= shares_(i);
                }
            }
        }
        auto part = weights.middleCols(layout_.branches[m].offset, layout_.branches[m].inputs);
        if (layout_.shared > 0) {
            push_.noalias() = trunk_left_.lazyProduct(scaled_);
            scaled_.swap(push_);
        }
        if (layers > 1) {
            part.noalias() = scaled_.lazyProduct(b.right.transpose());
        } else {
            part = scaled_;
        }
    }
}

// Of A = U diag(u) V^T whose layers are pushed by X = U^T (...) V: how fast U and V turn in
// themselves. With i the larger of two, q = u_j / u_i:
//
//     (U^T dU)_ij = -u_i^(n-2) (X_ij q^n + X_ji) / (1 - q^2)
//     (V^T dV)_ij = -u_i^(n-2) (X_ij + X_ji q^n) / (1 - q^2)
template <typename Number>
void targets_motion<Number>::turn(const vector& sizes, int layers, const matrix& push,
                                  matrix& left, matrix& right) {
    constexpr double apart = 0.1;
    left.setZero(sizes.size(), sizes.size());
    right.setZero(sizes.size(), sizes.size());
    for (Eigen::Index j = 0; j < sizes.size(); ++j) {
        for (Eigen::Index i = 0; i < sizes.size(); ++i) {
            if (i == j || !(i < j ? sizes(i) >= sizes(j) : sizes(i) > sizes(j))) {
                continue;  // i is the larger one, and not zero:
            }
            if (!(theory::value_of(sizes(i)) > 0)) {
                continue;
            }
            const Number q = sizes(j) / sizes(i);
            const Number gap = 1.0 - q * q;
            const Number speed = raised(sizes(i), layers - 2);
            const Number last = raised(q, layers);
            const Number& a = push(i, j);
            const Number& b = push(j, i);
            if (gap > apart) {
                left(i, j) = -speed * (a * last + b) / gap;
                right(i, j) = -speed * (a + b * last) / gap;
            } else {
                // What turns them against each other is smooth; what turns them together is left
                // out where they are the same.
                Number sum(0.0);
                Number power(1.0);
                for (int k = 0; k < layers; ++k) {
                    sum += power;
                    power *= q;
                }
                const Number against = speed * sum / (1.0 + q) * (a - b) / 2.0;
                const Number together = -speed * (1.0 + last) * gap /
                                        (gap * gap + same_size * same_size) * (a + b) / 2.0;
                left(i, j) = together + against;
                right(i, j) = together - against;
            }
            left(j, i) = -left(i, j);
            right(j, i) = -right(i, j);
        }
    }
}

// Of a part of a residual: 0 up to what rounding leaves of it, and soon 1 above that, smoothly.
template <typename Number>
Number targets_motion<Number>::share_above(const vector& part, double rounding) {
    constexpr double far = 1e16;
    Number square(0.0);
    for (Eigen::Index i = 0; i < part.size(); ++i) {
        const Number ratio = part(i) / rounding;
        square += ratio * ratio;
    }
    const double value = theory::value_of(square);
    if (value <= 1) {
        return Number(0.0);
    }
    const Number root = 1.0 - 1.0 / square;
    return value > far ? Number(1.0) : Number(root * root);
}

// Residuals in the frames of the network. What has been learned rests along whole rows or columns
// there.
template <typename Number>
void targets_motion<Number>::see(const matrix& residual, const std::vector<double>& rounding) {
    const bool has_trunk = layout_.shared > 0;
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& from = layout_.branches[m];
        branch& b = branches_[m];
        const auto own = residual.middleCols(from.offset, from.inputs);
        if (has_trunk) {
            b.seen.noalias() = trunk_left_.transpose().lazyProduct(own);
            for (Eigen::Index i = 0; i < b.seen.rows(); ++i) {
                b.seen.row(i) *= share_above(b.seen.row(i), rounding[m]);
            }
        } else {
            b.seen = own;
        }
        if (from.layers == 1) {
            continue;
        }
        b.projected.noalias() = b.seen.lazyProduct(b.right);
        for (Eigen::Index j = 0; j < b.projected.cols(); ++j) {
            b.projected.col(j) *= share_above(b.projected.col(j), rounding[m]);
        }
        b.above = vector::Constant(from.rank, Number(1.0));
        for (Eigen::Index i = 0; !has_trunk && i < from.rank; ++i) {
            push_.noalias() = b.left.col(i).transpose().lazyProduct(b.seen);
            b.above(i) = share_above(push_.reshaped(), rounding[m]);
        }
    }
}

// The trunk is pushed by sum_m E_m B_m^T, B_m the product of branch m.
template <typename Number>
void targets_motion<Number>::turn_trunk() {
    trunk_push_.setZero(layout_.outputs, layout_.outputs);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& from = layout_.branches[m];
        const branch& b = branches_[m];
        scaled_ = b.left;
        for (Eigen::Index k = 0; k < scaled_.cols(); ++k) {
            for (Eigen::Index i = 0; i < scaled_.rows(); ++i) {
                if (from.layers > 1) {
                    const Number part = b.norms(k) / trunk_norm_;
                    scaled_(i, k) *= raised(b.norms(k), from.layers - 2) * part * part;
                } else {
                    scaled_(i, k) /= trunk_norm_;
                    scaled_(i, k) /= trunk_norm_;
                }
            }
        }
        const matrix& pushed = from.layers > 1 ? b.projected : b.seen;
        trunk_push_ += pushed.lazyProduct(scaled_.transpose());
    }
    turn(trunk_parts_, layout_.shared, trunk_push_, trunk_turn_, trunk_twist_);
}

template <typename Number>
void targets_motion<Number>::move_branch(std::size_t m, Number* dxdt) {
    using writable = Eigen::Map<matrix>;
    const bool has_trunk = layout_.shared > 0;
    const targets_layout::branch& to = layout_.branches[m];
    branch& b = branches_[m];
    const auto share_out = [&](matrix& rows) {
        for (Eigen::Index i = 0; has_trunk && i < rows.rows(); ++i) {
            rows.row(i) *= shares_(i);
        }
    };
    share_out(b.seen);
    if (to.layers == 1) {
        writable speed(dxdt + to.at, layout_.outputs, to.inputs);
        speed = b.seen;
        speed -= trunk_twist_.lazyProduct(b.left);
        return;
    }
    share_out(b.projected);
    inner_.noalias() = b.left.transpose().lazyProduct(b.projected);  // X
    for (Eigen::Index i = 0; i < to.rank; ++i) {
        inner_.row(i) *= b.above(i);
        dxdt[to.at + static_cast<std::size_t>(i)] = inner_(i, i);
    }
    turn(b.norms, to.layers, inner_, turn_left_, turn_right_);
    if (layout_.outputs > 1) {
        writable speed(dxdt + to.left, layout_.outputs, to.rank);
        speed = b.left.lazyProduct(turn_left_);
        if (has_trunk) {
            speed -= trunk_twist_.lazyProduct(b.left);
        }
        if (layout_.outputs > to.rank) {
            push_.noalias() = b.left.transpose().lazyProduct(b.projected);
            outside_ = b.projected;
            outside_ -= b.left.lazyProduct(push_);
            for (Eigen::Index i = 0; i < to.rank; ++i) {
                speed.col(i) += raised(b.norms(i), to.layers - 2) * outside_.col(i);
            }
        }
    }
    if (to.inputs > 1) {
        writable speed(dxdt + to.right, to.inputs, to.rank);
        speed = b.right.lazyProduct(turn_right_);
        if (to.inputs > to.rank) {
            outside_.noalias() = b.seen.transpose().lazyProduct(b.left);  // D_m x r
            push_.noalias() = b.right.transpose().lazyProduct(outside_);
            outside_ -= b.right.lazyProduct(push_);
            for (Eigen::Index i = 0; i < to.rank; ++i) {
                speed.col(i) +=
                    raised(b.norms(i), to.layers - 2) * b.above(i) * outside_.col(i);
            }
        }
    }
}

template <typename Number>
void targets_motion<Number>::move(const matrix& residual, const std::vector<double>& rounding,
                                  Number* dxdt) {
    see(residual, rounding);
    if (layout_.shared > 0) {
        turn_trunk();
        if (layout_.outputs > 1) {
            Eigen::Map<matrix>(dxdt + layout_.trunk, layout_.outputs, layout_.outputs) =
                trunk_left_.lazyProduct(trunk_turn_);
        }
    }
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        move_branch(m, dxdt);
    }
    dxdt[layout_.time] = 1.0 / trunk_power_;
}

}  // namespace fusionflow::solver
