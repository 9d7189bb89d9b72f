#include "fusionflow/theory/race/rank_solution.hpp"

#include <algorithm>
#include <array>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/products.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/data/recent.hpp"
#include "fusionflow/data/wide_decompositions.hpp"

namespace fusionflow::theory {

namespace {

constexpr int most_rank_rounds = 2000;
constexpr double settled = 1e-12;  // change of W in a round, relative: a few digits above rounding

// A part of this norm or less is what rounding leaves of zero.
constexpr double no_part = 1e-9;

Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& columns) {
    return data::orthonormal_columns(columns, columns.cols());
}

// The leading axes, as many as `start` has columns, at which a subspace iteration from `start`
// ends.
Eigen::MatrixXd reached(const Eigen::MatrixXd& axes, const Eigen::MatrixXd& start) {
    Eigen::MatrixXd taken(axes.rows(), start.cols());
    Eigen::MatrixXd parts(start.cols(), start.cols());  // of the axes taken, orthonormal
    Eigen::Index count = 0;
    for (Eigen::Index j = 0; j < axes.cols() && count < taken.cols(); ++j) {
        Eigen::VectorXd has = start.transpose() * axes.col(j);
        const auto before = parts.leftCols(count);
        has -= before * (before.transpose() * has);
        if (has.norm() > no_part) {
            parts.col(count) = has.normalized();
            taken.col(count++) = axes.col(j);
        }
    }
    return taken.leftCols(count);
}

/// The alternating iteration.
class regression {
public:
    regression(const data::moments& moments, const rank_solution& start)
        : moments_(moments), all_(moments.matrix(moments.correlations())), space_(start.space),
          outputs_(start.outputs), weights_(moments.matrix(start.weights)),
          deviations_(moments.covariance().diagonal().cwiseSqrt()) {
        for (int m = 0; m < moments.count(); ++m) {
            inverses_.push_back(data::pseudo_inverse(moments.covariance_of(m)).inverse);
        }
    }

