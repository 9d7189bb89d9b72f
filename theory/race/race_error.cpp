#include "fusionflow/theory/race/race_error.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/theory/race/phase_time.hpp"
#include "fusionflow/theory/race/potential.hpp"

namespace fusionflow::theory {

namespace {

// Constants calibrated on the models of tests/solver/leading_order_test.cpp. The next order is
// computed below for one modality after the other; these constants stand for what that leaves out.
constexpr double trust = 1.6;            // times the computed error
constexpr double unsure_rise = 0.4;      // times the duration of a rise
constexpr double unsure_turn = 1;        // times the duration of a rise whose direction turns
constexpr double unsure_trunk = 1.5;     // times what a rise does to the trunk, and so to the clock
constexpr double unsure_lag = 0.5;       // times what a slowly settling modality does to the others
constexpr double least = 0.02;           // a corrected time is no less than this part of the race's
constexpr double unsure_digits = 1e-14;  // rounding of a time, relative

// int_0^end f(x) dx by Simpson's rule, for smooth f.
template <typename Function>
double simpson_to(double end, const Function& f) {
    constexpr int panels = 32;
    double sum = 0;
    for (int i = 0; i < panels; ++i) {
        const double a = end * i / panels;
        const double b = end * (i + 1) / panels;
        sum += (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b));
    }
    return sum;
}

// A layer of norm u on a path of d layers grows by du/dt = r u^(d-1) (1 - (u/U)^d). The result is
// how much later W = u^d reaches a part of its height than undisturbed growth reaches U, in units
// of U^(2-d)/r.
double height_offset(int d, double part) {
    if (d < 2) {
        return 0;
    }
    constexpr double most = 0.9;  // larger parts count as this: the height is never reached
    const double end = std::pow(std::min(part, most), 1.0 / d);
    return potential(d, 1.0) - potential(d, end) +
           simpson_to(end, [d](double x) { return x / (1 - std::pow(x, d)); });
}

// How late the rise is for a modality that waits, with its clock at the new speed from there on; in
// units of U^(2-d)/r, beyond undisturbed growth to U, with n of the d layers in the branch.
double clock_offset(int n, int d) {
    const int p = d - n;
    return p == 0 ? 0 : simpson_to(1, [=](double x) {
        if (x < 1e-3) {
            return x;
        }
        const double speed = std::pow(x, -p);
        const double gap = 1 - std::pow(x, d);
        const double late = gap > 1e-9 ? (speed - 1) / gap : static_cast<double>(p) / d;
        return std::pow(x, 1 - n) * (late + 1 - speed);
    });
}

// Indices of the inputs of some modalities.
std::vector<Eigen::Index> inputs_of(const data::moments& moments, const data::modality_set& set) {
    std::vector<Eigen::Index> inputs;
    for (const int m : set) {
        for (int i = moments.offset(m); i < moments.offset(m + 1); ++i) {
            inputs.push_back(i);
        }
    }
    return inputs;
}

// Covariance of some inputs beyond what those of the learned modalities explain.
Eigen::MatrixXd conditional_covariance(const data::moments& moments,
                                       const std::vector<Eigen::Index>& inputs,
                                       const data::modality_set& learned) {
    const std::vector<Eigen::Index> known = inputs_of(moments, learned);
    const Eigen::MatrixXd& sigma = moments.covariance();
    Eigen::MatrixXd left = sigma(inputs, inputs);
    if (!known.empty()) {
        const Eigen::MatrixXd shared = sigma(known, inputs);
        left -= shared.transpose() * data::pseudo_inverse(sigma(known, known)).inverse * shared;
    }
    return left;
}

// The second part of a rise. The first part is along the residual, to the best that this direction
// gives; then modalities settle slowly along the others, dW/dt = g (end - W) covariance, with the
// gain g = c |W|^(2 - 2/k) of balanced layers.
struct settling {
    std::vector<double> slow;  // per modality, the time until |W_m| is at its level
    Eigen::MatrixXd lag;       // int (end - W) dt
};

settling settle(const data::moments& moments, const data::modality_set& group,
                const Eigen::MatrixXd& begin, const Eigen::MatrixXd& end,
                const Eigen::MatrixXd& covariance, double c, int k) {
    constexpr double longer = 1.2;  // factor from one instant to the next
    constexpr double empty = 1e-12;
    const data::spectrum parts = data::decompose(covariance);
    const double largest = parts.values.tail(1)(0);
    const Eigen::ArrayXd rates = parts.values.array().max(empty * largest);
    const Eigen::MatrixXd to_go = (end - begin) * parts.vectors;
    settling result{std::vector<double>(group.size(), never),
                    Eigen::MatrixXd::Zero(end.rows(), end.cols())};
    double time = 0;
    double gone = 0;  // int g dt
    Eigen::MatrixXd w = begin;
    for (double next = 0.01 / largest; largest > 0 && gone * rates.minCoeff() < 30;
         next *= longer) {
        Eigen::Index at = 0;
        bool all = true;
        for (std::size_t i = 0; i < group.size(); ++i) {
            const Eigen::Index dim = moments.dim(group[i]);
            if (result.slow[i] == never &&
                w.middleCols(at, dim).norm() >= end.middleCols(at, dim).norm() * learned_part) {
                result.slow[i] = time;
            }
            all &= result.slow[i] < never;
            at += dim;
        }
        const Eigen::MatrixXd after =
            end - to_go * (-rates * next).exp().matrix().asDiagonal() * parts.vectors.transpose();
        const double size = (w.norm() + after.norm()) / 2;
        const double lasts = (next - gone) / (c * std::pow(size, 2 - 2.0 / k));
        result.lag += lasts * (end - (w + after) / 2);
        time += lasts;
        gone = next;
        w = after;
        if (all && (end - w).norm() < 1e-3 * end.norm()) {
            break;
        }
    }
    for (double& slow : result.slow) {
        slow = slow == never ? time : slow;
    }
    return result;
}

// The rise of some modalities.
struct rise {
    data::modality_set group;
    double layer = 0;             // U, norm of a branch layer at the end of its first part
    double rate = 0;              // |E| of the one that grows fastest
    double path_rate = 0;         // undisturbed, a path of d layers has du/dt = path_rate u^(d-1)
    std::vector<double> parts{};  // per modality: its level over what the first part gives
    std::vector<double> slow{};   // per modality: time after the first part until its level
    Eigen::MatrixXd effect{};     // of the second part on s: int (W at the end - W) Sigma dt
};

class estimate {
public:
    estimate(const data::moments& moments, const architecture& arch, const initialisation& init,
             const race_result& raced)
        : moments_(moments), arch_(arch), raced_(raced),
          late_(static_cast<std::size_t>(moments.count()), 0), unsure_time_(late_),
          gathered_(late_), moved_(late_), unsure_(late_),
          everything_(solve_partial(moments, data::all_modalities(moments.count()))) {
        for (int m = 0; m < moments.count(); ++m) {
            start_.push_back(potential(arch.branch(m), effective_norm(moments, arch, init, m)));
            ends_.push_back(init.end_norm(m));
        }
    }

