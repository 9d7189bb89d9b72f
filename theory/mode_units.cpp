#include "theory/mode_units.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "data/orthonormal.hpp"
#include "theory/learning.hpp"
#include "theory/potential.hpp"

namespace fusionflow::theory {

namespace {

constexpr double tie = 1e-12;
constexpr double rounding = 1e-9;  // of residuals, which an iteration leaves

// |a . b|; of what has no direction yet 1.
double overlap(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return a.size() == 0 ? 1.0 : std::abs(a.dot(b));
}

using svd = Eigen::JacobiSVD<Eigen::MatrixXd>;

}  // namespace

mode_units::mode_units(const data::moments& moments, const architecture& arch,
                       const initialisation& init)
    : moments_(moments), arch_(arch), trunk_excess_(init.trunk_excess),
      negligible_(rounding * moments.correlations().norm()),
      growing_(static_cast<std::size_t>(moments.count())) {
    const int targets = moments.outputs();
    saddle_.outputs.assign(growing_.size(), Eigen::MatrixXd(targets, 0));
    waiting unit;
    for (int m = 0; m < moments.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double norm = effective_norm(moments, arch, init, m);
        small_ = small_ && norm < 1;
        unit.norms.push_back(norm);
        if (arch.shared() > 0) {
            continue;
        }
        const int modes = std::min(targets, moments.dim(m));
        if (arch.branch(m) == 1) {
            saddle_.outputs[i] = svd(moments.matrix(moments.correlations(), m), Eigen::ComputeThinU)
                                     .matrixU()
                                     .leftCols(modes);
        } else {
            const double left = potential(arch.branch(m), norm) - end_potential(m);
            growing_[i].assign(static_cast<std::size_t>(modes), {left});
        }
    }
    saddle_.weights = Eigen::VectorXd::Zero(moments.correlations().size());
    saddle_.space = Eigen::MatrixXd::Identity(targets, arch.shared() > 0 ? 0 : targets);
    if (arch.shared() > 0) {
        waiting_.assign(static_cast<std::size_t>(targets), unit);
    }
}

// As in race(): one-layer branches end at u = 1, and where the clock is time it is stopped there.
double mode_units::end_potential(int m) const {
    return arch_.branch(m) == 1 || arch_.shared() == 0 ? potential(arch_.branch(m), 1.0) : 0;
}

const rank_solution& mode_units::stand() { return saddle_ = solve_ranks(moments_, saddle_); }

std::vector<candidate> mode_units::candidates() {
    std::vector<candidate> all;
    const Eigen::VectorXd speeds = trunk_speeds();
    for (int m = 0; m < moments_.count(); ++m) {
        add_growing(m, speeds, all);
    }
    add_waiting(all);
    return all;
}

// G^p, per axis of the space.
Eigen::VectorXd mode_units::trunk_speeds() const {
    const int shared = arch_.shared();
    Eigen::VectorXd speeds = Eigen::VectorXd::Ones(saddle_.space.cols());
    for (Eigen::Index i = 0; shared > 0 && i < speeds.size(); ++i) {
        std::vector<int> branches;
        std::vector<double> weights;
        for (int m = 0; m < moments_.count(); ++m) {
            const double norm =
                (saddle_.space.col(i).transpose() * moments_.matrix(saddle_.weights, m)).norm();
            if (norm > 0) {
                branches.push_back(arch_.branch(m));
                weights.push_back(norm);
            }
        }
        speeds(i) =
            branches.empty() ? 0.0 : std::pow(trunk_norm(branches, weights, shared), shared);
    }
    return speeds;
}

void mode_units::add_growing(int m, const Eigen::VectorXd& speeds, std::vector<candidate>& all) {
    auto& modes = growing_[static_cast<std::size_t>(m)];
    const auto learned = saddle_.outputs[static_cast<std::size_t>(m)].cols();
    if (modes.empty() || learned >= std::min<Eigen::Index>(saddle_.space.cols(), moments_.dim(m))) {
        return;
    }
    const Eigen::MatrixXd push =
        speeds.asDiagonal() * saddle_.space.transpose() * moments_.matrix(saddle_.residual, m);
    const svd parts(push, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::MatrixXd outputs = saddle_.space * parts.matrixU();
    const Eigen::VectorXd& rates = parts.singularValues();
    // Weights of the modes along the new directions, none of a norm above 1; the largest is first.
    Eigen::MatrixXd weights(std::ssize(modes), rates.size());
    for (Eigen::Index k = 0; k < weights.rows(); ++k) {
        const growing& mode = modes[static_cast<std::size_t>(k)];
        const double norm = norm_at_potential(arch_.branch(m), std::max(mode.potential, 0.0) +
                                                                   potential(arch_.branch(m), 1.0));
        for (Eigen::Index j = 0; j < weights.cols(); ++j) {
            const bool grows = rates(j) > negligible_ * speeds.maxCoeff();
            weights(k, j) = grows ? norm * overlap(mode.output, outputs.col(j)) *
                                        overlap(mode.input, parts.matrixV().col(j))
                                  : -1.0;
        }
    }
    for (Eigen::Index pairs = std::min(weights.rows(), weights.cols()); pairs > 0; --pairs) {
        Eigen::Index k = 0;
        Eigen::Index j = 0;
        if (weights.maxCoeff(&k, &j) < 0) {
            return;
        }
        growing& mode = modes[static_cast<std::size_t>(k)];
        mode.output = outputs.col(j);
        mode.input = parts.matrixV().col(j);
        all.push_back({std::max(mode.potential, 0.0) / rates(j),
                       static_cast<std::size_t>(k),
                       false,
                       m,
                       {rates(j)}});
        weights.row(k).setConstant(-1);
        weights.col(j).setConstant(-1);
    }
}

// Of a modality by itself; of branches of one layer of all of them together.
Eigen::VectorXd mode_units::leading_direction(const std::vector<Eigen::MatrixXd>& left,
                                              int m) const {
    Eigen::MatrixXd square = left[static_cast<std::size_t>(m)];
    if (arch_.branch(m) == 1) {
        for (int k = 0; k < moments_.count(); ++k) {
            const auto& other = left[static_cast<std::size_t>(k)];
            if (k != m && arch_.branch(k) == 1) {
                square.conservativeResize(Eigen::NoChange, square.cols() + other.cols());
                square.rightCols(other.cols()) = other;
            }
        }
    }
    return svd(square, Eigen::ComputeThinU).matrixU().col(0);
}

// Directions that the trunk does not have, one after the other: of all modalities and units that
// wait, the pair that is soonest there takes the next.
void mode_units::add_waiting(std::vector<candidate>& all) {
    std::vector<Eigen::MatrixXd> left;
    for (int m = 0; m < moments_.count(); ++m) {
        const Eigen::MatrixXd e = moments_.matrix(saddle_.residual, m);
        left.emplace_back(e - saddle_.space * (saddle_.space.transpose() * e));
    }
    std::vector<bool> taken(waiting_.size(), false);
    for (std::size_t count = 0; count < waiting_.size(); ++count) {
        candidate next;
        next.new_unit = true;
        Eigen::VectorXd direction;
        double least = theory::never;
        for (int m = 0; m < moments_.count(); ++m) {
            const auto i = static_cast<std::size_t>(m);
            const Eigen::VectorXd along = leading_direction(left, m);
            const double rate = (left[i].transpose() * along).norm();
            for (std::size_t w = 0; rate > negligible_ && w < waiting_.size(); ++w) {
                const double norm = waiting_[w].norms[i] * overlap(waiting_[w].direction, along);
                const double clock = (norm > 0 ? potential(arch_.branch(m), norm) - end_potential(m)
                                               : std::numeric_limits<double>::max()) /
                                     rate;
                if (!taken[w] && clock < least) {
                    least = clock;
                    next.place = w;
                    next.modality = m;
                    direction = along;
                }
            }
        }
        if (direction.size() == 0) {
            return;
        }
        taken[next.place] = true;
        waiting_[next.place].direction = direction;
        for (Eigen::MatrixXd& e : left) {
            next.rates.push_back((e.transpose() * direction).norm());
            e -= (direction * (direction.transpose() * e)).eval();
        }
        next.time = first_phase_time(racers(next), next.modality, arch_.shared(), trunk_excess_);
        all.push_back(std::move(next));
    }
}

std::vector<racer> mode_units::racers(const candidate& c) const {
    std::vector<racer> all;
    all.reserve(static_cast<std::size_t>(moments_.count()));
    for (int m = 0; m < moments_.count(); ++m) {
        all.push_back(
            {arch_.branch(m), waiting_[c.place].norms[static_cast<std::size_t>(m)], c.rate_of(m)});
    }
    return all;
}

void mode_units::advance(const candidate& c, double time) {
    if (!c.new_unit) {
        growing_[static_cast<std::size_t>(c.modality)][c.place].potential -= c.rates.front() * time;
        return;
    }
    const double clock =
        first_phase_clock(racers(c), c.modality, arch_.shared(), trunk_excess_, time);
    for (int m = 0; m < moments_.count(); ++m) {
        double& norm = waiting_[c.place].norms[static_cast<std::size_t>(m)];
        const int n = arch_.branch(m);
        norm = norm_at_potential(n, potential(n, norm) - c.rate_of(m) * clock);
    }
}

data::modality_set mode_units::learn_unit(const candidate& c) {
    const waiting& unit = waiting_[c.place];
    const auto to_go = [&](int m) {
        return potential(arch_.branch(m), unit.norms[static_cast<std::size_t>(m)]) -
               end_potential(m);
    };
    const double clock = to_go(c.modality) / c.rate_of(c.modality);
    data::modality_set gain;
    for (int m = 0; m < moments_.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double left = to_go(m) - c.rate_of(m) * clock;
        if (arch_.branch(m) == 1 || left <= tie * to_go(m)) {
            if (saddle_.outputs[i].cols() < moments_.dim(m)) {
                data::append_orthonormal(saddle_.outputs[i], unit.direction);
                gain.push_back(m);
            }
        } else {
            const Eigen::VectorXd input =
                moments_.matrix(saddle_.residual, m).transpose() * unit.direction;
            growing_[i].push_back({left, unit.direction, input.stableNormalized()});
        }
    }
    data::append_orthonormal(saddle_.space, unit.direction);
    return gain;
}

std::vector<data::modality_set> mode_units::learn(const std::vector<candidate>& all) {
    std::vector<data::modality_set> gains;
    std::vector<std::vector<growing>> growing_before = growing_;
    for (auto& modes : growing_) {
        modes.clear();
    }
    for (const candidate& c : all) {
        if (c.new_unit) {
            gains.push_back(learn_unit(c));
        } else {
            const auto i = static_cast<std::size_t>(c.modality);
            data::append_orthonormal(saddle_.outputs[i], growing_before[i][c.place].output);
            gains.push_back({c.modality});
        }
    }
    // What was learned waits no more.
    const auto was_learned = [&](bool unit, int m, std::size_t place) {
        return std::any_of(all.begin(), all.end(), [&](const candidate& c) {
            return c.new_unit == unit && c.place == place && (unit || c.modality == m);
        });
    };
    for (int m = 0; m < moments_.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        for (std::size_t k = 0; k < growing_before[i].size(); ++k) {
            if (!was_learned(false, m, k)) {
                growing_[i].push_back(growing_before[i][k]);
            }
        }
    }
    std::vector<waiting> still;
    for (std::size_t w = 0; w < waiting_.size(); ++w) {
        if (!was_learned(true, -1, w)) {
            still.push_back(waiting_[w]);
        }
    }
    waiting_ = std::move(still);
    return gains;
}

}  // namespace fusionflow::theory