    // True when it has come to rest.
    [[nodiscard]] bool run() {
        for (int round = 0; round < most_rank_rounds; ++round) {
            const Eigen::MatrixXd before = weights_;
            for (int m = 0; m < moments_.count(); ++m) {
                regress(m);
            }
            if (space_.cols() < space_.rows()) {
                turn_space();
            }
            if (size_of(weights_ - before) <= settled * size_of(weights_)) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] rank_solution solution(bool converged) const {
        rank_solution found;
        found.space = principal_axes();
        found.outputs = outputs_;
        found.weights = weights_.reshaped();
        found.residual = (all_ - weights_ * moments_.covariance()).reshaped();
        const double explained =
            weights_.cwiseProduct(2 * all_ - weights_ * moments_.covariance()).sum();
        found.loss = std::max(0.0, (moments_.target_power() - explained) / 2);
        found.converged = converged;
        return found;
    }

private:
    // |W| with each input in units of its deviation.
    [[nodiscard]] double size_of(const Eigen::MatrixXd& weights) const {
        return (weights * deviations_.asDiagonal()).norm();
    }

    [[nodiscard]] auto part(Eigen::MatrixXd& of, int m) const {
        return of.middleCols(moments_.offset(m), moments_.dim(m));
    }

    // W_m = F F^T S Sigma_m^+, where S is what is left for m. F are the leading eigenvectors of
    // S Sigma_m^+ S^T inside the space that the outputs have a part in: a subspace iteration ends
    // there.
    void regress(int m) {
        const auto i = static_cast<std::size_t>(m);
        auto own = part(weights_, m);
        own.setZero();
        if (outputs_[i].cols() == 0) {
            return;
        }
        const Eigen::MatrixXd left =
            part(all_, m) -
            weights_ * moments_.covariance().middleCols(moments_.offset(m), moments_.dim(m));
        const Eigen::MatrixXd inside = data::transposed_times(space_, left);
        const Eigen::MatrixXd solution = data::times(inside, inverses_[i]);
        const Eigen::MatrixXd axes =
            data::decompose(data::times_transposed(solution, inside)).vectors.rowwise().reverse();
        const Eigen::MatrixXd best = reached(axes, data::transposed_times(space_, outputs_[i]));
        outputs_[i] = data::times(space_, best);
        own = data::times(outputs_[i], data::transposed_times(best, solution));
    }

    // The best outputs for what the units are: T = s C^T (C Sigma C^T)^+, C = space^T W.
    void turn_space() {
        const Eigen::MatrixXd units = data::transposed_times(space_, weights_);
        const auto inverse = data::pseudo_inverse(
            data::times_transposed(data::times(units, moments_.covariance()), units));
        if (inverse.rank < units.rows()) {
            return;  // some unit is not used by any modality yet
        }
        const Eigen::MatrixXd outputs =
            data::times(data::times_transposed(all_, units), inverse.inverse);
        for (Eigen::MatrixXd& own : outputs_) {
            own = orthonormal(data::times(outputs, data::transposed_times(space_, own)));
        }
        space_ = orthonormal(outputs);
        weights_ = data::times(outputs, units);
    }

    [[nodiscard]] Eigen::MatrixXd principal_axes() const {
        if (space_.cols() == 0) {
            return space_;
        }
        const Eigen::MatrixXd inside = data::transposed_times(space_, weights_);
        const data::spectrum axes = data::decompose(data::times_transposed(inside, inside));
        return space_ * axes.vectors.rowwise().reverse();
    }

    const data::moments& moments_;
    Eigen::MatrixXd all_;  // s
    Eigen::MatrixXd space_;
    std::vector<Eigen::MatrixXd> outputs_;
    Eigen::MatrixXd weights_;
    Eigen::VectorXd deviations_;             // sqrt(Sigma_ii)
    std::vector<Eigen::MatrixXd> inverses_;  // Sigma_m^+
};

// From this number of inputs on the iteration for two modalities runs in canonical coordinates.
constexpr Eigen::Index wide_from = 100;

/// Coordinates x_m = T_m^T (inputs of m) of two modalities in which each has the covariance I and
/// the two together are as simple as can be: coordinate i of one correlates with coordinate i of
/// the other alone, by c_i (canonical correlations).
struct canonical_coordinates {
    std::array<Eigen::MatrixXd, 2> turn;  // T_m, D_m x rank
    Eigen::RowVectorXd shared;            // c
};

Eigen::MatrixXd whitening(const Eigen::MatrixXd& covariance) {
    const data::scaled_spectrum parts = data::decompose_scaled(covariance);
    Eigen::MatrixXd root = parts.scale.cwiseInverse().asDiagonal() *
                           parts.vectors.rightCols(parts.rank) *
                           parts.values.tail(parts.rank).cwiseSqrt().cwiseInverse().asDiagonal();
    if (parts.rank < covariance.rows()) {
        const Eigen::MatrixXd kernel = data::pseudo_inverse(covariance).kernel;
        for (int twice = 0; twice < 2; ++twice) {
            root -= kernel * (kernel.transpose() * root);
        }
    }
    return root;
}

canonical_coordinates find_coordinates(const data::moments& moments) {
    canonical_coordinates found{
        {whitening(moments.covariance_of(0)), whitening(moments.covariance_of(1))}, {}};
    const Eigen::MatrixXd across =
        moments.covariance().topRightCorner(moments.dim(0), moments.dim(1));
    const data::singular_parts parts = data::decompose_wide(
        data::times(data::transposed_times(found.turn[0], across), found.turn[1]));
    found.turn = {data::times(found.turn[0], parts.left), data::times(found.turn[1], parts.right)};
    found.shared = parts.values.transpose();
    return found;
}

/// The steps of `regression` for two modalities of many inputs, in canonical coordinates: a round
/// costs K D numbers and no longer K D^2.
class canonical_regression {
public:
    canonical_regression(const data::moments& moments, const rank_solution& start)
        : moments_(moments), space_(start.space), outputs_(start.outputs),
          weights_(moments.matrix(start.weights)),
          deviations_(moments.covariance().diagonal().cwiseSqrt()) {
        static data::recent<canonical_coordinates> known(data::most_remembered);
        const Eigen::Index size = moments.covariance().size();
        at_ = known.find(moments.covariance(), moments.dims(), size,
                         [&] { return find_coordinates(moments); });
        for (int m = 0; m < 2; ++m) {
            const auto i = static_cast<std::size_t>(m);
            all_[i] = data::times(moments.matrix(moments.correlations(), m), at_->turn[i]);
            // W_m = own T_m^T and T_m^T Sigma_m T_m = I, so that own = W_m Sigma_m T_m.
            own_[i] =
                data::times(data::times(moments.matrix(start.weights, m), moments.covariance_of(m)),
                            at_->turn[i]);
        }
    }

    [[nodiscard]] bool run() {
        for (int round = 0; round < most_rank_rounds; ++round) {
            const std::array before = own_;
            regress(0, 1);
            regress(1, 0);
            if (space_.cols() < space_.rows()) {
                turn_space();
            }
            const double moved = (own_[0] - before[0]).norm() + (own_[1] - before[1]).norm();
            if (moved <= settled * (own_[0].norm() + own_[1].norm()) && is_settled()) {
                return true;
            }
        }
        (void)is_settled();
        return false;
    }

