#include "fusionflow/theory/finite/effective_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "fusionflow/theory/race/small_layers.hpp"

namespace fusionflow::theory {

namespace {

constexpr std::size_t most_small_layers = 8;

// The norm to which each kind of layer takes a unit vector at t = 0, at large width, in schemes
// that keep norms.
class gaussian_norms {
public:
    gaussian_norms(const data::moments& moments, const architecture& arch,
                   const initialisation& init)
        : init_(init), width_(static_cast<double>(init.width)),
          modalities_(static_cast<double>(moments.count())) {
        for (int m = 0; m < moments.count(); ++m) {
            fusing_columns_ += arch.branch(m) == 1 ? moments.dim(m) : width_;
        }
    }
    // The norm is sqrt(rows) times the standard deviation of an entry. A last layer acts backwards
    // from the one output: for it rows are units below.
    [[nodiscard]] double first(int m, int dim) const { return of(m) / std::sqrt(dim); }
    [[nodiscard]] double middle(int m) const { return of(m) / std::sqrt(width_); }
    [[nodiscard]] double fusing(int m) const {
        return of(m) * std::sqrt(modalities_ / fusing_columns_);
    }
    [[nodiscard]] double trunk_middle() const {
        return std::sqrt(modalities_) * (trunk() / std::sqrt(width_));
    }
    [[nodiscard]] double trunk_last() const { return std::sqrt(modalities_) * trunk(); }
    // The fusing layer where it is the last one, seen by branch m.
    [[nodiscard]] double last(int m) const {
        return of(m) * std::sqrt(modalities_ / fusing_columns_ * width_);
    }

private:
    [[nodiscard]] double of(int m) const { return init_.branch_factor(m) * init_.u0; }
    [[nodiscard]] double trunk() const { return init_.trunk_factor * init_.u0; }

    const initialisation& init_;
    double width_;
    double modalities_;
    double fusing_columns_ = 0;
};

// A, at which all small layers start but the one that starts at zero.
double companion(const std::vector<double>& scales) {
    if (scales.size() == 2) {
        return std::hypot(scales[0], scales[1]);
    }
    const double half = static_cast<double>(scales.size()) / 2 - 1;
    // Scales are divided by the first one, so that no power of it leaves the range of numbers.
    std::vector<double> relative;
    relative.reserve(scales.size());
    for (const double s : scales) {
        relative.push_back(s / scales[0]);
    }
    const double ratio = boost::math::beta(0.5, half) / (2 * blow_up_time(relative).time);
    return scales[0] * std::pow(ratio, 1 / (2 * half));
}

// Starts of the small layers of a chain: all at A, except the layer `zero` at 0.
std::vector<double> small_start(const std::vector<double>& scales, std::size_t zero) {
    std::vector<double> start(scales.size(), scales.size() > 1 ? companion(scales) : 0.0);
    if (!start.empty()) {
        start[zero] = 0;
    }
    return start;
}

aligned_weights balanced_weights(const data::moments& moments, const architecture& arch,
                                 const initialisation& init) {
    const Eigen::VectorXd directions = initial_directions(moments);
    aligned_weights start;
    double trunk_square = init.trunk_excess;
    for (int m = 0; m < moments.count(); ++m) {
        const double norm = init.norm(m);
        trunk_square += norm * norm;
        start.first.emplace_back(norm * moments.part(directions, m));
        start.branches.emplace_back(static_cast<std::size_t>(arch.branch(m) - 1), norm);
    }
    start.trunk.assign(static_cast<std::size_t>(arch.shared()), std::sqrt(trunk_square));
    return start;
}

class gaussian_start {
public:
    gaussian_start(const data::moments& moments, const architecture& arch,
                   const initialisation& init)
        : moments_(moments), arch_(arch), norms_(moments, arch, init),
          directions_(initial_directions(moments)) {}

    aligned_weights run() {
        for (int m = 0; m < moments_.count(); ++m) {
            start_branch(m);
        }
        start_trunk();
        return std::move(start_);
    }

private:
    void start_branch(int m);
    void start_trunk();
    [[nodiscard]] std::vector<double> trunk_scales() const;
    [[nodiscard]] bool two_layers(int m) const { return arch_.depth(m) == 2; }

