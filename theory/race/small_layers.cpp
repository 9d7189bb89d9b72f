#include "fusionflow/theory/race/small_layers.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <deque>
#include <limits>
#include <stdexcept>

namespace fusionflow::theory {

namespace {

using chain_state = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int most_turns = 4;
constexpr double per_turn = 10;  // gained in accuracy by one more turn: 13 to 20 were seen
// Layers that have grown by this factor are aligned to 1e-3, and the rest of T is known in closed
// form: an error of 1e-3 of the rest is at most 1e-6 of T.
constexpr double large = 30;
constexpr double chain_tolerance = 1e-10;
constexpr int most_chain_steps = 20000;

Eigen::Map<const Eigen::VectorXd> as_vector(const chain_state& x) {
    return {x.data(), static_cast<Eigen::Index>(x.size())};
}

// Layers as matrices in bases of the vectors that were kept.
class chain_of_layers {
public:
    chain_of_layers(const std::vector<double>& scales, int turns);

    [[nodiscard]] int units() const { return *std::max_element(sizes_.begin(), sizes_.end()); }
    [[nodiscard]] double run() const;

private:
    struct entry {
        int row;
        int column;
    };
    struct vector {
        std::size_t space;
        int index;
        bool upwards;  // made by the layer below
        int turns;
    };
    using matrix = Eigen::Map<const Eigen::MatrixXd>;

    void grow(int turns);
    [[nodiscard]] std::size_t layers() const { return scales_.size(); }
    [[nodiscard]] matrix layer(const chain_state& x, std::size_t j) const {
        return {x.data() + offsets_[j], sizes_[j + 1], sizes_[j]};
    }
    [[nodiscard]] double derivative(const chain_state& x, chain_state& dxdt) const;
    [[nodiscard]] double size_of(double product) const;
    [[nodiscard]] chain_state start() const;

