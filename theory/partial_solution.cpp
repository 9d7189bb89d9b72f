#include "fusionflow/theory/partial_solution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/data/recent_of_moments.hpp"

namespace fusionflow::theory {

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

Eigen::Index inputs_in(const data::moments& moments, const data::modality_set& set) {
    Eigen::Index count = 0;
    for (const int m : set) {
        count += moments.dim(m);
    }
    return count;
}

/// Solves on one set, and judges which parts of the solution are rounding.
///
/// \tparam Most  Largest number of targets, and of inputs of the set. With a small one, enough for
///               most models, matrices need no allocation. Eigen::Dynamic: any number.
template <int Most>
class solver {
public:
    solver(const data::moments& moments, const data::modality_set& learned)
        : moments_(moments), learned_(learned), inputs_(inputs_of(moments, learned)),
          all_(moments.matrix(moments.correlations())), sigma_(moments.covariance()),
          input_scale_(sigma_.diagonal()(inputs_).cwiseSqrt()),
          inverse_(data::pseudo_inverse(sigma_(inputs_, inputs_))) {}

    [[nodiscard]] partial_solution run() {
        refine();
        partial_solution found{learned_, Eigen::VectorXd::Zero(all_.size()),
                               Eigen::VectorXd::Zero(all_.size())};
        found.rank = inverse_.rank;
        write_weights(found);
        for (int m = 0; m < moments_.count(); ++m) {
            if (!data::contains(learned_, m)) {
                find_residual(m, moments_.part(found.residual, m).data());
            }
        }
        found.explained = static_cast<double>(
            weights_.cwiseProduct(all_(Eigen::all, inputs_).template cast<long double>()).sum());
        found.loss = std::max(0.0, (moments_.target_power() - found.explained) / 2);
        return found;
    }

    /// True if E_m is zero.
    [[nodiscard]] bool leaves_nothing(int m) {
        refine();
        Eigen::VectorXd residual(all_.rows() * moments_.dim(m));
        find_residual(m, residual.data());
        return (residual.array() == 0).all();
    }

private:
    static constexpr int any = Eigen::Dynamic;
    using matrix = Eigen::Matrix<double, any, any, Eigen::ColMajor, Most, Most>;
    using exact_matrix = Eigen::Matrix<long double, any, any, Eigen::ColMajor, Most, Most>;
    using vector = Eigen::Matrix<double, any, 1, Eigen::ColMajor, Most, 1>;
    using indices = Eigen::Array<Eigen::Index, any, 1, Eigen::ColMajor, Most, 1>;
    using own_residual = Eigen::Map<Eigen::MatrixXd>;  // K x D_m

    static indices inputs_of(const data::moments& moments, const data::modality_set& set) {
        indices inputs(inputs_in(moments, set));
        Eigen::Index at = 0;
        for (const int m : set) {
            for (int i = 0; i < moments.dim(m); ++i) {
                inputs(at++) = moments.offset(m) + i;
            }
        }
        return inputs;
    }

    // sqrt(Sigma_ii)
    [[nodiscard]] double scale(Eigen::Index i) const { return std::sqrt(sigma_(i, i)); }

    // E at target k and input i: s_i - W Sigma_i.
    [[nodiscard]] long double left(Eigen::Index k, Eigen::Index i) const {
        long double sum = all_(k, i);
        for (Eigen::Index j = 0; j < inputs_.size(); ++j) {
            sum -= weights_(k, j) * sigma_(inputs_(j), i);
        }
        return sum;
    }

    // W = s_K Sigma_K^+, refined: what W misses is solved for again. Each round shrinks the error
    // by about the same factor; where that is 1e-10, a last change of 1e-10 leaves about 1e-20.
    void refine() {
        constexpr int most_rounds = 30;
        constexpr double enough = 1e-10;
        const Eigen::Index size = inputs_.size();
        weights_ = exact_matrix::Zero(all_.rows(), size);
        matrix missing = all_(Eigen::all, inputs_);
        matrix change(all_.rows(), size);
        double last = std::numeric_limits<double>::infinity();
        for (int round = 0; round < most_rounds; ++round) {
            change.noalias() = missing * inverse_.inverse;
            const double moved = (change * input_scale_.asDiagonal()).norm();
            if (!(moved < last / 2)) {
                break;  // only rounding is left
            }
            weights_ += change.template cast<long double>();
            const double now =
                (weights_.template cast<double>() * input_scale_.asDiagonal()).norm();
            if (round > 0 && moved <= enough * now) {
                break;
            }
            last = moved;
            for (Eigen::Index k = 0; k < missing.rows(); ++k) {
                for (Eigen::Index j = 0; j < size; ++j) {
                    missing(k, j) = static_cast<double>(left(k, inputs_(j)));
                }
            }
        }
        sizes_ = weights_.template cast<double>().cwiseAbs() * input_scale_;
    }

