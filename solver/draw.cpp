#include "solver/draw.hpp"

#include <fmt/format.h>

#include <cmath>

#include "data/error.hpp"
#include "data/random.hpp"

namespace fusionflow::solver {

namespace {

void draw_layer(state& weights, const layer& l, double sd, data::random_source& random) {
    matrix(weights.data(), l) = random.normal_matrix(l.rows, l.cols, sd);
}

// Independent entries: the branches' layers from the input up, then the trunk.
void draw_entries(state& weights, const network_shape& shape, const theory::initialisation& init,
                  data::random_source& random) {
    const double modalities = shape.count();
    double fusing_columns = 0;
    for (int m = 0; m < shape.count(); ++m) {
        fusing_columns += static_cast<double>(shape.branch(m).back().cols);
    }
    const auto draw = [&](const layer& l, double share, double columns) {
        draw_layer(weights, l, entry_deviation(init, share, static_cast<double>(l.rows), columns),
                   random);
    };
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j + 1 < layers.size(); ++j) {
            draw(layers[j], 1, static_cast<double>(layers[j].cols));
        }
        draw(layers.back(), modalities, fusing_columns);
    }
    for (const layer& l : shape.trunk()) {
        draw(l, modalities, static_cast<double>(l.cols));
    }
}

Eigen::VectorXd output_direction(const layer& l, data::random_source& random) {
    return l.rows == 1 ? Eigen::VectorXd::Ones(1) : random.unit_vector(l.rows);
}

// Rank-one layers whose directions meet: norm * (direction above) (direction below)^T.
void draw_balanced(state& weights, const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, data::random_source& random) {
    if (shape.outputs() > 1) {
        throw data::input_error("scheme", fmt::format("need gaussian or gaussian-iid for {} "
                                                      "targets, got balanced",
                                                      shape.outputs()));
    }
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

double entry_deviation(const theory::initialisation& init, double share, double rows, double cols) {
    return init.drawn == theory::scheme::gaussian_iid ? init.u0
                                                      : init.u0 * std::sqrt(share / (rows * cols));
}

state draw_weights(const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, std::uint64_t seed) {
    init.validate(moments.count());
    state weights(static_cast<std::size_t>(shape.size()));
    data::random_source random(seed);
    switch (init.drawn) {
        case theory::scheme::balanced: draw_balanced(weights, shape, moments, init, random); break;
        case theory::scheme::gaussian:
        case theory::scheme::gaussian_iid: draw_entries(weights, shape, init, random); break;
    }
    return weights;
}

}  // namespace fusionflow::solver
