#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/finite/chain_curve.hpp"
#include "fusionflow/theory/finite/effective_start.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

/// The state of one modality in the race.
struct law_runner {
    chain_curve curve;
    double growth = 0;    ///< d ln x / d phi while small layers grow linearly; 0: they do not
    double gathered = 0;  ///< phi so far; of scalars int E dc, with its sign
    Eigen::VectorXd direction{};  ///< of the residual so far
};

/// The race of gaussian networks whose branches have two layers or more, on the clock
/// dc = u_f^p dt/tau: what width_law() answers for them.
class law_track {
public:
    /// \param start  aligned_start() of a gaussian scheme; all numbers of its trunk are > 0.
    law_track(const data::moments& moments, const architecture& arch, const aligned_weights& start);
    [[nodiscard]] learning run();

private:
    [[nodiscard]] bool is_scalar(int m) const { return moments_.dim(m) == 1; }
    [[nodiscard]] double level(int m, const data::modality_set& learned) const;
    [[nodiscard]] double clock_to_go(int m) const;
    [[nodiscard]] double duration(int first, double clock) const;
    [[nodiscard]] double first_duration(int first) const;
    [[nodiscard]] double trunk_speed(double square) const;
    void advance(double clock);
    std::optional<int> turn();
    bool next_phase();
    void never_learned();

    const data::moments& moments_;
    const architecture& arch_;
    std::vector<law_runner> runners_;
    std::vector<double> trunk_;  // at t = 0
    partial_solution saddle_;
    learning answer_;
    double time_ = 0;
};

}  // namespace fusionflow::theory
