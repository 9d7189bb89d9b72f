#include "fusionflow/solver/networks/network.hpp"

#include <algorithm>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/power.hpp"

namespace fusionflow::solver {

namespace {

constexpr double most_bytes = 8.0 * (1 << 30);

// Number of weights in a chain of layers, as a double so that absurd sizes do not overflow.
double weight_count(double inputs, const std::vector<Eigen::Index>& hidden, double outputs) {
    double count = 0;
    for (const Eigen::Index units : hidden) {
        count += inputs * static_cast<double>(units);
        inputs = static_cast<double>(units);
    }
    return count + inputs * outputs;
}

void require_memory(const std::vector<int>& dims, const hidden_widths& hidden,
                    Eigen::Index outputs) {
    const auto last = static_cast<double>(outputs);
    const auto meeting = hidden.trunk.empty() ? last : static_cast<double>(hidden.trunk.front());
    double count = 0;
    Eigen::Index widest =
        hidden.trunk.empty() ? 0 : *std::max_element(hidden.trunk.begin(), hidden.trunk.end());
    for (std::size_t m = 0; m < dims.size(); ++m) {
        count += weight_count(dims[m], hidden.branches[m], meeting);
        for (const Eigen::Index units : hidden.branches[m]) {
            widest = std::max(widest, units);
        }
    }
    if (!hidden.trunk.empty()) {
        count += weight_count(meeting, {hidden.trunk.begin() + 1, hidden.trunk.end()}, last);
    }
    const double bytes = count * sizeof(double);
    data::need(bytes <= most_bytes, "width",
               "need weights of at most {:.0f} GiB, got H = {} ({:.3g} GiB)",
               most_bytes / (1 << 30), widest, bytes / (1 << 30));
}

Eigen::MatrixXd imbalance(const Eigen::MatrixXd& below, const Eigen::MatrixXd& above) {
    return above.transpose() * above - below;
}

// W_{j+1}^T W_{j+1} - W_j W_j^T at every hidden space.
std::vector<Eigen::MatrixXd> imbalances(const network_shape& shape, const state& weights) {
    std::vector<Eigen::MatrixXd> all;
    Eigen::MatrixXd fused;
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j < layers.size(); ++j) {
            const Eigen::MatrixXd w = matrix(weights.data(), layers[j]);
            const Eigen::MatrixXd outer = w * w.transpose();
            if (j + 1 < layers.size()) {
                all.push_back(imbalance(outer, matrix(weights.data(), layers[j + 1])));
            } else if (fused.size() == 0) {
                fused = outer;
            } else {
                fused += outer;
            }
        }
    }
    for (const layer& l : shape.trunk()) {
        const Eigen::MatrixXd w = matrix(weights.data(), l);
        all.push_back(imbalance(fused, w));
        fused = w * w.transpose();
    }
    return all;
}

double largest_layer(const network_shape& shape, const state& weights) {
    double largest = 0;
    for (int m = 0; m < shape.count(); ++m) {
        for (const layer& l : shape.branch(m)) {
            largest = std::max(largest, matrix(weights.data(), l).norm());
        }
    }
    for (const layer& l : shape.trunk()) {
        largest = std::max(largest, matrix(weights.data(), l).norm());
    }
    return largest;
}

}  // namespace

hidden_widths hidden_widths::equal(const theory::architecture& arch, Eigen::Index width) {
    hidden_widths hidden;
    for (const int n : arch.branches()) {
        hidden.branches.emplace_back(static_cast<std::size_t>(n - 1), width);
    }
    hidden.trunk.assign(static_cast<std::size_t>(arch.shared()), width);
    return hidden;
}

hidden_widths hidden_widths::of(const theory::architecture& arch,
                                const theory::initialisation& init) {
    if (init.widths.empty()) {
        return equal(arch, init.width);
    }
    theory::require_widths(arch, init);
    hidden_widths hidden;
    const auto trunk = init.widths.end() - arch.shared();
    for (const int n : arch.branches()) {
        hidden.branches.emplace_back(trunk - (n - 1), trunk);
    }
    hidden.trunk.assign(trunk, init.widths.end());
    return hidden;
}

