#include "solver/draw.hpp"

#include <cmath>

#include "data/random.hpp"

namespace fusionflow::solver {

namespace {

void draw_layer(state& weights, const layer& l, double sd, data::random_source& random) {
    matrix(weights.data(), l) = random.normal_matrix(l.rows, l.cols, sd);
}

// Entries N(0, u0^2/numel), the fusing matrix and the trunk with M u0^2 in place of u0^2.
void draw_gaussian(state& weights, const network_shape& shape, double u0,
                   data::random_source& random) {
    const double modalities = shape.count();
    double fusing_columns = 0;
    for (int m = 0; m < shape.count(); ++m) {
        fusing_columns += static_cast<double>(shape.branch(m).back().cols);
    }
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j < layers.size(); ++j) {
            const bool fusing = j + 1 == layers.size();
            const auto rows = static_cast<double>(layers[j].rows);
            const double variance = fusing ? modalities / (rows * fusing_columns)
                                           : 1 / static_cast<double>(layers[j].size());
            draw_layer(weights, layers[j], u0 * std::sqrt(variance), random);
        }
    }
    for (const layer& l : shape.trunk()) {
        draw_layer(weights, l, u0 * std::sqrt(modalities / static_cast<double>(l.size())), random);
    }
}

void draw_iid(state& weights, const network_shape& shape, double sd, data::random_source& random) {
    for (int m = 0; m < shape.count(); ++m) {
        for (const layer& l : shape.branch(m)) {
            draw_layer(weights, l, sd, random);
        }
    }
    for (const layer& l : shape.trunk()) {
        draw_layer(weights, l, sd, random);
    }
}

Eigen::VectorXd output_direction(const layer& l, data::random_source& random) {
    return l.rows == 1 ? Eigen::VectorXd::Ones(1) : random.unit_vector(l.rows);
}

// Rank-one layers whose directions meet: norm * (direction above) (direction below)^T.
void draw_balanced(state& weights, const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, data::random_source& random) {
    const Eigen::VectorXd inputs = theory::initial_directions(moments);
    // All branches end in the same direction, the one that the trunk starts from.
    const Eigen::VectorXd meeting = output_direction(shape.branch(0).back(), random);
    double trunk_square = init.trunk_excess;
    for (int m = 0; m < shape.count(); ++m) {
        trunk_square += init.norm(m) * init.norm(m);
        Eigen::VectorXd below = moments.part(inputs, m);
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j < layers.size(); ++j) {
            const Eigen::VectorXd above =
                j + 1 == layers.size() ? meeting : output_direction(layers[j], random);
            matrix(weights.data(), layers[j]) = init.norm(m) * above * below.transpose();
            below = above;
        }
    }
    Eigen::VectorXd below = meeting;
    for (const layer& l : shape.trunk()) {
        const Eigen::VectorXd above = output_direction(l, random);
        matrix(weights.data(), l) = std::sqrt(trunk_square) * above * below.transpose();
        below = above;
    }
}

}  // namespace

state draw_weights(const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, std::uint64_t seed) {
    init.validate(moments.count());
    state weights(static_cast<std::size_t>(shape.size()));
    data::random_source random(seed);
    switch (init.drawn) {
        case theory::scheme::balanced: draw_balanced(weights, shape, moments, init, random); break;
        case theory::scheme::gaussian: draw_gaussian(weights, shape, init.u0, random); break;
        case theory::scheme::gaussian_iid: draw_iid(weights, shape, init.u0, random); break;
    }
    return weights;
}

}  // namespace fusionflow::solver
