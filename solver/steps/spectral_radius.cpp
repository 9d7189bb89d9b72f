#include "fusionflow/solver/steps/spectral_radius.hpp"

#include <algorithm>
#include <cmath>

namespace fusionflow::solver {

namespace {

constexpr double power_difference = 1.5e-8;  // relative to |x|: the root of the rounding unit
constexpr double visible = 1e-3;             // largest difference in the flow's own measure
constexpr double share = 0.1;                // of a new direction in the one that was found last
constexpr double settled = 0.01;             // relative change by which the iteration ends
constexpr int most_products = 50;
constexpr double golden = 0.6180339887498949;

double size_of(const state& v) {
    double square = 0;
    for (const double part : v) {
        square += part * part;
    }
    return std::sqrt(square);
}

void scale(state& v, double factor) {
    for (double& part : v) {
        part *= factor;
    }
}

}  // namespace

spectral_radius::spectral_radius(ode& system, long& evaluations)
    : system_(system), evaluations_(evaluations), along_(system.size(), 0.0),
      aside_(along_.size()) {}

// Sets along_ to the direction that was found last (at first that of the speed) with a share of one
// in which everything moves: what is at rest now may be fast later. Its length is one.
void spectral_radius::look_along(const state& dxdt) {
    if (!(size_of(along_) > 0)) {
        along_ = dxdt;
    }
    const double size = size_of(along_);
    scale(along_, size > 0 && std::isfinite(size) ? 1 / size : 0.0);
    const double spread = std::sqrt(3.0 / static_cast<double>(along_.size()));
    double place = 0;
    for (double& part : along_) {
        place += golden;
        place -= std::floor(place);
        part += share * spread * (2 * place - 1);
    }
    if (system_.keeps_time()) {
        along_.back() = 0;
    }
    scale(along_, 1 / size_of(along_));
}

// How far aside to look: less far where small numbers that matter stand next to large ones.
double spectral_radius::distance(const state& x) const {
    const double size = size_of(x);
    const double far = power_difference * (size > 0 ? size : 1.0);
    const double seen = system_.relative_error(x, along_);
    return seen * far > visible ? visible / seen : far;
}

// Replaces along_ by J along_, brought to length one, and returns the length that it had.
double spectral_radius::product(const state& x, const state& dxdt) {
    const double apart = distance(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        aside_[i] = x[i] + apart * along_[i];
    }
    ++evaluations_;
    system_.derivative(aside_, along_);
    for (std::size_t i = 0; i < x.size(); ++i) {
        along_[i] = (along_[i] - dxdt[i]) / apart;
    }
    if (system_.keeps_time()) {
        along_.back() = 0;
    }
    const double length = size_of(along_);
    scale(along_, length > 0 ? 1 / length : 0.0);
    return length;
}

double spectral_radius::operator()(const state& x, const state& dxdt) {
    look_along(dxdt);
    double found = product(x, dxdt);
    for (int products = 1; products < most_products; ++products) {
        if (!(found > 0 && std::isfinite(found))) {
            break;
        }
        const double before = found;
        found = product(x, dxdt);
        if (std::abs(found - before) <= settled * found) {
            break;
        }
    }
    if (!std::isfinite(found)) {
        std::fill(along_.begin(), along_.end(), 0.0);
    }
    return found;
}

}  // namespace fusionflow::solver