    // Rounding ds, dSigma of the moments puts W off by (ds - W dSigma) Sigma^+. A W_m no larger
    // than that is set to zero if the other modalities of the set, solved for alone, leave nothing
    // for m. The others then get their own solution, without what rounding had given to m.
    void write_weights(partial_solution& found) const {
        const matrix weights = weights_.template cast<double>();
        const vector spread =  // sum_j |Sigma^+_ij| sqrt(Sigma_jj)
            inverse_.inverse.cwiseAbs() * input_scale_;
        Eigen::Index at = 0;
        data::modality_set kept;
        for (const int m : learned_) {
            const Eigen::Index dim = moments_.dim(m);
            const auto own = weights.middleCols(at, dim);
            const auto scale = input_scale_.segment(at, dim);
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
        return solver<any>(moments_, others).leaves_nothing(m);
    }

    // Writes E_m into `out`, as exact zeros where it is zero to rounding.
    void find_residual(int m, double* out) const {
        own_residual own(out, all_.rows(), moments_.dim(m));
        for (Eigen::Index k = 0; k < own.rows(); ++k) {
            for (Eigen::Index i = 0; i < own.cols(); ++i) {
                own(k, i) = static_cast<double>(left(k, moments_.offset(m) + i));
            }
        }
        if (is_rounding(m, own)) {
            own.setZero();
        }
    }

    // True where E_m may be mere rounding: errors of eps |s_i| and eps sqrt(Sigma_ii Sigma_jj),
    // twice those of correctly rounded moments, change E_i by ds_i - W dSigma_i -
    // (ds_K - W dSigma_K) L_i, with L_i = Sigma_K^+ Sigma_Ki. A modality whose inputs are linear
    // functions of those of K (to the tolerance of the rank) has no residual at all.
    [[nodiscard]] bool is_rounding(int m, const own_residual& residual) const {
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
            const double size = scale(at + i);
            if (size > 0) {  // an input that is always zero has no residual
                const double spread = by.col(i).cwiseAbs().dot(input_scale_) / size;
                relative.col(i) = residual.col(i) / size;
                noise.col(i) =
                    eps * (all_.col(at + i).cwiseAbs() / size + (1 + 2 * spread) * sizes_);
                const double unshared = 1 - (by.col(i) / size).dot(shared.col(i) / size);
                follows &= unshared <= tolerance * (1 + spread * spread);
            }
        }
        return follows || relative.norm() <= noise.norm();
    }

    // is_rounding() for one scalar target where m and K have one input each, as in most models.
    [[nodiscard]] bool is_rounding_of_scalars(Eigen::Index input, double residual) const {
        const double size = scale(input);
        const double known = input_scale_(0);
        if (!(size > 0 && known > 0)) {
            return !(size > 0) || residual == 0;
        }
        const double spread = std::abs(sigma_(inputs_(0), input)) / (known * size);
        const double noise = eps * (std::abs(all_(0, input)) / size + (1 + 2 * spread) * sizes_(0));
        return 1 - spread * spread <= 8 * eps * (1 + spread * spread) ||
               std::abs(residual) / size <= noise;
    }

    const data::moments& moments_;
    const data::modality_set& learned_;
    indices inputs_;
    Eigen::Map<const Eigen::MatrixXd> all_;  // s, K x D
    const Eigen::MatrixXd& sigma_;           // Sigma
    vector input_scale_;                     // sqrt(Sigma_ii) of the inputs of the set
    data::symmetric_pseudo_inverse inverse_;
    exact_matrix weights_;  // W_K
    vector sizes_;          // sum_j |W_j| sqrt(Sigma_jj) of each target: root of a target's power
};

}  // namespace

partial_solution solve_partial(const data::moments& moments, const data::modality_set& learned) {
    if (learned.empty()) {
        return {learned, Eigen::VectorXd::Zero(moments.correlations().size()),
                moments.correlations(), moments.target_power() / 2};
    }
    constexpr int few = 8;
    if (moments.outputs() <= few && inputs_in(moments, learned) <= few) {
        return solver<few>(moments, learned).run();
    }
    const auto solve = [&] { return solver<Eigen::Dynamic>(moments, learned).run(); };
    // Many parts of an answer ask for the same solution.
    static data::recent_of_moments<partial_solution> known;
    return known.find(moments, learned, 2 * moments.correlations().size(), solve);
}

bool nothing_left(const data::moments& moments, const partial_solution& saddle, int m) {
    return (moments.part(saddle.residual, m).array() == 0).all();
}

}  // namespace fusionflow::theory
