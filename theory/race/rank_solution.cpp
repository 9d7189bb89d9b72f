#include "fusionflow/theory/race/rank_solution.hpp"

#include <algorithm>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/products.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::theory {

namespace {

constexpr int most_rank_rounds = 2000;
constexpr double settled = 1e-12;  // change of W in a round, relative: a few digits above rounding

// A part of this norm or less is what rounding leaves of zero.
constexpr double no_part = 1e-9;

Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& columns) {
    return data::orthonormal_columns(columns, columns.cols());
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

    // The leading axes, as many as `start` has columns, at which a subspace iteration from `start`
    // ends.
    [[nodiscard]] static Eigen::MatrixXd reached(const Eigen::MatrixXd& axes,
                                                 const Eigen::MatrixXd& start) {
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

}  // namespace

rank_solution solve_ranks(const data::moments& moments, const rank_solution& start) {
    regression steps(moments, start);
    const bool nothing = std::all_of(start.outputs.begin(), start.outputs.end(),
                                     [](const Eigen::MatrixXd& f) { return f.cols() == 0; });
    const bool converged = nothing || steps.run();
    return steps.solution(converged);
}

}  // namespace fusionflow::theory