hidden_widths hidden_widths::of(const network_shape& shape) {
    hidden_widths hidden;
    for (int m = 0; m < shape.count(); ++m) {
        std::vector<Eigen::Index>& units = hidden.branches.emplace_back();
        for (std::size_t j = 1; j < shape.branch(m).size(); ++j) {
            units.push_back(shape.branch(m)[j].cols);
        }
    }
    for (const layer& l : shape.trunk()) {
        hidden.trunk.push_back(l.cols);
    }
    return hidden;
}

std::vector<Eigen::Index> hidden_widths::along_longest_path() const {
    std::vector<Eigen::Index> widths =
        *std::max_element(branches.begin(), branches.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    widths.insert(widths.end(), trunk.begin(), trunk.end());
    return widths;
}

network_shape::network_shape(const std::vector<int>& dims, const hidden_widths& hidden,
                             Eigen::Index outputs) {
    require_memory(dims, hidden, outputs);
    const auto add = [this](std::vector<layer>& layers, Eigen::Index& below, Eigen::Index units) {
        layers.push_back({units, below, size_});
        size_ += units * below;
        below = units;
    };
    const Eigen::Index meeting = hidden.trunk.empty() ? outputs : hidden.trunk.front();
    branches_.resize(dims.size());
    for (std::size_t m = 0; m < dims.size(); ++m) {
        Eigen::Index below = dims[m];
        for (const Eigen::Index units : hidden.branches[m]) {
            add(branches_[m], below, units);
        }
        add(branches_[m], below, meeting);
    }
    Eigen::Index below = meeting;
    for (std::size_t i = 0; i < hidden.trunk.size(); ++i) {
        add(trunk_, below, i + 1 < hidden.trunk.size() ? hidden.trunk[i + 1] : outputs);
    }
}

network_shape::network_shape(const data::moments& moments, const theory::architecture& arch,
                             Eigen::Index width)
    : network_shape((arch.match(moments), moments.dims()), hidden_widths::equal(arch, width),
                    moments.outputs()) {}

Eigen::Index network_shape::size_with_biases() const {
    Eigen::Index all = size_ + branch(0).back().rows;
    for (const auto& layers : branches_) {
        for (std::size_t j = 0; j + 1 < layers.size(); ++j) {
            all += layers[j].rows;
        }
    }
    for (const layer& l : trunk_) {
        all += l.rows;
    }
    return all;
}

Eigen::ArrayXd parameter_rates(const network_shape& shape, const theory::learning_rates& rates,
                               Eigen::Index count) {
    Eigen::ArrayXd factors = Eigen::ArrayXd::Constant(count, rates.trunk);
    Eigen::Index bias = shape.size();
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        for (const layer& l : layers) {
            factors.segment(l.offset, l.size()).setConstant(rates.branch(m));
        }
        for (std::size_t j = 0; j + 1 < layers.size() && count > shape.size(); ++j) {
            factors.segment(bias, layers[j].rows).setConstant(rates.branch(m));
            bias += layers[j].rows;
        }
    }
    return factors;
}

bool fades(const network_shape& shape, const double* weights, const data::modality_set& fading,
           const Eigen::VectorXd& residuals, double weight_decay) {
    double trunk = 1;
    double largest = 0;
    for (const layer& l : shape.trunk()) {
        const double norm = matrix(weights, l).norm();
        trunk *= norm;
        largest = std::max(largest, norm);
    }
    double drive = 0;  // push of all branches on the trunk
    for (const int m : fading) {
        const auto& layers = shape.branch(m);
        double a = 0;
        for (const layer& l : layers) {
            a = std::max(a, matrix(weights, l).norm());
        }
        const auto n = static_cast<int>(layers.size());
        if (!(n >= 2 && power(a, n - 2) * trunk * residuals(m) < weight_decay)) {
            return false;
        }
        drive += power(a, n) * residuals(m);
    }
    const auto p = static_cast<int>(shape.trunk().size());
    const bool alone = p > 0 && std::ssize(fading) == shape.count();
    // The largest norm t of a trunk layer obeys t' <= t^(p-1) drive - lambda t.
    return !alone || power(largest, p - 1) * drive < weight_decay * largest;
}

double balance_drift(const network_shape& shape, const state& earlier, const state& later) {
    const auto before = imbalances(shape, earlier);
    const auto after = imbalances(shape, later);
    double drift = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        drift = std::max(drift, (after[i] - before[i]).norm());
    }
    const double scale = largest_layer(shape, later);
    return drift / (scale * scale);
}

}  // namespace fusionflow::solver