    const data::moments& moments_;
    const architecture& arch_;
    gaussian_norms norms_;
    Eigen::VectorXd directions_;
    aligned_weights start_;
};

std::vector<double> gaussian_start::trunk_scales() const {
    std::vector<double> scales;
    scales.assign(static_cast<std::size_t>(std::max(arch_.shared() - 1, 0)), norms_.trunk_middle());
    return scales;
}

void gaussian_start::start_branch(int m) {
    const int n = arch_.branch(m);
    const double first = norms_.first(m, moments_.dim(m));
    const Eigen::VectorXd direction = moments_.part(directions_, m);
    start_.first.emplace_back(Eigen::VectorXd::Zero(moments_.dim(m)));
    if (n == 1) {
        start_.branches.emplace_back();
        if (arch_.shared() >= 2) {  // all branches have one layer then: together one along s
            start_.first.back() = norms_.fusing(m) * moments_.part(moments_.correlation(), m) /
                                  moments_.correlation().norm();
        }
        return;
    }
    if (n == 2 && arch_.shared() == 0) {
        start_.branches.push_back({std::hypot(first, norms_.last(m))});
        return;
    }
    start_.first.back() = first * direction;
    std::vector<double> scales(static_cast<std::size_t>(n - 2), norms_.middle(m));
    if (arch_.shared() > 0) {
        scales.push_back(norms_.fusing(m));
    }
    // The last small layer x_m starts at zero: layers of the trunk are then sqrt(b^2 + sum x_m^2).
    start_.branches.push_back(small_start(scales, scales.size() - 1));
    if (arch_.shared() == 0) {
        start_.branches.back().push_back(norms_.last(m));
    }
}

void gaussian_start::start_trunk() {
    if (arch_.shared() == 0) {
        return;
    }
    double last = norms_.trunk_last();
    if (arch_.shared() == 1) {
        for (int m = 0; m < moments_.count(); ++m) {
            last = two_layers(m) ? std::hypot(norms_.trunk_last(), norms_.fusing(m)) : last;
        }
    } else if (arch_.branch(0) == 1) {
        start_.trunk = small_start(trunk_scales(), 0);
    } else {
        std::vector<double> scales = trunk_scales();
        scales.push_back(norms_.fusing(0));  // the branches' last layers, which start at zero
        start_.trunk = small_start(scales, scales.size() - 1);
        start_.trunk.pop_back();
    }
    start_.trunk.push_back(last);
}

}  // namespace

std::string missing_start(const architecture& arch, const initialisation& init) {
    if (init.balanced()) {
        return "";
    }
    if (!init.drawn->keeps_norms) {
        return fmt::format("layers of {} networks are not small", init.drawn->name);
    }
    if (!init.has_norm()) {
        return "layers begin with norms of their own (--layer-norms)";
    }
    if (!init.widths.empty()) {
        return "hidden layers have different widths (--widths)";
    }
    const auto& n = arch.branches();
    const auto [least, most] = std::minmax_element(n.begin(), n.end());
    if (!init.plain_factors() && (arch.shared() >= 2 || *least == 1)) {
        return "parts learn at rates of their own (--learning-rates) where branches have one layer "
               "or meet a trunk of two layers or more";
    }
    if (arch.shared() >= 2 && *least != *most) {
        return "branches of different depth below a trunk of two layers or more";
    }
    if (arch.shared() >= 2 && *most >= 3) {
        return "small layers of all branches and of the trunk drive each other where branches of "
               "three layers or more meet a trunk of two or more";
    }
    if (*most + arch.shared() - 2 > static_cast<int>(most_small_layers)) {
        return "paths of more than ten layers";
    }
    return "";
}

effective_start aligned_start(const data::moments& moments, const architecture& arch,
                              const initialisation& init) {
    arch.match(moments);
    init.validate(moments.count());
    (void)moments.correlation();  // refuses several targets
    if (init.balanced()) {
        return {balanced_weights(moments, arch, init), ""};
    }
    std::string missing = missing_start(arch, init);
    if (!missing.empty()) {
        return {{}, std::move(missing)};
    }
    return {gaussian_start(moments, arch, init).run(), ""};
}

}  // namespace fusionflow::theory