    // The estimated relative error of each modality's time.
    [[nodiscard]] std::vector<double> run() {
        for (std::size_t j = 0; j + 1 < raced_.saddles.size(); ++j) {
            step(raced_.saddles[j], raced_.saddles[j + 1], raced_.saddles[j].learned.empty());
        }
        std::vector<double> errors;
        for (std::size_t m = 0; m < late_.size(); ++m) {
            errors.push_back(relative_error(m));
        }
        return errors;
    }

private:
    // The time that the flow should have.
    [[nodiscard]] double corrected_time(std::size_t m) const {
        const double time = raced_.answer.times[m];
        return std::max(time + late_[m], least * time);
    }

    [[nodiscard]] double relative_error(std::size_t m) const {
        const learning& answer = raced_.answer;
        if (std::isnan(answer.times[m]) && !answer.log10_times.empty() &&
            std::isfinite(answer.log10_times[m])) {
            return unsure_digits;  // so long a time that only its rounding counts
        }
        if (!std::isfinite(answer.times[m])) {
            return unknown;
        }
        double earliest = never;
        for (std::size_t k = 0; k < late_.size(); ++k) {
            const double time = corrected_time(k);
            earliest = time < earliest ? time : earliest;
        }
        const double time = answer.times[m];
        const double early = trust * std::min(late_[m], 0.0) - unsure_time_[m];
        const double late = trust * std::max(late_[m], 0.0) + unsure_time_[m];
        const double soonest = std::max({time + early, least * time, earliest / 2});
        return std::max(late / (time + late), time / soonest - 1) + unsure_digits;
    }

    [[nodiscard]] double end_of(int m) const {  // as race_track::end_potential()
        if (arch_.branch(m) == 1) {
            return potential(1, 1.0);
        }
        return arch_.shared() == 0 ? potential(arch_.branch(m), ends_[static_cast<std::size_t>(m)])
                                   : 0;
    }

