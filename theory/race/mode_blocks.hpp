#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/race/layered_network.hpp"
#include "fusionflow/theory/race/rank_solution.hpp"
#include "fusionflow/theory/race/small_network.hpp"

namespace fusionflow::theory {

/// A modality that gains a mode, and the rate at which the mode grew: a singular value of what was
/// left for the modality, target x input.
struct mode_gain {
    int modality = 0;
    double rate = 0;
};

/// What is learned at the end of a plateau.
struct mode_phase {
    double duration = 0;  ///< units of tau
    std::vector<mode_gain> gains{};
};

/// A network of several targets on its way from plateau to plateau, as mode_race() needs it
/// (docs/theory.md#small-weights).
///
/// The part of a modality that is not learned is a matrix A_m. It grows by grow() on every plateau,
/// and is carried along while the learned part goes on to the next one. With a trunk there are two
/// kinds of growth: modes grow into the outputs that the trunk has, one modality at a time, or all
/// modalities together grow an output that it does not have. To a new output learned modes
/// contribute as branches of one layer, since they may lean out of the trunk's outputs.
class mode_blocks {
public:
    mode_blocks(const data::moments& moments, const architecture& arch, const initialisation& init);

    /// True where all initial norms are below initialisation::end_norm().
    [[nodiscard]] bool small_at_start() const noexcept { return small_; }
    /// Moves to the plateau of what is learned now, and returns it.
    const rank_solution& stand();
    /// Waits on the plateau until something is learned; nothing where that never happens.
    std::optional<mode_phase> leave();

private:
    struct modality {
        Eigen::MatrixXd outputs{};  // K x r, orthonormal: of the learned modes, before the trunk
        Eigen::MatrixXd inputs{};   // D_m x r
        Eigen::VectorXd norms{};    // r: their u
        Eigen::MatrixXd small{};    // A_m, K x D_m, orthogonal to both
        Eigen::MatrixXd leaning{};  // K x r: the learned modes outside of the trunk's outputs
    };
    // A part of the small weights of a modality, in coordinates of its own.
    struct view {
        int modality = 0;
        bool learned = false;  // true: its leaning modes; false: A_m
        Eigen::MatrixXd outputs{};
        Eigen::MatrixXd inputs{};
        small_block block{};
    };
    // A mode or an output that may be learned next.
    struct candidate {
        std::vector<view> views{};
        int shared = 0;
        small_growth growth{};
    };
    // The network at the start of the way to the next plateau.
    struct way_start {
        std::vector<layered_network::branch> branches{};
        Eigen::MatrixXd outputs{};
        Eigen::MatrixXd root{};
        double scale = 0;  // of hidden units for outputs new to the trunk; 0: no such units
    };
    [[nodiscard]] std::optional<view> inside(int m) const;
    [[nodiscard]] std::vector<view> outside() const;
    [[nodiscard]] double negligible(int m) const;
    [[nodiscard]] small_growth grown(const candidate& c, double longest) const;
    void take(const candidate& c);
    void learn(const candidate& c, mode_phase& next);
    void gain_layers(const Eigen::VectorXd& output, mode_phase& next);
    void find_trunk();
    void find_learned(int m);
    [[nodiscard]] std::optional<int> turned_over(const rank_solution& there) const;
    bool fade(int m, rank_solution& there);
    void carry(const Eigen::MatrixXd& turn);
    [[nodiscard]] bool can_follow() const;
    [[nodiscard]] bool worth_following() const;
    [[nodiscard]] std::vector<layered_network::branch> small_start(
        const rank_solution& there) const;
    [[nodiscard]] std::vector<Eigen::MatrixXd> rows_outside(const Eigen::MatrixXd& outputs) const;
    void set_outside(const Eigen::MatrixXd& outputs, const std::vector<Eigen::MatrixXd>& rows);
    void balance_leaning();
    [[nodiscard]] way_start start_of_way(const rank_solution& there) const;
    [[nodiscard]] bool leans_out(const rank_solution& there) const;
    void add_small_units(way_start& start, const std::vector<Eigen::MatrixXd>& learned) const;
    void lean_new_modes(std::vector<Eigen::MatrixXd>& rows,
                        const std::vector<Eigen::MatrixXd>& learned,
                        const Eigen::MatrixXd& columns) const;
    void read_small_units(const layered_network& network, const layered_network::state& x,
                          double scale);
    void follow();

    const data::moments& moments_;
    const architecture& arch_;
    double trunk_excess_;
    std::vector<double> ends_{};  // norms at which branches have arrived
    bool small_ = true;
    std::vector<modality> parts_;
    rank_solution saddle_;
    bool new_by_layers_ = false;  // the trunk's last new output came from a block of one layer
    Eigen::MatrixXd trunk_;       // P inside the trunk's outputs, units x units
};

}  // namespace fusionflow::theory
