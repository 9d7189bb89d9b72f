#include "fusionflow/solver/compact/sampled.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "fusionflow/data/error.hpp"
#include "fusionflow/theory/learning.hpp"

namespace fusionflow::solver {

namespace {

using theory::unknown;

}  // namespace

network_sampler::network_sampler(const std::vector<int>& dims, const hidden_widths& hidden,
                                 Eigen::Index outputs, const theory::initialisation& init,
                                 std::uint64_t seed)
    : krylov_growth(dims, hidden, outputs), random_(seed) {
    if (init.balanced()) {
        throw data::input_error("scheme", fmt::format("need {} to sample entries",
                                                      theory::schemes().names([](const auto& s) {
                                                          return !s.balanced;
                                                      })));
    }
    const auto modalities = static_cast<double>(dims.size());
    std::size_t l = 0;
    double fusing_columns = 0;
    for (std::size_t m = 0; m < dims.size(); ++m) {
        l += hidden.branches[m].size();
        fusing_columns += static_cast<double>(spaces()[links()[l++].below].units);
    }
    l = 0;
    const auto add = [&](double share, double columns, std::size_t above,
                         std::optional<int> branch) {
        const auto rows = static_cast<double>(spaces()[links()[l++].above].units);
        deviations_.push_back(init.norm_of({.share = share,
                                            .rows = rows,
                                            .columns = columns,
                                            .above = static_cast<int>(above),
                                            .branch = branch}));
    };
    const std::size_t shared = hidden.trunk.size();
    for (std::size_t m = 0; m < dims.size(); ++m) {
        for (std::size_t j = hidden.branches[m].size(); j > 0; --j) {
            add(1, static_cast<double>(spaces()[links()[l].below].units), j + shared,
                static_cast<int>(m));
        }
        add(modalities, fusing_columns, shared, static_cast<int>(m));
    }
    while (l < links().size()) {
        add(modalities, static_cast<double>(spaces()[links()[l].below].units),
            links().size() - 1 - l, std::nullopt);
    }
    for (const link& along : links()) {
        entries_.emplace_back(Eigen::MatrixXd::Constant(spaces()[along.above].known,
                                                        spaces()[along.below].known, unknown));
    }
    if (init.bias() != theory::bias_start::none) {
        draw_biases(init, fusing_columns);
    }
    finish_round();
}

// Zero biases have no direction: they grow along vectors that weights add to the bases anyway.
void network_sampler::draw_biases(const theory::initialisation& init, double fusing_columns) {
    const bool drawn = init.bias() == theory::bias_start::drawn;
    std::vector<double> fan_in(spaces().size());
    for (const link& l : links()) {
        fan_in[l.above] = static_cast<double>(spaces()[l.below].units);
    }
    const std::vector<std::size_t> biased = biased_spaces();
    fan_in[meeting_space()] = fusing_columns;
    bias_lengths_.assign(spaces().size(), 0);
    output_biases_ = Eigen::VectorXd::Zero(spaces()[biased.back()].units);
    for (const std::size_t s : biased) {
        const double bound = drawn ? 1 / std::sqrt(fan_in[s]) : 0;
        if (!spaces()[s].hidden) {
            for (double& b : output_biases_) {
                b = drawn ? random_.uniform(-bound, bound) : 0;
            }
        } else if (drawn) {
            const auto units = static_cast<double>(spaces()[s].units);
            bias_lengths_[s] = bound / std::sqrt(3.0) * random_.chi(units);
            add_vector(s);
        }
    }
    start_with_biases();
}

Eigen::VectorXd network_sampler::bias(std::size_t s, Eigen::Index count) const {
    if (!spaces()[s].hidden) {
        return output_biases_;
    }
    Eigen::VectorXd along = Eigen::VectorXd::Zero(count);
    if (count > 0) {
        along(0) = bias_lengths_[s];
    }
    return along;
}

Eigen::Block<Eigen::MatrixXd> network_sampler::entries(std::size_t l) {
    return entries_[l].topLeftCorner(spaces()[links()[l].above].known,
                                     spaces()[links()[l].below].known);
}

void network_sampler::reveal(std::size_t l, double& entry) {
    if (std::isnan(entry)) {
        entry = deviations_[l] * random_.normal();
    }
}

// W x and W^T y of vectors applied before lie in the old basis, so they are zero along the new one.
void network_sampler::add_vector(std::size_t s) {
    ++spaces()[s].known;
    for (std::size_t l = 0; l < links().size(); ++l) {
        const link& along = links()[l];
        const auto rows = spaces()[along.above].known;
        const auto cols = spaces()[along.below].known;
        Eigen::MatrixXd& w = entries_[l];
        if (rows > w.rows() || cols > w.cols()) {
            w.conservativeResize(rows > w.rows() ? 2 * rows : w.rows(),
                                 cols > w.cols() ? 2 * cols : w.cols());
        }
        if (along.above == s) {
            w.row(rows - 1).head(cols).setConstant(unknown);
            w.row(rows - 1).head(along.raised).setZero();
        }
        if (along.below == s) {
            w.col(cols - 1).head(rows).setConstant(unknown);
            w.col(cols - 1).head(along.lowered).setZero();
        }
    }
}

void network_sampler::raise(std::size_t l, Eigen::Index count) {
    link& along = links()[l];
    for (; along.raised < count; ++along.raised) {
        const Eigen::Index x = along.raised;
        for (double& entry : entries(l).col(x)) {
            reveal(l, entry);
        }
        const space& target = spaces()[along.above];
        if (!target.full()) {
            const auto free = static_cast<double>(target.units - target.known);
            const double length = deviations_[l] * random_.chi(free);
            add_vector(along.above);
            entries_[l](target.known - 1, x) = length;
        }
    }
}

void network_sampler::lower(std::size_t l, Eigen::Index count) {
    link& along = links()[l];
    for (; along.lowered < count; ++along.lowered) {
        const Eigen::Index y = along.lowered;
        for (double& entry : entries(l).row(y)) {
            reveal(l, entry);
        }
        const space& target = spaces()[along.below];
        if (!target.full()) {
            const auto free = static_cast<double>(target.units - target.known);
            const double length = deviations_[l] * random_.chi(free);
            add_vector(along.below);
            entries_[l](y, target.known - 1) = length;
        }
    }
}

// Draws all entries between known vectors, so that a round's network is a corner of later ones.
void network_sampler::finish_round() {
    for (std::size_t l = 0; l < links().size(); ++l) {
        for (auto column : entries(l).colwise()) {
            for (double& entry : column) {
                reveal(l, entry);
            }
        }
    }
}

Eigen::MatrixXd network_sampler::corner(std::size_t l, Eigen::Index rows, Eigen::Index cols) const {
    return entries_[l].topLeftCorner(rows, cols);
}

}  // namespace fusionflow::solver