    // E_m as a number with a sign for scalars of one target, a norm otherwise.
    [[nodiscard]] double rate_at(const partial_solution& saddle, int m) const {
        const auto e = moments_.part(saddle.residual, m);
        return e.size() == 1 ? e(0) : e.norm();
    }

    [[nodiscard]] double to_go(const partial_solution& at, int m, bool moved) const {
        const auto i = static_cast<std::size_t>(m);
        const double gathered = gathered_[i] + (moved ? moved_[i] : 0);
        return start_[i] - end_of(m) - (rate_at(at, m) < 0 ? -gathered : gathered);
    }

    [[nodiscard]] double speed_at(const partial_solution& saddle) const;
    [[nodiscard]] std::vector<data::modality_set> groups_of(const data::modality_set& set) const;
    [[nodiscard]] rise rise_of(const data::modality_set& group, const partial_solution& before,
                               const partial_solution& after, bool first) const;
    [[nodiscard]] bool changes_sign(const partial_solution& before,
                                    const partial_solution& after) const;
    [[nodiscard]] double hurry(const partial_solution& before, double clock, double speed) const;
    void step(const partial_solution& before, const partial_solution& after, bool first);
    void carry(const rise& r, const partial_solution& before, const partial_solution& after,
               double clock, double extra, double unsure_clock);

