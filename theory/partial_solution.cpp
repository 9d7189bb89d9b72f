#include "theory/partial_solution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/pseudo_inverse.hpp"

namespace fusionflow::theory {

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

using indices = std::vector<Eigen::Index>;
using exact_matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

indices inputs_of(const data::moments& moments, const data::modality_set& set) {
    indices inputs;
    for (const int m : set) {
        for (int i = 0; i < moments.dim(m); ++i) {
            inputs.push_back(moments.offset(m) + i);
        }
    }
    return inputs;
}

/// The solution on one set, with what its rounding is judged by.
class solver {
public:
    solver(const data::moments& moments, const data::modality_set& learned)
        : moments_(moments), learned_(learned), inputs_(inputs_of(moments, learned)),
          all_(moments.matrix(moments.correlations())), sigma_(moments.covariance()),
          scale_(sigma_.diagonal().cwiseSqrt()),
          inverse_(data::pseudo_inverse(sigma_(inputs_, inputs_))) {}

    [[nodiscard]] partial_solution run() {
        refine();
        partial_solution found{learned_, Eigen::VectorXd::Zero(all_.size()),
                               Eigen::VectorXd::Zero(all_.size())};
        found.rank = inverse_.rank;
        write_weights(found);
        for (int m = 0; m < moments_.count(); ++m) {
            if (!data::contains(learned_, m)) {
                moments_.part(found.residual, m) = residual_of(m).reshaped();
            }
        }
        found.explained = static_cast<double>(
            weights_.cwiseProduct(all_(Eigen::all, inputs_).cast<long double>()).sum());
        found.loss = std::max(0.0, (moments_.target_power() - found.explained) / 2);
        return found;
    }

private:
    // s_i - W Sigma_i of target k.
    [[nodiscard]] long double left(Eigen::Index k, Eigen::Index i) const {
        long double sum = all_(k, i);
        for (std::size_t j = 0; j < inputs_.size(); ++j) {
            sum -= weights_(k, static_cast<Eigen::Index>(j)) * sigma_(inputs_[j], i);
        }
        return sum;
    }

    // W = s_K Sigma_K^+, and what that misses solved for again. Each round shortens the error by
    // the factor of the one before: after a change of less than 1e-10 it is below 1e-20.
    void refine() {
        constexpr int most_rounds = 30;
        constexpr double enough = 1e-10;
        const auto size = static_cast<Eigen::Index>(inputs_.size());
        const Eigen::VectorXd scale = scale_(inputs_);
        weights_ = exact_matrix::Zero(all_.rows(), size);
        Eigen::MatrixXd missing = all_(Eigen::all, inputs_);
        double last = std::numeric_limits<double>::infinity();
        for (int round = 0; round < most_rounds; ++round) {
            const Eigen::MatrixXd change = missing * inverse_.inverse;
            const double moved = (change * scale.asDiagonal()).norm();
            if (!(moved < last / 2)) {
                break;  // rounding
            }
            weights_ += change.cast<long double>();
            const double now = (weights_.cast<double>() * scale.asDiagonal()).norm();
            if (round > 0 && moved <= enough * now) {
                break;
            }
            last = moved;
            for (Eigen::Index k = 0; k < missing.rows(); ++k) {
                for (Eigen::Index j = 0; j < size; ++j) {
                    missing(k, j) =
                        static_cast<double>(left(k, inputs_[static_cast<std::size_t>(j)]));
                }
            }
        }
        sizes_ = weights_.cast<double>().cwiseAbs() * scale;
    }

    // W_i is off by (ds - W dSigma) Sigma^+, with ds and dSigma from rounding of the moments. Where
    // that is as large as W_m the others decide whether it is zero: by what they leave for m. They
    // have their own solution then, without what rounding had given to m.
    void write_weights(partial_solution& found) const {
        const Eigen::MatrixXd weights = weights_.cast<double>();
        const Eigen::VectorXd spread =  // sum_j |Sigma^+_ij| sqrt(Sigma_jj)
            inverse_.inverse.cwiseAbs() * scale_(inputs_);
        Eigen::Index at = 0;
        data::modality_set kept;
        for (const int m : learned_) {
            const Eigen::Index dim = moments_.dim(m);
            const Eigen::MatrixXd own = weights.middleCols(at, dim);
            const Eigen::VectorXd scale = scale_.segment(moments_.offset(m), dim);
            const double noise =
                2 * eps * sizes_.norm() * spread.segment(at, dim).cwiseProduct(scale).norm();
            const bool zero = (own * scale.asDiagonal()).norm() <= noise && others_leave_nothing(m);
            if (!zero) {
                moments_.part(found.weights, m) = own.reshaped();
                kept.push_back(m);
            }
            at += dim;
        }
        if (kept.size() < learned_.size() && !kept.empty()) {
            found.weights = solve_partial(moments_, kept).weights;
        }
    }