    // The fields of a rank_solution that the iteration finds; the rest follows from them.
    [[nodiscard]] const Eigen::MatrixXd& space() const { return space_; }
    [[nodiscard]] const std::vector<Eigen::MatrixXd>& outputs() const { return outputs_; }
    [[nodiscard]] const Eigen::MatrixXd& weights() const { return weights_; }

private:
    // Takes the weights from the coordinates. True where they are where they were the last time.
    bool is_settled() {
        const Eigen::MatrixXd before = weights_;
        for (int m = 0; m < 2; ++m) {
            const auto i = static_cast<std::size_t>(m);
            weights_.middleCols(moments_.offset(m), moments_.dim(m)) =
                data::times_transposed(own_[i], at_->turn[i]);
        }
        const auto size = [this](const Eigen::MatrixXd& w) {
            return (w * deviations_.asDiagonal()).norm();
        };
        return size(weights_ - before) <= settled * size(weights_);
    }

    // What the weights of one modality explain in the coordinates of the other.
    [[nodiscard]] Eigen::MatrixXd across(const Eigen::MatrixXd& own, Eigen::Index cols) const {
        const Eigen::Index both = at_->shared.size();
        Eigen::MatrixXd seen = Eigen::MatrixXd::Zero(own.rows(), cols);
        seen.leftCols(both) = own.leftCols(both) * at_->shared.asDiagonal();
        return seen;
    }

    void regress(std::size_t i, std::size_t other) {
        if (outputs_[i].cols() == 0) {
            own_[i].setZero();
            return;
        }
        const Eigen::MatrixXd left = all_[i] - across(own_[other], all_[i].cols());
        const Eigen::MatrixXd inside = data::transposed_times(space_, left);
        const Eigen::MatrixXd axes =
            data::decompose(data::times_transposed(inside, inside)).vectors.rowwise().reverse();
        const Eigen::MatrixXd best = reached(axes, data::transposed_times(space_, outputs_[i]));
        outputs_[i] = data::times(space_, best);
        own_[i] = data::times(outputs_[i], data::transposed_times(best, inside));
    }

    void turn_space() {
        const std::array units{data::transposed_times(space_, own_[0]),
                               data::transposed_times(space_, own_[1])};
        const Eigen::MatrixXd mixed =
            data::times_transposed(across(units[0], units[1].cols()), units[1]);
        const auto inverse = data::pseudo_inverse(data::times_transposed(units[0], units[0]) +
                                                  data::times_transposed(units[1], units[1]) +
                                                  mixed + mixed.transpose());
        if (inverse.rank < units[0].rows()) {
            return;  // some unit is not used by any modality yet
        }
        const Eigen::MatrixXd outputs = data::times(data::times_transposed(all_[0], units[0]) +
                                                        data::times_transposed(all_[1], units[1]),
                                                    inverse.inverse);
        for (Eigen::MatrixXd& own : outputs_) {
            own = orthonormal(data::times(outputs, data::transposed_times(space_, own)));
        }
        space_ = orthonormal(outputs);
        for (std::size_t i = 0; i < 2; ++i) {
            own_[i] = data::times(outputs, units[i]);
        }
    }

    const data::moments& moments_;
    std::shared_ptr<const canonical_coordinates> at_;
    Eigen::MatrixXd space_;
    std::vector<Eigen::MatrixXd> outputs_;
    Eigen::MatrixXd weights_;  // in the inputs, as of the last is_settled()
    Eigen::VectorXd deviations_;
    std::array<Eigen::MatrixXd, 2> all_;  // s_m T_m
    std::array<Eigen::MatrixXd, 2> own_;  // weights of each modality
};

}  // namespace

rank_solution solve_ranks(const data::moments& moments, const rank_solution& start) {
    if (moments.count() == 2 && moments.dimension() >= wide_from) {
        const bool empty = start.outputs[0].cols() + start.outputs[1].cols() == 0;
        canonical_regression fast(moments, start);
        if (!empty) {
            const bool converged = fast.run();
            rank_solution found = start;
            found.space = fast.space();
            found.outputs = fast.outputs();
            found.weights = fast.weights().reshaped();
            return regression(moments, found).solution(converged);
        }
    }
    regression steps(moments, start);
    const bool nothing = std::all_of(start.outputs.begin(), start.outputs.end(),
                                     [](const Eigen::MatrixXd& f) { return f.cols() == 0; });
    const bool converged = nothing || steps.run();
    return steps.solution(converged);
}

}  // namespace fusionflow::theory
