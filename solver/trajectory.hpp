#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"

namespace fusionflow::solver {

/// A path through time: t, total weights, branch norms and loss, one entry per recorded instant.
struct trajectory {
    std::vector<std::string> names;        ///< of the modalities
    std::vector<double> time;              ///< units of tau, ascending
    int outputs = 1;                       ///< K
    std::vector<Eigen::VectorXd> weights;  ///< W, stacked
    std::vector<Eigen::VectorXd> norms;    ///< |W_m|, M numbers
    std::vector<Eigen::VectorXd> branch;   ///< u_m, norm of the first layer of branch m
    std::vector<double> loss;              ///< <|y - W x|^2> / 2
    std::vector<double> share;             ///< R^2/R^2_max of W: answer::share
    std::vector<Eigen::VectorXd> power;    ///< <|W_m x_m|^2>, M numbers; unit: target squared
    std::vector<Eigen::VectorXd>
        progress;          ///< <f_m, f*_m> / <f*_m, f*_m>, M numbers; NaN: f*_m = 0
    bool partial = false;  ///< the run ended in trouble

    [[nodiscard]] std::size_t size() const noexcept { return time.size(); }
};

/// Loss of the total weights W: (<|y|^2> - 2 tr s W^T + tr W Sigma W^T) / 2.
[[nodiscard]] double loss(const data::moments& moments, const Eigen::VectorXd& weights);

/// Collects a trajectory and leaves out instants at which nothing moved: a new one is kept when
/// some |W_m| moved by 0.4 % of its largest value so far on the path, the loss by 0.4 % of the
/// initial loss, or the time by 2 %.
class recorder {
public:
    recorder(const data::moments& moments, bool wanted);

    [[nodiscard]] bool wanted() const noexcept { return wanted_; }
    /// True if enough has moved since the last instant that was kept.
    [[nodiscard]] bool would_keep(double t, const Eigen::VectorXd& weights) const;
    /// \param last  Keep the instant whatever moved.
    void offer(double t, const Eigen::VectorXd& weights, const Eigen::VectorXd& branch, bool last);
    /// The same with the loss `now`, which in a nonlinear network is not that of the total weights.
    void offer(double t, const Eigen::VectorXd& weights, const Eigen::VectorXd& branch, double now,
               bool last);
    /// The path, with share, power and progress filled in.
    ///
    /// \param in_the_end  W of the saddle that the run comes to, or would come to.
    [[nodiscard]] trajectory take(const Eigen::VectorXd& in_the_end) &&;

private:
    [[nodiscard]] Eigen::VectorXd norms_of(const Eigen::VectorXd& weights) const;
    [[nodiscard]] bool moved(double t, const Eigen::VectorXd& norms, double now) const;

    const data::moments* moments_;
    bool wanted_;
    trajectory path_;
    Eigen::VectorXd scale_;
};

/// The text of a CSV file: lines of `header` as comments (`# ...`), the line `# partial: ...` where
/// the run ended in trouble, then the columns t, loss, |W_m| and u_m of each modality, the numbers
/// of W (`W_i`, with several targets `W_k_i` of target k), `share`, and of each modality
/// `power_NAME` and `progress_NAME`.
[[nodiscard]] std::string to_csv(const trajectory& path, const std::vector<std::string>& header);

/// The bytes of an .npz file: `t`, `loss` and `share`, n numbers each; per modality `norm_<name>`,
/// `u_<name>`, `power_<name>` and `progress_<name>`, n numbers, and `W_<name>`, n x D_m (with
/// several targets n x K x D_m); `partial`, 1 where the run ended in trouble, else 0; the text
/// `provenance`.
///
/// \see docs/file-formats.md#trajectories; tests/solver/trajectory_test.cpp
[[nodiscard]] std::string to_npz(const trajectory& path, const data::moments& moments,
                                 const std::string& provenance);

}  // namespace fusionflow::solver
