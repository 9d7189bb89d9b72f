#include "fusionflow/theory/initialisation.hpp"

#include <fmt/format.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::theory {

namespace {

constexpr double most_log10 = 295;  // of a time; the room up to 1e308 is for prefactors

// A phase of m, and the speed of time on the fusion clock, are about u_m(0) to minus this power at
// most.
int time_power(const architecture& arch, int m) {
    return std::max(arch.depth(m) - 2, arch.shared());
}

double log10_longest(const architecture& arch, const initialisation& init, int m) {
    return init.has_norm() ? -time_power(arch, m) * std::log10(init.norm(m)) : 0;
}

constexpr std::int64_t widest = 1'000'000'000'000;

// The nearest matrix whose singular values are all 1.
Eigen::MatrixXd polar_factor(const Eigen::MatrixXd& of) {
    const Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::FullPivHouseholderQRPreconditioner> svd(
        of, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const Eigen::Index rank = std::min(of.rows(), of.cols());
    return svd.matrixU().leftCols(rank) * svd.matrixV().leftCols(rank).transpose();
}

// Expected sum of squares, over all hidden units of a two-layer late network, of the weights of one
// input of modality m and of one output; in units of scale()^2.
struct two_layer_powers {
    double input;
    double output;
};

two_layer_powers powers_of(const data::moments& moments, const initialisation& init, int m) {
    const auto units = static_cast<double>(init.last_width());
    const double modalities = moments.count();
    const double targets = moments.outputs();
    return {init.power({1, units, static_cast<double>(moments.dim(m)), units, 1, m}),
            init.power({modalities, targets, modalities * units, units, 0, m})};
}

// The part that layer j on the path of modality m belongs to, counted from 1 at the input.
std::optional<int> part_of(const architecture& arch, int m, int j) {
    return j <= arch.branch(m) ? std::optional(m) : std::nullopt;
}

}  // namespace

void initialisation::validate(int modalities) const {
    data::need(u0 > 0 && std::isfinite(u0), "init", "need finite u0 > 0, got {}", u0);
    data::need(width >= 1 && width <= widest, "width", "need 1 <= H <= 1e12, got {}", width);
    for (const std::int64_t units : widths) {
        data::need(units >= 1 && units <= widest, "widths", "need 1 <= H <= 1e12, got {}", units);
    }
    const bool balanced_only = !branch_norms.empty() || trunk_excess != 0;
    data::need(!balanced_only || balanced(), "branch_norms", "need the balanced scheme");
    data::need(branch_norms.empty() || static_cast<int>(branch_norms.size()) == modalities,
               "branch_norms", "need {} numbers, got {}", modalities, branch_norms.size());
    for (const double norm : branch_norms) {
        data::need(norm > 0 && std::isfinite(norm), "branch_norms", "need finite norms > 0, got {}",
                   norm);
    }
    data::need(trunk_excess >= 0 && std::isfinite(trunk_excess), "trunk_excess",
               "need finite c >= 0, got {}", trunk_excess);
    data::need(gain > 0 && std::isfinite(gain), "gain", "need a finite gain > 0, got {}", gain);
    data::need(gain == 1 || drawn->has_gain, "gain", "needs --scheme {}",
               schemes().names([](const scheme& s) { return s.has_gain; }));
    data::need(layer_norms.empty() || drawn->keeps_norms, "layer-norms", "needs --scheme {}",
               schemes().names([](const scheme& s) { return s.keeps_norms; }));
    for (const double norm : layer_norms) {
        data::need(norm > 0 && std::isfinite(norm), "layer-norms", "need finite norms > 0, got {}",
                   norm);
    }
    data::need(branch_factors.empty() || static_cast<int>(branch_factors.size()) == modalities,
               "branch_factors", "need {} numbers, got {}", modalities, branch_factors.size());
    for (const double factor : branch_factors) {
        data::need(factor > 0 && std::isfinite(factor), "branch_factors",
                   "need finite factors > 0, got {}", factor);
    }
    data::need(trunk_factor > 0 && std::isfinite(trunk_factor), "trunk_factor",
               "need a finite factor > 0, got {}", trunk_factor);
    data::need(bias() != bias_start::drawn || !balanced(), "bias",
               "drawn needs --scheme {}: balanced networks have none or zero",
               schemes().names([](const scheme& s) { return !s.balanced; }));
}

double initialisation::scale() const noexcept {
    if (!layer_norms.empty()) {
        return *std::max_element(layer_norms.begin(), layer_norms.end());
    }
    return drawn->scaled ? u0 : gain;
}

double initialisation::power(const layer_entries& entries) const {
    const double factor = entries.branch ? branch_factor(*entries.branch) : trunk_factor;
    const double all = factor * factor * drawn->power(entries);
    if (layer_norms.empty()) {
        return all;
    }
    const auto place = layer_norms.size() - 1 - static_cast<std::size_t>(entries.above);
    const double relative = layer_norms[place] / scale();
    return relative * relative * all;
}

double initialisation::norm(int m) const {
    return branch_factor(m) *
           (branch_norms.empty() ? u0 : branch_norms[static_cast<std::size_t>(m)]);
}

bool initialisation::plain_factors() const noexcept {
    return trunk_factor == 1 && std::all_of(branch_factors.begin(), branch_factors.end(),
                                            [](double factor) { return factor == 1; });
}

double initialisation::norm_of(const layer_entries& entries) const {
    return scale() * std::sqrt(power(entries));
}

initialisation initialisation::of_size_one() const {
    initialisation scaled = *this;
    for (double& norm : scaled.branch_norms) {
        norm /= u0;
    }
    scaled.trunk_excess = trunk_excess / u0 / u0;
    for (double& norm : scaled.layer_norms) {
        norm /= scale();
    }
    scaled.u0 = 1;
    scaled.gain = 1;
    return scaled;
}

void require_widths(const architecture& arch, const initialisation& init) {
    const int longest = *std::max_element(arch.branches().begin(), arch.branches().end());
    const int hidden = longest + arch.shared() - 1;
    data::need(init.widths.empty() || std::ssize(init.widths) == hidden, "widths",
               "need {} numbers, one per hidden layer on the longest path, got {}", hidden,
               init.widths.size());
    data::need(init.layer_norms.empty() || std::ssize(init.layer_norms) == hidden + 1,
               "layer-norms", "need {} numbers, one per layer on the longest path, got {}",
               hidden + 1, init.layer_norms.size());
}

std::vector<double> expected_norms(const data::moments& moments, const architecture& arch,
                                   const initialisation& init, int m) {
    const double modalities = moments.count();
    std::vector<double> norms;
    for (int j = 1; j <= arch.depth(m); ++j) {
        const int above = arch.depth(m) - j;
        const double rows =
            above == 0 ? moments.outputs() : static_cast<double>(init.width_below(above));
        double columns = j == 1 ? moments.dim(m) : static_cast<double>(init.width_below(above + 1));
        if (j == arch.branch(m)) {
            columns = 0;
            for (int k = 0; k < moments.count(); ++k) {
                columns += arch.branch(k) == 1 ? moments.dim(k)
                                               : static_cast<double>(init.width_below(above + 1));
            }
        }
        norms.push_back(init.norm_of({.share = j < arch.branch(m) ? 1 : modalities,
                                      .rows = rows,
                                      .columns = columns,
                                      .count = rows * columns,
                                      .above = above,
                                      .branch = part_of(arch, m, j)}));
    }
    return norms;
}

std::string missing_norm(const data::moments& moments, const architecture& arch,
                         const initialisation& init, int m) {
    if (init.has_norm() || arch.two_layer_late()) {
        return "";
    }
    const std::vector<double> norms = expected_norms(moments, arch, init, m);
    const auto [least, most] = std::minmax_element(norms.begin(), norms.end());
    return fmt::format("its layers begin with norms from {:.3g} to {:.3g}, and the formulas for "
                       "this depth and fusion need one norm for all, below 1",
                       *least, *most);
}

bool in_range(const architecture& arch, const initialisation& init) {
    for (int m = 0; m < arch.count(); ++m) {
        if (!(log10_longest(arch, init, m) <= most_log10)) {
            return false;
        }
    }
    return true;
}

void require_range(const architecture& arch, const initialisation& init) {
    for (int m = 0; m < arch.count(); ++m) {
        const double size = log10_longest(arch, init, m);
        if (!(size <= most_log10)) {
            const int power = time_power(arch, m);
            throw data::input_error(
                "init", fmt::format("times of 10^{:.1f} (u0^-{}, log10 t) are beyond the range of "
                                    "numbers: need u0 >= {:.1e}, got {}; predict gives their log10",
                                    size, power, std::pow(10, -most_log10 / power), init.norm(m)));
        }
    }
}

void require_start(const data::moments& moments, const architecture& arch,
                   const initialisation& init) {
    arch.match(moments);
    init.validate(moments.count());
    require_range(arch, init);
}

Eigen::VectorXd initial_directions(const data::moments& moments) {
    const int targets = moments.outputs();
    Eigen::VectorXd directions = Eigen::VectorXd::Zero(moments.correlations().size());
    for (int m = 0; m < moments.count(); ++m) {
        Eigen::VectorXd along = moments.part(moments.correlations(), m);
        if (along.norm() == 0) {
            data::modality_set others = data::all_modalities(moments.count());
            std::erase(others, m);
            along = moments.part(solve_partial(moments, others).residual, m);
        }
        if (along.norm() == 0) {
            along(0) = 1;
        }
        moments.part(directions, m) =
            targets == 1 ? along.stableNormalized()
                         : polar_factor(along.reshaped(targets, moments.dim(m))).reshaped().eval();
    }
    return directions;
}

double effective_norm(const data::moments& moments, const architecture& arch,
                      const initialisation& init, int m) {
    if (!arch.two_layer_late() && !init.has_norm()) {
        constexpr double least = 1e-6;  // keeps the race's times, which nobody sees, in range
        double log_sum = 0;
        for (const double norm : expected_norms(moments, arch, init, m)) {
            log_sum += std::log(norm);
        }
        return std::max(least, std::exp(log_sum / arch.depth(m)));
    }
    if (!arch.two_layer_late() || init.balanced()) {
        return init.norm(m);
    }
    const auto [input, output] = powers_of(moments, init, m);
    return init.scale() / 2 * std::sqrt(input + output);
}

std::vector<Eigen::MatrixXd> expected_grams(const data::moments& moments,
                                            const initialisation& init) {
    (void)moments.correlation();  // refuses several targets
    const Eigen::VectorXd directions = initial_directions(moments);
    std::vector<Eigen::MatrixXd> grams;
    for (int m = 0; m < moments.count(); ++m) {
        const int dim = moments.dim(m);
        Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(dim + 1, dim + 1);
        if (init.balanced()) {
            Eigen::VectorXd aligned(dim + 1);
            aligned << moments.part(directions, m), 1.0;
            gram = init.norm(m) * init.norm(m) * aligned * aligned.transpose();
        } else {
            const auto [input, output] = powers_of(moments, init, m);
            const double square = init.scale() * init.scale();
            gram.topLeftCorner(dim, dim) *= square * input;
            gram(dim, dim) = square * output;
        }
        grams.push_back(std::move(gram));
    }
    return grams;
}

}  // namespace fusionflow::theory
