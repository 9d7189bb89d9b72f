#include "fusionflow/solver/compact/krylov.hpp"

#include <algorithm>
#include <utility>

namespace fusionflow::solver {

krylov_growth::krylov_growth(const std::vector<int>& dims, const hidden_widths& hidden,
                             Eigen::Index outputs)
    : dims_(dims), outputs_(outputs) {
    const auto add_space = [this](Eigen::Index units, bool is_hidden) {
        spaces_.push_back({units, is_hidden ? 0 : units, is_hidden});
        return spaces_.size() - 1;
    };
    for (const Eigen::Index units : hidden.trunk) {
        trunk_spaces_.push_back(add_space(units, true));
    }
    const std::size_t last = add_space(outputs, false);
    const std::size_t meeting = trunk_spaces_.empty() ? last : trunk_spaces_.front();
    for (std::size_t m = 0; m < dims.size(); ++m) {
        std::size_t below = add_space(dims[m], false);
        std::vector<std::size_t>& branch = branch_spaces_.emplace_back();
        for (const Eigen::Index units : hidden.branches[m]) {
            branch.push_back(add_space(units, true));
            links_.push_back({below, branch.back()});
            below = branch.back();
        }
        links_.push_back({below, meeting});
    }
    for (std::size_t i = 0; i < trunk_spaces_.size(); ++i) {
        links_.push_back(
            {trunk_spaces_[i], i + 1 < trunk_spaces_.size() ? trunk_spaces_[i + 1] : last});
    }
    portions_.assign(spaces_.size(), 0);
    sizes_.push_back(known());
}

void krylov_growth::take_inputs_by(const std::vector<Eigen::Index>& portions) {
    std::size_t l = 0;
    for (std::size_t m = 0; m < portions.size(); ++m) {
        portions_[links_[l].below] = portions[m];
        l += branch_spaces_[m].size() + 1;
    }
}

Eigen::Index krylov_growth::applied(std::size_t s, Eigen::Index known, int round) const {
    return portions_[s] > 0 ? std::min(known, portions_[s] * round) : known;
}

void krylov_growth::start_with_biases() {
    biased_ = true;
    sizes_ = {known()};
}

std::vector<std::size_t> krylov_growth::biased_spaces() const {
    std::vector<std::size_t> all;
    for (const auto& branch : branch_spaces_) {
        all.insert(all.end(), branch.begin(), branch.end());
    }
    all.insert(all.end(), trunk_spaces_.begin(), trunk_spaces_.end());
    all.push_back(links_.back().above);
    return all;
}

std::vector<Eigen::Index> krylov_growth::known() const {
    std::vector<Eigen::Index> sizes;
    sizes.reserve(spaces_.size());
    for (const space& s : spaces_) {
        sizes.push_back(s.known);
    }
    return sizes;
}

void krylov_growth::grow() {
    // Vectors that a round adds are not applied in the same round.
    const std::vector<Eigen::Index> before = sizes_.back();
    for (std::size_t l = 0; l < links_.size(); ++l) {
        const std::size_t below = links_[l].below;
        const std::size_t above = links_[l].above;
        if (!spaces_[above].full()) {
            raise(l, applied(below, before[below], rounds() + 1));
        }
        if (!spaces_[below].full()) {
            lower(l, before[above]);
        }
    }
    finish_round();
    sizes_.push_back(known());
}

int krylov_growth::least_rounds() const {
    constexpr int far = 1'000'000;
    std::vector<int> distance;
    for (const space& s : spaces_) {
        distance.push_back(s.hidden ? far : 0);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (const link& l : links_) {
            for (const auto& [to, from] : {std::pair{l.above, l.below}, {l.below, l.above}}) {
                if (distance[from] + 1 < distance[to]) {
                    distance[to] = distance[from] + 1;
                    changed = true;
                }
            }
        }
    }
    return *std::max_element(distance.begin(), distance.end());
}

bool krylov_growth::closed_at(int rounds) const {
    const auto r = static_cast<std::size_t>(rounds);
    const bool all_applied = std::all_of(links_.begin(), links_.end(), [&](const link& l) {
        const Eigen::Index there = sizes_[r][l.below];
        return spaces_[l.above].units == sizes_[r][l.above] ||
               applied(l.below, there, rounds + 1) == there;
    });
    return all_applied && sizes_[r] == sizes_[r + 1];
}

Eigen::Index krylov_growth::size_at(int rounds, std::size_t s) const {
    return std::max<Eigen::Index>(1, sizes_[static_cast<std::size_t>(rounds)][s]);
}

double krylov_growth::most_weights(int rounds) const {
    // Each vector that is applied for the first time adds at most one new vector.
    std::vector<double> sizes;
    for (const space& s : spaces_) {
        sizes.push_back(static_cast<double>(s.known));
    }
    std::vector<std::pair<double, double>> applied;  // below, above
    for (const link& l : links_) {
        applied.emplace_back(static_cast<double>(l.raised), static_cast<double>(l.lowered));
    }
    for (int round = this->rounds(); round < rounds; ++round) {
        const std::vector<double> before = sizes;
        for (std::size_t l = 0; l < links_.size(); ++l) {
            const auto all = static_cast<Eigen::Index>(before[links_[l].below]);
            const auto now = static_cast<double>(this->applied(links_[l].below, all, round + 1));
            sizes[links_[l].above] += now - applied[l].first;
            sizes[links_[l].below] += before[links_[l].above] - applied[l].second;
            applied[l] = {now, before[links_[l].above]};
        }
        for (std::size_t s = 0; s < sizes.size(); ++s) {
            sizes[s] = std::min(sizes[s], static_cast<double>(spaces_[s].units));
        }
    }
    double count = 0;
    for (const link& l : links_) {
        count += sizes[l.below] * sizes[l.above];
    }
    return count;
}

weighted_network krylov_growth::network(int rounds) const {
    hidden_widths hidden;
    for (const auto& branch : branch_spaces_) {
        std::vector<Eigen::Index>& units = hidden.branches.emplace_back();
        for (const std::size_t s : branch) {
            units.push_back(size_at(rounds, s));
        }
    }
    for (const std::size_t s : trunk_spaces_) {
        hidden.trunk.push_back(size_at(rounds, s));
    }
    weighted_network small{network_shape(dims_, hidden, outputs_), {}};
    small.weights.assign(static_cast<std::size_t>(small.shape.size()), 0.0);
    std::size_t l = 0;
    const auto copy = [&](const layer& to) {
        const Eigen::Index rows =
            std::min(to.rows, sizes_[static_cast<std::size_t>(rounds)][links_[l].above]);
        const Eigen::Index cols =
            std::min(to.cols, sizes_[static_cast<std::size_t>(rounds)][links_[l].below]);
        matrix(small.weights.data(), to).topLeftCorner(rows, cols) = corner(l, rows, cols);
        ++l;
    };
    for (int m = 0; m < small.shape.count(); ++m) {
        std::for_each(small.shape.branch(m).begin(), small.shape.branch(m).end(), copy);
    }
    std::for_each(small.shape.trunk().begin(), small.shape.trunk().end(), copy);
    if (!biased_) {
        return small;
    }
    for (const std::size_t s : biased_spaces()) {
        const Eigen::Index size = sizes_[static_cast<std::size_t>(rounds)][s];
        const Eigen::VectorXd b = bias(s, size);
        small.weights.insert(small.weights.end(), b.begin(), b.end());
        small.weights.resize(
            small.weights.size() + static_cast<std::size_t>(size_at(rounds, s) - size), 0.0);
    }
    return small;
}

}  // namespace fusionflow::solver