    std::vector<double> scales_;
    std::vector<int> sizes_;                   // of the spaces, r + 1
    std::vector<std::vector<entry>> entries_;  // of the layers, r
    std::vector<Eigen::Index> offsets_;
    mutable std::vector<Eigen::VectorXd> forward_;
    mutable std::vector<Eigen::VectorXd> backward_;
};

chain_of_layers::chain_of_layers(const std::vector<double>& scales, int turns)
    : scales_(scales), sizes_(scales.size() + 1, 0), entries_(scales.size()),
      forward_(scales.size() + 1), backward_(scales.size() + 1) {
    sizes_.front() = 1;
    sizes_.back() = 1;
    grow(turns);
    Eigen::Index offset = 0;
    for (std::size_t j = 0; j < layers(); ++j) {
        offsets_.push_back(offset);
        offset += Eigen::Index{sizes_[j]} * sizes_[j + 1];
    }
    offsets_.push_back(offset);
}

// Every vector goes on in its direction, and may turn: the layer that made it takes it back to
// where it came from, plus something new.
void chain_of_layers::grow(int turns) {
    std::deque<vector> ends = {{0, 0, true, 0}, {layers(), 0, false, 0}};
    while (!ends.empty()) {
        const vector v = ends.front();
        ends.pop_front();
        for (const bool upwards : {v.upwards, !v.upwards}) {
            const int turned = v.turns + (upwards == v.upwards ? 0 : 1);
            const bool exists = upwards ? v.space < layers() : v.space > 0;
            const bool is_end = (v.space == 0 || v.space == layers()) && v.index == 0;
            if (!exists || turned > turns || (is_end && upwards != v.upwards)) {
                continue;
            }
            const std::size_t to = upwards ? v.space + 1 : v.space - 1;
            const int made = sizes_[to]++;
            entries_[std::min(to, v.space)].push_back(upwards ? entry{made, v.index}
                                                              : entry{v.index, made});
            ends.push_back({to, made, upwards, turned});
        }
    }
}

chain_state chain_of_layers::start() const {
    chain_state x(static_cast<std::size_t>(offsets_.back()), 0.0);
    for (std::size_t j = 0; j < layers(); ++j) {
        Eigen::Map<Eigen::MatrixXd> layer(x.data() + offsets_[j], sizes_[j + 1], sizes_[j]);
        for (const entry& e : entries_[j]) {
            layer(e.row, e.column) = scales_[j];
        }
    }
    return x;
}

// Returns P.
double chain_of_layers::derivative(const chain_state& x, chain_state& dxdt) const {
    const std::size_t r = layers();
    forward_[0] = Eigen::VectorXd::Unit(sizes_.front(), 0);
    backward_[r] = Eigen::VectorXd::Unit(sizes_.back(), 0);
    for (std::size_t j = 0; j < r; ++j) {
        forward_[j + 1].noalias() = layer(x, j) * forward_[j];
        backward_[r - j - 1].noalias() = layer(x, r - j - 1).transpose() * backward_[r - j];
    }
    for (std::size_t j = 0; j < r; ++j) {
        Eigen::Map<Eigen::MatrixXd> speed(dxdt.data() + offsets_[j], sizes_[j + 1], sizes_[j]);
        speed.noalias() = backward_[j + 1] * forward_[j].transpose();
    }
    return forward_[r](0);
}

// The norm of one of r equal layers with this product.
double chain_of_layers::size_of(double product) const {
    return product > 0 ? std::pow(product, 1 / static_cast<double>(layers())) : 0;
}

double chain_of_layers::run() const {
    const auto system = [this](const chain_state& x, chain_state& dxdt, double) {
        (void)derivative(x, dxdt);
    };
    boost::numeric::odeint::runge_kutta_dopri5<chain_state> stepper;
    const double largest = *std::max_element(scales_.begin(), scales_.end());
    const auto r = static_cast<double>(layers());
    chain_state x = start();
    chain_state next(x.size());
    chain_state speed(x.size());
    chain_state next_speed(x.size());
    chain_state error(x.size());
    (void)derivative(x, speed);
    double time = 0;
    double step = 1e-2 * std::pow(largest, 2 - r);
    for (int i = 0; i < most_chain_steps; ++i) {
        stepper.do_step(system, x, speed, time, next, next_speed, step, error);
        const double off = as_vector(error).norm() / (chain_tolerance * as_vector(next).norm());
        if (off <= 1) {
            time += step;
            x.swap(next);
            speed.swap(next_speed);
        }
        // NaN fails both comparisons and shortens the step.
        step *= off >= 0 ? std::clamp(0.9 * std::pow(off, -0.2), 0.2, 5.0) : 0.2;
        const double product = derivative(x, speed);
        if (size_of(product) > large * largest) {
            // Equal layers a' = a^(r-1) take a^(2-r)/(r-2) from here, and d ln P/dt = r a^(r-2).
            return time + r * product / (as_vector(speed).squaredNorm() * (r - 2));
        }
    }
    return nan;
}

}  // namespace

blow_up blow_up_time(const std::vector<double>& scales, int most_units) {
    const bool positive =
        std::all_of(scales.begin(), scales.end(), [](double s) { return s > 0 && s < 1e300; });
    if (!(scales.size() >= 3 && scales.size() <= 8 && positive)) {
        throw std::invalid_argument("scales: need 3 to 8 finite numbers > 0");
    }
    // Scales are over their geometric mean, so that no power of them leaves the range of double.
    const auto r = static_cast<double>(scales.size());
    double log_mean = 0;
    for (const double s : scales) {
        log_mean += std::log(s) / r;
    }
    std::vector<double> relative;
    relative.reserve(scales.size());
    for (const double s : scales) {
        relative.push_back(s / std::exp(log_mean));
    }
    blow_up found{chain_of_layers(relative, 0).run(), nan, 0};
    for (int turns = 1; turns <= most_turns; ++turns) {
        const chain_of_layers layers(relative, turns);
        if (turns > 1 && layers.units() > most_units) {
            break;
        }
        const double time = layers.run();
        found = {time, std::abs(time - found.time) / per_turn, layers.units()};
    }
    const double unit = std::exp((2 - r) * log_mean);
    return {found.time * unit, found.uncertainty * unit, found.units};
}

}  // namespace fusionflow::theory