    [[nodiscard]] bool others_leave_nothing(int m) const {
        data::modality_set others = learned_;
        std::erase(others, m);
        if (others.empty()) {
            return (moments_.part(moments_.correlations(), m).array() == 0).all();
        }
        solver rest(moments_, others);
        rest.refine();
        return (rest.residual_of(m).array() == 0).all();
    }

    // E_m, or zero where that is what it is to rounding.
    [[nodiscard]] Eigen::MatrixXd residual_of(int m) const {
        Eigen::MatrixXd own(all_.rows(), moments_.dim(m));
        for (Eigen::Index k = 0; k < own.rows(); ++k) {
            for (Eigen::Index i = 0; i < own.cols(); ++i) {
                own(k, i) = static_cast<double>(left(k, moments_.offset(m) + i));
            }
        }
        if (is_rounding(m, own)) {
            own.setZero();
        }
        return own;
    }

    // Rounding of the moments, by eps of |s_i| and of sqrt(Sigma_ii Sigma_jj), changes E_i by
    // ds_i - W dSigma_i - (ds_K - W dSigma_K) L_i, with L_i = Sigma_K^+ Sigma_Ki. That is twice
    // what correctly rounded moments can have. A modality whose inputs are linear functions of
    // those of K (by the tolerance of the rank) has no residual at all.
    [[nodiscard]] bool is_rounding(int m, const Eigen::MatrixXd& residual) const {
        const Eigen::Index at = moments_.offset(m);
        const Eigen::Index dim = moments_.dim(m);
        if (inputs_.size() == 1 && residual.size() == 1) {
            return is_rounding_of_scalars(at, residual(0));
        }
        const Eigen::MatrixXd shared = sigma_.middleCols(at, dim)(inputs_, Eigen::all);
        const Eigen::MatrixXd by = inverse_.inverse * shared;  // L
        const double tolerance = 4 * static_cast<double>(inputs_.size() + 1) * eps;
        Eigen::MatrixXd relative = Eigen::MatrixXd::Zero(residual.rows(), dim);
        Eigen::MatrixXd noise = relative;
        bool follows = true;
        for (Eigen::Index i = 0; i < dim; ++i) {
            const double scale = scale_(at + i);
            if (scale > 0) {  // of an input that is always zero nothing is left
                const double spread = by.col(i).cwiseAbs().dot(scale_(inputs_)) / scale;
                relative.col(i) = residual.col(i) / scale;
                noise.col(i) =
                    eps * (all_.col(at + i).cwiseAbs() / scale + (1 + 2 * spread) * sizes_);
                const double unshared = 1 - (by.col(i) / scale).dot(shared.col(i) / scale);
                follows &= unshared <= tolerance * (1 + spread * spread);
            }
        }
        return follows || relative.norm() <= noise.norm();
    }

    // The same for one input that waits for one other, which most models are made of.
    [[nodiscard]] bool is_rounding_of_scalars(Eigen::Index input, double residual) const {
        const double scale = scale_(input);
        const double known = scale_(inputs_.front());
        if (!(scale > 0 && known > 0)) {
            return !(scale > 0) || residual == 0;
        }
        const double spread = std::abs(sigma_(inputs_.front(), input)) / (known * scale);
        const double noise =
            eps * (std::abs(all_(0, input)) / scale + (1 + 2 * spread) * sizes_(0));
        return 1 - spread * spread <= 8 * eps * (1 + spread * spread) ||
               std::abs(residual) / scale <= noise;
    }

    const data::moments& moments_;
    const data::modality_set& learned_;
    indices inputs_;
    Eigen::Map<const Eigen::MatrixXd> all_;  // s, K x D
    const Eigen::MatrixXd& sigma_;           // Sigma
    Eigen::VectorXd scale_;                  // sqrt(Sigma_ii)
    data::symmetric_pseudo_inverse inverse_;
    exact_matrix weights_;   // W_K
    Eigen::VectorXd sizes_;  // sum_j |W_j| sqrt(Sigma_jj) of each target: root of a target's power
};

}  // namespace

partial_solution solve_partial(const data::moments& moments, const data::modality_set& learned) {
    if (learned.empty()) {
        return {learned, Eigen::VectorXd::Zero(moments.correlations().size()),
                moments.correlations(), moments.target_power() / 2};
    }
    return solver(moments, learned).run();
}

bool nothing_left(const data::moments& moments, const partial_solution& saddle, int m) {
    return (moments.part(saddle.residual, m).array() == 0).all();
}

}  // namespace fusionflow::theory
