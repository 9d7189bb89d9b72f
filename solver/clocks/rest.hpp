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
    data::modality_set rest;  ///< who has weight; they stand at their saddle, the others at zero
    bool reversed = false;    ///< another one's residual turned against its weight's sign for good
    bool unresolved = false;  ///< another one's residual is rounding now, but not at the saddle
};

/// Decides whether anything on a path of total weights can still move. Each modality is judged by
/// numbers of its own, never by the loss or the correlations of all. It is in one of these states:
///
///     waiting   its weight is a small part of its scale (the norm that it has when it counts)
///     settled   its residual is rounding (residual_rounding), or what Newton's method would still
///               add to its weight, E_K Sigma_K^+ for the set K of all with weight, is a small part
///               of that weight
///     moving    neither
///
/// The path stands still when none is moving, and for each that waits
///
///     nothing is left    its residual at the saddle of K is zero
///     it is unresolved   that is not zero, but its own one and those of K are rounding now
///     it has turned      both residuals push the weight of a scalar, whose sign is kept, to zero
///
/// With weight decay the residual is what is left of it after the pull of the decay, a modality is
/// settled when its weight is that of the saddle, and those that wait have to fade.
///
/// docs/numerics.md#at-rest; tests/solver/rest_test.cpp
class rest_judge {
public:
    /// With weight decay: true where these modalities, with residuals of at most these norms,
    /// shrink from here on (solver::fades).
    using fading = std::function<bool(const data::modality_set&, const Eigen::VectorXd&)>;

    rest_judge(const data::moments& moments, const theory::architecture& arch, double weight_decay);

    /// \param weights     W now.
    /// \param scales      Per modality, the least norm that it would have if it were learned, and
    ///                    with it all; 0: it has none, and its contribution's power is compared
    ///                    with `explained`.
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
    Eigen::VectorXd terms_;        // of residual_
    Eigen::VectorXd corrections_;  // that Newton's method would add to the weights
    std::optional<data::modality_set> inverted_;
    std::vector<Eigen::Index> inputs_;  // of the set that was inverted
    Eigen::MatrixXd inverse_;           // of its covariance
};

}  // namespace fusionflow::solver
