#include "fusionflow/solver/networks/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/orthonormal.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/data/random.hpp"

namespace fusionflow::solver {

namespace {

// Columns of the fusing matrix [W_1 ... W_M].
double fusing_columns(const network_shape& shape) {
    double columns = 0;
    for (int m = 0; m < shape.count(); ++m) {
        columns += static_cast<double>(shape.branch(m).back().cols);
    }
    return columns;
}

// Draws independent entries: the branches' layers from the input up, then the trunk.
void draw_entries(state& weights, const network_shape& shape, const theory::initialisation& init,
                  data::random_source& random) {
    const double modalities = shape.count();
    const double all_columns = fusing_columns(shape);
    const auto draw = [&](const layer& l, double share, double columns, std::size_t above,
                          std::optional<int> branch) {
        const double sd = init.norm_of({.share = share,
                                        .rows = static_cast<double>(l.rows),
                                        .columns = columns,
                                        .above = static_cast<int>(above),
                                        .branch = branch});
        matrix(weights.data(), l) = init.drawn->uniform
                                        ? random.uniform_matrix(l.rows, l.cols, std::sqrt(3.0) * sd)
                                        : random.normal_matrix(l.rows, l.cols, sd);
    };
    const std::size_t shared = shape.trunk().size();
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j + 1 < layers.size(); ++j) {
            draw(layers[j], 1, static_cast<double>(layers[j].cols), layers.size() - 1 - j + shared,
                 m);
        }
        draw(layers.back(), modalities, all_columns, shared, m);
    }
    for (std::size_t j = 0; j < shared; ++j) {
        const layer& l = shape.trunk()[j];
        draw(l, modalities, static_cast<double>(l.cols), shared - 1 - j, std::nullopt);
    }
}

// Appends the biases of a space of `units` that a layer of `fan_in` columns leads to.
void append_biases(state& parameters, Eigen::Index units, double fan_in, theory::bias_start how,
                   data::random_source& random) {
    const double bound = 1 / std::sqrt(fan_in);
    for (Eigen::Index i = 0; i < units; ++i) {
        parameters.push_back(how == theory::bias_start::drawn ? random.uniform(-bound, bound) : 0);
    }
}

// Appends the biases in the order of network_shape::size_with_biases().
void append_all_biases(state& parameters, const network_shape& shape, theory::bias_start how,
                       data::random_source& random) {
    const auto above = [&](const layer& l) {
        append_biases(parameters, l.rows, static_cast<double>(l.cols), how, random);
    };
    for (int m = 0; m < shape.count(); ++m) {
        const auto& layers = shape.branch(m);
        std::for_each(layers.begin(), layers.end() - 1, above);
    }
    append_biases(parameters, shape.branch(0).back().rows, fusing_columns(shape), how, random);
    std::for_each(shape.trunk().begin(), shape.trunk().end(), above);
}

// Balanced networks need a direction in each hidden space for every target.
void require_room(const network_shape& shape) {
    const auto check = [&](const std::vector<layer>& layers) {
        for (const layer& l : layers) {
            if (l.rows < shape.outputs()) {
                throw data::input_error(
                    "width", fmt::format("balanced networks of {} targets need at least as many "
                                         "units in a layer, got {}",
                                         shape.outputs(), l.rows));
            }
        }
    };
    for (int m = 0; m < shape.count(); ++m) {
        check(shape.branch(m));
    }
    check(shape.trunk());
}

// Orthonormal columns, one per target: the directions of a hidden space that the targets use.
Eigen::MatrixXd draw_frame(Eigen::Index rows, Eigen::Index targets, data::random_source& random) {
    if (rows == targets) {
        return Eigen::MatrixXd::Identity(rows, rows);
    }
    Eigen::MatrixXd frame(rows, 0);
    for (Eigen::Index k = 0; k < targets; ++k) {
        data::append_orthonormal(frame, random.unit_vector(rows));
    }
    return frame;
}

// Draws layers of rank K whose frames meet: (frame above) C (frame below)^T, in branches with
// C = u_m O_m O_m^T, in the trunk with C = (sum_m u_m^2 O_m O_m^T + c I)^(1/2). The first layer of
// a branch is (frame above) u_m O_m, where O_m are the initial_directions().
void draw_balanced(state& weights, const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, data::random_source& random) {
    const Eigen::Index targets = shape.outputs();
    require_room(shape);
    const Eigen::VectorXd inputs = theory::initial_directions(moments);
    // All branches end in the same directions, those that the trunk starts from.
    const Eigen::MatrixXd meeting = draw_frame(shape.branch(0).back().rows, targets, random);
    Eigen::MatrixXd trunk_square = init.trunk_excess * Eigen::MatrixXd::Identity(targets, targets);
    for (int m = 0; m < shape.count(); ++m) {
        const Eigen::MatrixXd first = moments.matrix(inputs, m);
        const Eigen::MatrixXd further = first * first.transpose();  // its own square root
        trunk_square += init.norm(m) * init.norm(m) * further;
        Eigen::MatrixXd below;
        const auto& layers = shape.branch(m);
        for (std::size_t j = 0; j < layers.size(); ++j) {
            const Eigen::MatrixXd above =
                j + 1 == layers.size() ? meeting : draw_frame(layers[j].rows, targets, random);
            const Eigen::MatrixXd core = j == 0 ? first : further * below.transpose();
            matrix(weights.data(), layers[j]) = init.norm(m) * above * core;
            below = above;
        }
    }
    const Eigen::MatrixXd trunk = data::square_root(trunk_square);
    Eigen::MatrixXd below = meeting;
    for (const layer& l : shape.trunk()) {
        const Eigen::MatrixXd above = draw_frame(l.rows, targets, random);
        matrix(weights.data(), l) = above * trunk * below.transpose();
        below = above;
    }
}

}  // namespace

state draw_weights(const network_shape& shape, const data::moments& moments,
                   const theory::initialisation& init, std::uint64_t seed) {
    init.validate(moments.count());
    state weights(static_cast<std::size_t>(shape.size()));
    data::random_source random(seed);
    if (init.balanced()) {
        draw_balanced(weights, shape, moments, init, random);
    } else {
        draw_entries(weights, shape, init, random);
    }
    if (init.bias() != theory::bias_start::none) {
        append_all_biases(weights, shape, init.bias(), random);
    }
    return weights;
}

}  // namespace fusionflow::solver
