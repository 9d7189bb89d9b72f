#include "solver/network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/error.hpp"

namespace fusionflow::solver {

namespace {

constexpr double most_bytes = 8.0 * (1 << 30);

// Weights of all layers as a real number, so that absurd sizes are seen before they overflow.
double weight_count(const data::moments& moments, const theory::architecture& arch, double width) {
    const bool late = arch.shared() == 0;
    double count = 0;
    for (int m = 0; m < moments.count(); ++m) {
        double inputs = moments.dim(m);
        for (int j = 0; j < arch.branch(m); ++j) {
            count += inputs * (late && j == arch.branch(m) - 1 ? 1 : width);
            inputs = width;
        }
    }
    return late ? count : count + (arch.shared() - 1) * width * width + width;
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

network_shape::network_shape(const data::moments& moments, const theory::architecture& arch,
                             int width)
    : width_(width) {
    arch.match(moments);
    const double bytes = weight_count(moments, arch, width) * sizeof(double);
    if (!(width >= 1 && bytes <= most_bytes)) {
        throw data::input_error(
            "width",
            fmt::format("need H >= 1 and weights of at most {:.0f} GiB, got H = {} ({:.3g} GiB)",
                        most_bytes / (1 << 30), width, bytes / (1 << 30)));
    }
    const auto add = [this](std::vector<layer>& layers, Eigen::Index rows, Eigen::Index cols) {
        layers.push_back({rows, cols, size_});
        size_ += rows * cols;
    };
    branches_.resize(static_cast<std::size_t>(moments.count()));
    for (int m = 0; m < moments.count(); ++m) {
        const int n = arch.branch(m);
        for (int j = 0; j < n; ++j) {
            const bool ends_path = arch.shared() == 0 && j == n - 1;
            add(branches_[static_cast<std::size_t>(m)], ends_path ? 1 : width,
                j == 0 ? moments.dim(m) : width);
        }
    }
    for (int i = 0; i < arch.shared(); ++i) {
        add(trunk_, i == arch.shared() - 1 ? 1 : width, width);
    }
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
