#pragma once

#include <Eigen/Core>
#include <functional>
#include <list>
#include <optional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/flows/residual_rounding.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

/// Least-squares solutions on sets of modalities, each computed once. References stay valid.
class saddle_book {
public:
    saddle_book(const data::moments& moments, const theory::architecture& arch,
                std::vector<theory::partial_solution> known, double weight_decay);
    [[nodiscard]] const theory::partial_solution& of(const data::modality_set& learned);

private:
    const data::moments* moments_;
    const theory::architecture* arch_;
    double weight_decay_;
    std::list<theory::partial_solution> saddles_;
};

/// A path that can learn nothing more.
struct standstill {
    data::modality_set rest;  ///< all with weight: they stand at their saddle, the others at zero
    bool reversed = false;    ///< a waiting weight is pushed to zero for good (it has turned)
    bool unresolved = false;  ///< a waiting weight's residual is rounding now, not at the saddle
};

/// Decides whether anything on a path of total weights can still move. Each modality is judged by
/// numbers of its own, never by the loss or the correlations of all. It is in one of these states:
///
///     waiting   its weight is a small part of its scale (the norm that it has once learned)
///     settled   its residual is rounding (residual_rounding), or what Newton's method would still
///               add to its weight, E_K Sigma_K^+ for the set K of all with weight, is a small part
///               of that weight
///     moving    neither
///
/// The path stands still when none is moving, and one of these holds for each that waits:
///
///     nothing is left    its residual at the saddle of K is zero
///     it is unresolved   that is not zero, but its residual now and those of K are rounding
///     it has turned      it is a scalar that keeps its sign, and both residuals push it to zero
///
/// With weight decay the pull of the decay is taken off the residual, a modality is settled when
/// its weight is that of the saddle, and those that wait have to fade.
///
/// docs/numerics.md#at-rest; tests/solver/rest_test.cpp
class rest_judge {
public:
    /// With weight decay: true where these modalities, with residuals of at most these norms,
    /// shrink from here on (solver::fades).
    using fading = std::function<bool(const data::modality_set&, const Eigen::VectorXd&)>;

    rest_judge(const data::moments& moments, const theory::architecture& arch, double weight_decay);

    /// \param weights     W now.
    /// \param scales      Per modality, its norm once learned: the lesser of those with it learned
    ///                    next and with all learned. 0: it has none, and the power of its
    ///                    contribution is compared with `explained`.
    /// \param explained   Power that all modalities explain.
    /// \param keeps_signs flow::keeps_signs().
    /// \param fades       Needed with weight decay only.
    [[nodiscard]] std::optional<standstill> look(const Eigen::VectorXd& weights,
                                                 const Eigen::VectorXd& scales, double explained,
                                                 bool keeps_signs, const fading& fades,
                                                 saddle_book& saddles);

    [[nodiscard]] const residual_rounding& rounding() const noexcept { return rounding_; }

private:
    enum class fate { rises, has_turned, nothing_is_left, unresolved };
    [[nodiscard]] bool something_grows(const Eigen::VectorXd& weights) const;
    [[nodiscard]] data::modality_set with_weight(const Eigen::VectorXd& weights,
                                                 const Eigen::VectorXd& scales,
                                                 double explained) const;
    [[nodiscard]] bool is_rounding(int m) const { return rounding_.holds(m, residual_, terms_); }
    [[nodiscard]] fate fate_of(int m, const Eigen::VectorXd& weights,
                               const theory::partial_solution& saddle, bool keeps_signs) const;
    [[nodiscard]] bool waiting_fade(const data::modality_set& rest, const Eigen::VectorXd& weights,
                                    const fading& fades);
    void subtract_decay(const Eigen::VectorXd& weights);
    void find_corrections(const theory::partial_solution& saddle, const Eigen::VectorXd& weights);
    void invert(const data::modality_set& set);
    [[nodiscard]] bool are_settled(const data::modality_set& rest,
                                   const Eigen::VectorXd& weights) const;

    const data::moments* moments_;
    const theory::architecture* arch_;
    double weight_decay_;
    residual_rounding rounding_;
    Eigen::VectorXd residual_;
    Eigen::VectorXd terms_;        // terms of residual_
    Eigen::VectorXd corrections_;  // what Newton's method would add to the weights
    std::optional<data::modality_set> inverted_;
    std::vector<Eigen::Index> inputs_;  // inputs of the set inverted_
    Eigen::MatrixXd inverse_;           // pseudo-inverse of their covariance
};

}  // namespace fusionflow::solver
