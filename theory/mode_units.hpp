#pragma once

#include <Eigen/Core>
#include <vector>

#include "theory/architecture.hpp"
#include "theory/initialisation.hpp"
#include "theory/phase_time.hpp"
#include "theory/rank_solution.hpp"

// What mode_race() is made of.
namespace fusionflow::theory {

/// Something that may be learned next: a modality's next mode in what the trunk has learned, or a
/// unit that the trunk does not have yet.
struct candidate {
    double time = 0;              ///< from now on, units of tau
    std::size_t place = 0;        ///< among what waits for the modality, or among waiting units
    bool new_unit = false;        ///< the trunk does not have it yet
    int modality = 0;             ///< that leads
    std::vector<double> rates{};  ///< of a new unit per modality; else of `modality` alone

    [[nodiscard]] double rate_of(int m) const {
        return new_unit ? rates[static_cast<std::size_t>(m)] : rates.front();
    }
};

/// How far the modalities of a network of several targets have come, mode by mode. A mode is
/// followed by its directions: of the modes that wait, the one with the largest weight along a new
/// direction goes on in it.
class mode_units {
public:
    mode_units(const data::moments& moments, const architecture& arch, const initialisation& init);

    [[nodiscard]] bool small_at_start() const noexcept { return small_; }

    /// Where the network stands with what is learned now.
    const rank_solution& stand();
    /// What may be learned next from there.
    [[nodiscard]] std::vector<candidate> candidates();
    /// Time passes without the candidate being learned.
    void advance(const candidate& c, double time);
    /// They are learned. \return  Per candidate, modalities that gain a mode.
    [[nodiscard]] std::vector<data::modality_set> learn(const std::vector<candidate>& all);

private:
    // A mode that grows into what the trunk has.
    struct growing {
        double potential = 0;      // left
        Eigen::VectorXd output{};  // direction, none yet: any
        Eigen::VectorXd input{};
    };
    // A unit that the trunk does not have yet.
    struct waiting {
        std::vector<double> norms;    // u_m
        Eigen::VectorXd direction{};  // among the outputs, none yet: any
    };
    [[nodiscard]] double end_potential(int m) const;
    [[nodiscard]] Eigen::VectorXd trunk_speeds() const;
    void add_growing(int m, const Eigen::VectorXd& speeds, std::vector<candidate>& all);
    void add_waiting(std::vector<candidate>& all);
    [[nodiscard]] Eigen::VectorXd leading_direction(const std::vector<Eigen::MatrixXd>& left,
                                                    int m) const;
    [[nodiscard]] std::vector<racer> racers(const candidate& c) const;
    [[nodiscard]] data::modality_set learn_unit(const candidate& c);

    const data::moments& moments_;
    const architecture& arch_;
    double trunk_excess_;
    double negligible_;  // of a residual
    bool small_ = true;
    std::vector<std::vector<growing>> growing_;  // per modality
    std::vector<waiting> waiting_;
    rank_solution saddle_;  // the last one, and what was learned since
};

}  // namespace fusionflow::theory
