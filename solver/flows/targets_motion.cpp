#include "fusionflow/solver/flows/targets_motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/solver/networks/power.hpp"

namespace fusionflow::solver {

namespace {

// Singular values nearer to each other than about this part are not told apart: a common rotation
// of their singular vectors changes nothing, and its speed is a quotient of two small numbers.
constexpr double same_size = 1e-7;
// A singular value below this part of u_f waits. Learned ones are larger: the fourth root of a
// weight of 1e-6 is 0.03. Larger ones that wait have so short a plateau that rounding does no harm.
constexpr double small = 1e-3;
constexpr double upright = 1e-12;  // largest sine by which vectors of waiting modes may lean

}  // namespace

targets_rest::targets_rest(const targets_layout& layout) {
    const bool has_trunk = layout.shared > 0;
    const Eigen::Index size = has_trunk ? layout.outputs : 0;
    trunk.setConstant(size, size, false);
    for (const targets_layout::branch& b : layout.branches) {
        const Eigen::Index modes = b.layers > 1 ? b.rank : 0;
        branches.push_back(
            {std::vector<bool>(static_cast<std::size_t>(has_trunk ? layout.outputs : 0)),
             std::vector<bool>(static_cast<std::size_t>(modes)),
             std::vector<bool>(static_cast<std::size_t>(modes))});
    }
}

bool targets_rest::any() const {
    const auto some = [](const std::vector<bool>& which) {
        return std::find(which.begin(), which.end(), true) != which.end();
    };
    return trunk.any() || std::any_of(branches.begin(), branches.end(), [&](const branch& b) {
               return some(b.rows) || some(b.modes) || some(b.cols);
           });
}

void targets_rest::clear() {
    trunk.setConstant(false);
    held = true;
    for (branch& b : branches) {
        b.rows.assign(b.rows.size(), false);
        b.modes.assign(b.modes.size(), false);
        b.cols.assign(b.cols.size(), false);
    }
}

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

// Brings a frame of a single vector to length one: its length means nothing.
template <typename Number>
void targets_motion<Number>::normalise(matrix& frame) {
    using std::sqrt;
    if (frame.cols() > 1) {
        return;
    }
    Number square(0.0);
    for (Eigen::Index i = 0; i < frame.rows(); ++i) {
        square += frame(i, 0) * frame(i, 0);
    }
    const Number length = sqrt(square);
    for (Eigen::Index i = 0; i < frame.rows(); ++i) {
        frame(i, 0) /= length;
    }
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
        normalise(b.left);
    } else {
        b.left = matrix::Constant(1, 1, Number(1.0));
    }
    if (from.inputs > 1) {
        b.right = read_only(x + from.right, from.inputs, from.rank);
        normalise(b.right);
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
            trunk_left_ =
                Eigen::Map<const matrix>(x + layout_.trunk, layout_.outputs, layout_.outputs);
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

// How fast U and V turn in themselves where the layers of A = U diag(u) V^T are pushed by
// X = U^T (...) V. With u_i the larger of two singular values and q = u_j / u_i:
//
//     (U^T dU)_ij = -u_i^(n-2) (X_ij q^n + X_ji) / (1 - q^2)
//     (V^T dV)_ij = -u_i^(n-2) (X_ij + X_ji q^n) / (1 - q^2)
template <typename Number>
void targets_motion<Number>::turn(const vector& sizes, int layers, const matrix& push, matrix& left,
                                  matrix& right) {
    constexpr double apart = 0.1;
    left.setZero(sizes.size(), sizes.size());
    right.setZero(sizes.size(), sizes.size());
    for (Eigen::Index j = 0; j < sizes.size(); ++j) {
        for (Eigen::Index i = 0; i < sizes.size(); ++i) {
            if (i == j || !(i < j ? sizes(i) >= sizes(j) : sizes(i) > sizes(j))) {
                continue;  // from here on u_i is the larger one
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
                // The turn of U against V is smooth; the common turn is left out where both
                // singular values are the same.
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

template <typename Number>
void targets_motion<Number>::see(const matrix& residual, bool rested) {
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& from = layout_.branches[m];
        const targets_rest::branch& rest = rest_.branches[m];
        branch& b = branches_[m];
        const auto own = residual.middleCols(from.offset, from.inputs);
        if (layout_.shared > 0) {
            b.seen.noalias() = trunk_left_.transpose().lazyProduct(own);
            for (Eigen::Index i = 0; i < b.seen.rows(); ++i) {
                if (rested && rest.rows[static_cast<std::size_t>(i)]) {
                    b.seen.row(i).setZero();
                }
            }
        } else {
            b.seen = own;
        }
        if (from.layers == 1) {
            continue;
        }
        b.projected.noalias() = b.seen.lazyProduct(b.right);
        for (Eigen::Index j = 0; j < b.projected.cols(); ++j) {
            if (rested && rest.cols[static_cast<std::size_t>(j)]) {
                b.projected.col(j).setZero();
            }
        }
    }
}

// The trunk is pushed by sum_m E_m B_m^T, B_m the product of branch m.
template <typename Number>
void targets_motion<Number>::turn_trunk(bool rested) {
    trunk_push_.setZero(layout_.outputs, layout_.outputs);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& from = layout_.branches[m];
        branch& b = branches_[m];
        b.push = b.left;
        for (Eigen::Index k = 0; k < b.push.cols(); ++k) {
            for (Eigen::Index i = 0; i < b.push.rows(); ++i) {
                if (from.layers > 1) {
                    const Number part = b.norms(k) / trunk_norm_;
                    b.push(i, k) *= raised(b.norms(k), from.layers - 2) * part * part;
                } else {
                    b.push(i, k) /= trunk_norm_;
                    b.push(i, k) /= trunk_norm_;
                }
            }
        }
        const matrix& pushed = from.layers > 1 ? b.projected : b.seen;
        trunk_push_ += pushed.lazyProduct(b.push.transpose());
    }
    for (Eigen::Index i = 0; i < trunk_push_.size(); ++i) {
        if (rested && rest_.trunk.data()[i]) {
            trunk_push_.data()[i] = Number(0.0);
        }
    }
    turn(trunk_parts_, layout_.shared, trunk_push_, trunk_turn_, trunk_twist_);
}

template <typename Number>
double targets_motion<Number>::felt(std::size_t m, Eigen::Index mode) const {
    if (layout_.shared == 0) {
        return 1;
    }
    double square = 0;
    for (Eigen::Index i = 0; i < layout_.outputs; ++i) {
        square += std::pow(theory::value_of(Number(shares_(i) * branches_[m].left(i, mode))), 2);
    }
    return std::sqrt(square);
}

template <typename Number>
targets_rest targets_motion<Number>::resting(const std::vector<double>& rounding) const {
    const auto size_of = [](const auto& line) {
        double square = 0;
        for (Eigen::Index i = 0; i < line.size(); ++i) {
            square += std::pow(theory::value_of(Number(line(i))), 2);
        }
        return std::sqrt(square);
    };
    targets_rest found(layout_);
    Eigen::VectorXd trunk_rounding = Eigen::VectorXd::Zero(layout_.outputs);
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const branch& b = branches_[m];
        targets_rest::branch& rest = found.branches[m];
        const bool has_trunk = layout_.shared > 0;
        for (std::size_t i = 0; i < rest.rows.size(); ++i) {
            rest.rows[i] = size_of(b.seen.row(static_cast<Eigen::Index>(i))) <= rounding[m];
        }
        matrix pushes = b.left;
        for (Eigen::Index i = 0; has_trunk && i < pushes.rows(); ++i) {
            pushes.row(i) *= shares_(i);
        }
        pushes = (pushes.transpose() * b.seen).eval();
        for (std::size_t i = 0; i < rest.modes.size(); ++i) {
            const auto mode = static_cast<Eigen::Index>(i);
            rest.modes[i] = size_of(pushes.row(mode)) <= rounding[m] * felt(m, mode);
        }
        for (std::size_t j = 0; j < rest.cols.size(); ++j) {
            rest.cols[j] = size_of(b.projected.col(static_cast<Eigen::Index>(j))) <= rounding[m];
        }
        for (Eigen::Index i = 0; has_trunk && i < b.push.rows(); ++i) {
            trunk_rounding(i) += rounding[m] * size_of(b.push.row(i));
        }
    }
    for (Eigen::Index j = 0; j < found.trunk.cols(); ++j) {
        for (Eigen::Index i = 0; i < found.trunk.rows(); ++i) {
            found.trunk(i, j) =
                std::abs(theory::value_of(Number(trunk_push_(i, j)))) <= trunk_rounding(j);
        }
    }
    return found;
}

template <typename Number>
void targets_motion<Number>::move_branch(std::size_t m, bool rested, Number* dxdt) {
    using writable = Eigen::Map<matrix>;
    const bool has_trunk = layout_.shared > 0;
    const targets_layout::branch& to = layout_.branches[m];
    branch& b = branches_[m];
    const targets_rest::branch& rest = rest_.branches[m];
    matrix& push = scaled_;
    push = to.layers == 1 ? b.seen : b.projected;
    for (Eigen::Index i = 0; has_trunk && i < push.rows(); ++i) {
        push.row(i) *= shares_(i);
    }
    if (to.layers == 1) {
        writable speed(dxdt + to.at, layout_.outputs, to.inputs);
        speed = push;
        speed -= trunk_twist_.lazyProduct(b.left);
        return;
    }
    inner_.noalias() = b.left.transpose().lazyProduct(push);  // X
    for (Eigen::Index i = 0; i < to.rank; ++i) {
        if (rested && rest.modes[static_cast<std::size_t>(i)]) {
            inner_.row(i).setZero();
        }
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
            push_.noalias() = b.left.transpose().lazyProduct(push);
            outside_ = push;
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
            push = b.seen;
            for (Eigen::Index i = 0; has_trunk && i < push.rows(); ++i) {
                push.row(i) *= shares_(i);
            }
            outside_.noalias() = push.transpose().lazyProduct(b.left);  // D_m x r
            push_.noalias() = b.right.transpose().lazyProduct(outside_);
            outside_ -= b.right.lazyProduct(push_);
            for (Eigen::Index i = 0; i < to.rank; ++i) {
                if (!(rested && rest.modes[static_cast<std::size_t>(i)])) {
                    speed.col(i) += raised(b.norms(i), to.layers - 2) * outside_.col(i);
                }
            }
        }
    }
}

template <typename Number>
void targets_motion<Number>::move_all(const matrix& residual, bool rested, Number* dxdt) {
    see(residual, rested);
    if (layout_.shared > 0) {
        turn_trunk(rested);
        if (layout_.outputs > 1) {
            Eigen::Map<matrix>(dxdt + layout_.trunk, layout_.outputs, layout_.outputs) =
                trunk_left_.lazyProduct(trunk_turn_);
        }
    }
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        move_branch(m, rested, dxdt);
    }
    dxdt[layout_.time] = 1.0 / trunk_power_;
}

template <typename Number>
bool targets_motion<Number>::waits(const Number& size) const {
    return theory::value_of(size) < small * theory::value_of(trunk_norm_);
}

template <typename Number>
bool targets_motion<Number>::mode_waits(std::size_t m, Eigen::Index j) const {
    return waits(branches_[m].norms(j));
}

template <typename Number>
bool targets_motion<Number>::output_waits(Eigen::Index i) const {
    return waits(trunk_(i));
}

// For all that does not wait, replaces speeds from residuals without their rounding by those from
// the whole residuals, `all`.
template <typename Number>
void targets_motion<Number>::follow(const Number* all, Number* dxdt) const {
    const Eigen::Index outputs = layout_.outputs;
    const auto take = [&](std::size_t at, Eigen::Index count) {
        std::copy(all + at, all + at + count, dxdt + at);
    };
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& b = layout_.branches[m];
        const Eigen::Index columns = b.layers == 1 ? b.inputs : b.rank;
        for (Eigen::Index j = 0; j < columns; ++j) {
            const bool alone = b.layers > 1 && mode_waits(m, j);
            const std::size_t frame =
                (b.layers == 1 ? b.at : b.left) + static_cast<std::size_t>(j * outputs);
            for (Eigen::Index i = 0; (b.layers == 1 || outputs > 1) && i < outputs; ++i) {
                if (!alone && !output_waits(i)) {
                    take(frame + static_cast<std::size_t>(i), 1);
                }
            }
            if (b.layers == 1 || alone) {
                continue;
            }
            take(b.at + static_cast<std::size_t>(j), 1);
            if (b.inputs > 1) {
                take(b.right + static_cast<std::size_t>(j * b.inputs), b.inputs);
            }
        }
    }
    for (Eigen::Index i = 0; outputs > 1 && i < outputs; ++i) {
        if (!output_waits(i)) {
            take(layout_.trunk + static_cast<std::size_t>(i * outputs), outputs);
        }
    }
}