    const data::moments& moments_;
    const architecture& arch_;
    const race_result& raced_;
    std::vector<double> late_;         // per modality: the flow's time less the race's
    std::vector<double> unsure_time_;  // uncertainty of late_
    std::vector<double> start_;        // potentials at the start
    std::vector<double> ends_;         // norms at which branches have arrived in the race
    std::vector<double> gathered_;     // int E ds, as the race has it
    std::vector<double> moved_;        // what the flow gathers beyond that
    std::vector<double> unsure_;       // uncertainty of moved_
    partial_solution everything_;
    bool elsewhere_ = false;     // the flow has left the race's saddles
    double plateau_late_ = 0;    // the flow's time of the present saddle less the race's
    double plateau_unsure_ = 0;  // uncertainty of plateau_late_
    double clock_unsure_ = 0;    // the same on the fusion clock
};

double estimate::speed_at(const partial_solution& saddle) const {
    std::vector<int> branches;
    std::vector<double> weights;
    for (const int k : saddle.learned) {
        const double norm = moments_.part(saddle.weights, k).norm();
        if (norm > 0) {
            branches.push_back(arch_.branch(k));
            weights.push_back(norm);
        }
    }
    return arch_.shared() == 0 || weights.empty()
               ? 1
               : std::pow(trunk_norm(branches, weights, arch_.shared()), arch_.shared());
}

// Branches of one layer grow together, others each by itself.
std::vector<data::modality_set> estimate::groups_of(const data::modality_set& set) const {
    std::vector<data::modality_set> groups;
    data::modality_set together;
    for (const int m : set) {
        if (arch_.branch(m) == 1) {
            together.push_back(m);
        } else {
            groups.push_back({m});
        }
    }
    if (!together.empty()) {
        groups.push_back(together);
    }
    return groups;
}

rise estimate::rise_of(const data::modality_set& group, const partial_solution& before,
                       const partial_solution& after, bool first) const {
    const auto inputs = inputs_of(moments_, group);
    const Eigen::MatrixXd e = moments_.matrix(before.residual)(Eigen::all, inputs);
    const Eigen::MatrixXd end = moments_.matrix(after.weights)(Eigen::all, inputs);
    const Eigen::MatrixXd s = conditional_covariance(moments_, inputs, before.learned);
    const int n = arch_.branch(group.front());
    const int p = arch_.shared();
    const double speed = first ? speed_at(after) : speed_at(before);
    const double curvature = (e * s).cwiseProduct(e).sum();
    const bool carried = n == 1 && std::ssize(group) < std::ssize(after.learned);
    // The one that grows fastest; others of the group may have no residual of their own.
    const int lead = *std::max_element(group.begin(), group.end(), [&](int a, int b) {
        return std::abs(rate_at(before, a)) < std::abs(rate_at(before, b));
    });
    rise r{group};
    r.slow.assign(group.size(), 0);
    r.effect = Eigen::MatrixXd::Zero(e.rows(), moments_.dimension());
    r.rate = std::abs(rate_at(before, lead));
    Eigen::MatrixXd begin = end;
    if (carried) {
        begin.setZero();
    } else if (inputs.size() > 1 && curvature > 0) {
        begin = e.squaredNorm() / curvature * e;
    }
    const double height = begin.norm();
    const double together =
        n == 1 && r.rate > 0 ? e.norm() / r.rate : 1;  // |E| of the group over that of the leader
    if (first && !carried) {
        r.layer = std::pow(height, 1.0 / (n + p)) / together;
        r.path_rate = r.rate * std::pow(together, p);
    } else {
        r.layer = carried ? 0 : std::pow(height / speed, 1.0 / n);
        r.path_rate = r.rate * speed;
    }
    r.parts.assign(group.size(), learned_part);
    if (inputs.size() > 1 || carried) {
        Eigen::Index at = 0;
        for (std::size_t k = 0; k < group.size(); ++k) {
            const Eigen::Index dim = moments_.dim(group[k]);
            const double given = begin.middleCols(at, dim).norm();
            r.parts[k] = given > 0 ? end.middleCols(at, dim).norm() * learned_part / given : 1;
            at += dim;
        }
        const settling rest =
            carried ? settle(moments_, group, begin, end, s, std::pow(speed_at(after), 2), 1)
            : first ? settle(moments_, group, begin, end, s, 1, n + p)
                    : settle(moments_, group, begin, end, s, std::pow(speed, 2.0 / n), n);
        r.slow = rest.slow;
        r.effect = rest.lag * moments_.covariance()(inputs, Eigen::all) * speed_at(after);
    }
    return r;
}

// How much shorter a wait is because the modalities that wait make the trunk larger and so the
// clock faster: u_f^2 grows by their u_k^2, less what the learned ones give back.
double estimate::hurry(const partial_solution& before, double clock, double speed) const {
    const int p = arch_.shared();
    if (p == 0 || before.learned.empty()) {
        return 0;
    }
    const int learned_depth = arch_.branch(before.learned.front());
    const double trunk = std::pow(speed, 1.0 / p);
    double squares = 0;
    for (int m = 0; m < moments_.count(); ++m) {
        const double rate = std::abs(rate_at(before, m));
        const int n = arch_.branch(m);
        if (data::contains(before.learned, m) || !(rate > 0) || n < 2) {
            continue;
        }
        const double from = to_go(before, m, false) + end_of(m);
        const double to = std::max(from - rate * clock, potential(n, trunk));
        if (!(to < from)) {
            continue;
        }
        if (n == 2) {
            squares += (std::exp(-2 * to) - std::exp(-2 * from)) / (2 * rate);
        } else if (n == 4) {
            squares += std::log(from / to) / (2 * rate);
        } else {
            const double q = 2.0 / (n - 2);
            squares += std::pow(n - 2, -q) * (std::pow(from, 1 - q) - std::pow(to, 1 - q)) /
                       ((1 - q) * rate);
        }
    }
    const double shared = static_cast<double>(p * learned_depth) / (p + learned_depth);
    return std::min(squares * shared / (2 * trunk * trunk), clock / 2) / speed;
}

// True if a learned scalar has to change its sign to get from one saddle to the next. Balanced
// layers cannot: the flow goes to a saddle that the race does not know.
bool estimate::changes_sign(const partial_solution& before, const partial_solution& after) const {
    return std::any_of(before.learned.begin(), before.learned.end(), [&](int m) {
        const auto from = moments_.part(before.weights, m);
        return from.size() == 1 && arch_.branch(m) > 1 &&
               from(0) * moments_.part(after.weights, m)(0) < 0;
    });
}

// Follows one step of the race, and estimates how the flow differs from it.
void estimate::step(const partial_solution& before, const partial_solution& after, bool first) {
    data::modality_set learned;
    int winner = -1;
    double clock = never;
    for (const int m : after.learned) {
        if (data::contains(before.learned, m)) {
            continue;
        }
        learned.push_back(m);
        const double own = to_go(before, m, false) / std::abs(rate_at(before, m));
        if (own < clock) {
            clock = own;
            winner = m;
        }
    }
    if (winner < 0) {
        return;
    }
    const bool elsewhere = elsewhere_;
    elsewhere_ = elsewhere_ || changes_sign(before, after);
    const double speed = first ? 1 : speed_at(before);
    const double plateau_late = plateau_late_;
    const double plateau_unsure = plateau_unsure_;
    const double clock_unsure = clock_unsure_;
    for (const data::modality_set& group : groups_of(learned)) {
        const rise r = rise_of(group, before, after, first);
        const int m = data::contains(group, winner) ? winner : group.front();
        const auto i = static_cast<std::size_t>(m);
        const int n = arch_.branch(m);
        const int d = first ? arch_.depth(m) : n;
        const double layer = r.layer;
        const bool carried = !(layer > 0);
        const double rate = std::abs(rate_at(before, m));
        // Measured on the fusion clock:
        const double own_clock =
            carried
                ? clock
                : std::max(0.0, (to_go(before, m, true) + end_of(m) - potential(n, layer)) / rate);
        const double lasts = carried ? 0 : std::pow(layer, 2 - n) / rate;
        const double extra = own_clock - clock;
        const double unsure_clock = unsure_[i] / rate + unsure_rise * lasts;
        // Measured in time:
        const double rise_time = carried ? 0 : std::pow(layer, 2 - d) / r.path_rate;
        const double sooner = first ? 0 : hurry(before, clock, speed);
        double reached = plateau_late;
        if (first && !carried) {
            reached = (potential(d, arch_.shared() == 0 ? ends_[i] : 1.0) - potential(d, layer)) /
                      r.path_rate;
        } else if (!first) {
            reached += extra / speed - sooner;
        }
        const double unsure =
            first ? unsure_rise * rise_time
                  : (arch_.shared() == 0 ? 0 : plateau_unsure + clock_unsure / speed) +
                        unsure_clock / speed +
                        (arch_.shared() == 0 ? 0 : unsure_trunk * (sooner + rise_time));
        for (std::size_t k = 0; k < group.size(); ++k) {
            const auto g = static_cast<std::size_t>(group[k]);
            late_[g] = reached + height_offset(d, r.parts[k]) * rise_time + r.slow[k];
            unsure_time_[g] = unsure;
            if (elsewhere) {
                unsure_time_[g] += raced_.answer.times[g];
            }
            if (moments_.dim(group[k]) > 1 || group.size() > 1) {
                unsure_time_[g] += unsure_turn * (rise_time + r.slow[k]);
            }
        }
        if (m == winner) {
            plateau_late_ = reached + (first ? clock_offset(n, d) * rise_time : 0);
            plateau_unsure_ = unsure;
            clock_unsure_ = unsure_clock;
            carry(r, before, after, clock, extra, unsure_clock);
        }
    }
}

// Passes on what a rise does to the modalities that go on waiting.
void estimate::carry(const rise& r, const partial_solution& before, const partial_solution& after,
                     double clock, double extra, double unsure_clock) {
    const auto moved = r.effect.reshaped();
    const double speed = speed_at(after);
    const double lasts = r.layer > 0 && r.rate > 0
                             ? std::pow(r.layer, 2 - arch_.branch(r.group.front())) / r.rate
                             : 0;
    for (int m = 0; m < moments_.count(); ++m) {
        if (data::contains(after.learned, m)) {
            continue;
        }
        const auto i = static_cast<std::size_t>(m);
        const Eigen::VectorXd e_before = moments_.part(before.residual, m);
        const Eigen::VectorXd e = moments_.part(after.residual, m);
        const Eigen::VectorXd effect = moments_.part(moved, m);
        gathered_[i] += rate_at(before, m) * clock;
        moved_[i] += rate_at(before, m) * extra;
        unsure_[i] += (e - e_before).norm() * unsure_clock + unsure_lag * effect.norm();
        if (!(e.norm() > 0)) {
            continue;
        }
        moved_[i] += e.size() == 1 ? effect(0) : effect.dot(e) / e.norm();
        if (e.size() > 1 && arch_.branch(m) == 2 && e_before.norm() > 0) {
            const double cosine = e.dot(e_before) / (e.norm() * e_before.norm());
            moved_[i] += std::log(std::max(1e-3, (1 + cosine) / 2));
        }
        // A weight that is already a part `felt` of its end is not small: so much is unsure.
        const int n = arch_.branch(m);
        const double left = to_go(after, m, true);
        const double norm = left > 0 || n == 2 ? norm_at_potential(n, left + end_of(m)) : 1;
        const double end = moments_.part(everything_.weights, m).norm() / speed;
        const double felt = end > 0 ? std::min(1.0, std::pow(norm, n) / end) : 1;
        unsure_[i] += felt * (std::max(left, 0.0) + e_before.norm() * lasts);
    }
}

}  // namespace

std::vector<double> estimated_errors(const data::moments& moments, const architecture& arch,
                                     const initialisation& init, const race_result& raced) {
    return estimate(moments, arch, init, raced).run();
}

}  // namespace fusionflow::theory
