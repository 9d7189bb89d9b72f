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
    return -time_power(arch, m) * std::log10(init.norm(m));
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
    return {init.drawn->power({1, units, static_cast<double>(moments.dim(m)), units}),
            init.drawn->power({modalities, targets, modalities * units, units})};
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
}

double initialisation::norm(int m) const {
    return branch_norms.empty() ? u0 : branch_norms[static_cast<std::size_t>(m)];
}

double initialisation::norm_of(const layer_entries& entries) const {
    return scale() * std::sqrt(drawn->power(entries));
}

initialisation initialisation::of_size_one() const {
    initialisation scaled = *this;
    for (double& norm : scaled.branch_norms) {
        norm /= u0;
    }
    scaled.trunk_excess = trunk_excess / u0 / u0;
    scaled.u0 = 1;
    return scaled;
}

void require_widths(const architecture& arch, const initialisation& init) {
    const int longest = *std::max_element(arch.branches().begin(), arch.branches().end());
    const int hidden = longest + arch.shared() - 1;
    data::need(init.widths.empty() || std::ssize(init.widths) == hidden, "widths",
               "need {} numbers, one per hidden layer on the longest path, got {}", hidden,
               init.widths.size());
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