template <typename Number>
void targets_motion<Number>::move(const matrix& residual, Number* dxdt) {
    move_all(residual, true, dxdt);
    if (!rest_.held) {
        all_speeds_.resize(static_cast<Eigen::Index>(layout_.time) + 1);
        move_all(residual, false, all_speeds_.data());
        follow(all_speeds_.data(), dxdt);
    }
}

template <typename Number>
bool targets_motion<Number>::tidy(Number* x) const {
    bool changed = false;
    const auto put_upright = [&](std::size_t at, Eigen::Index size, Eigen::Index count,
                                 const auto& column_waits) {
        Eigen::Map<matrix> frame(x + at, size, count);
        for (Eigen::Index j = 0; count > 1 && j < count; ++j) {
            Number off(0.0);
            for (Eigen::Index k = 0; column_waits(j) && k < count; ++k) {
                if (!column_waits(k)) {
                    const Number along = frame.col(k).dot(frame.col(j));
                    frame.col(j) -= along * frame.col(k);
                    off += along * along;
                }
            }
            changed = changed || theory::value_of(off) > upright * upright;
        }
    };
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        const targets_layout::branch& b = layout_.branches[m];
        const auto column_waits = [&](Eigen::Index j) { return mode_waits(m, j); };
        if (b.layers > 1 && layout_.outputs > 1) {
            put_upright(b.left, layout_.outputs, b.rank, column_waits);
        }
        if (b.layers > 1 && b.inputs > 1) {
            put_upright(b.right, b.inputs, b.rank, column_waits);
        }
    }
    if (layout_.outputs > 1) {
        put_upright(layout_.trunk, layout_.outputs, layout_.outputs,
                    [&](Eigen::Index i) { return output_waits(i); });
    }
    return changed;
}

template class targets_motion<double>;
template class targets_motion<theory::dual>;

}  // namespace fusionflow::solver
