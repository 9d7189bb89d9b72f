#include "fusionflow/solver/networks/weights_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"

namespace fusionflow::solver {

namespace {

const std::string trunk_name = "trunk";

struct named_layer {
    std::string name;
    layer where;
};

struct named_bias {
    std::string name;
    Eigen::Index units;
};

std::string array_name(const std::string& part, std::size_t below) {
    return fmt::format("{}.{}", part, below + 1);
}

std::vector<named_layer> layers_of(const std::vector<std::string>& names,
                                   const network_shape& shape) {
    std::vector<named_layer> all;
    for (int m = 0; m < shape.count(); ++m) {
        for (std::size_t j = 0; j < shape.branch(m).size(); ++j) {
            all.push_back({array_name(names[static_cast<std::size_t>(m)], j), shape.branch(m)[j]});
        }
    }
    for (std::size_t j = 0; j < shape.trunk().size(); ++j) {
        all.push_back({array_name(trunk_name, j), shape.trunk()[j]});
    }
    return all;
}

// The biases in the order of sample_network's parameters.
std::vector<named_bias> biases_of(const std::vector<std::string>& names,
                                  const network_shape& shape) {
    std::vector<named_bias> all;
    for (int m = 0; m < shape.count(); ++m) {
        for (std::size_t j = 0; j + 1 < shape.branch(m).size(); ++j) {
            all.push_back({array_name(names[static_cast<std::size_t>(m)], j) + ".bias",
                           shape.branch(m)[j].rows});
        }
    }
    all.push_back({"fusion.bias", shape.branch(0).back().rows});
    for (std::size_t j = 0; j < shape.trunk().size(); ++j) {
        all.push_back({array_name(trunk_name, j) + ".bias", shape.trunk()[j].rows});
    }
    return all;
}

void require_names(const std::vector<std::string>& names, bool has_trunk) {
    if (has_trunk && std::find(names.begin(), names.end(), trunk_name) != names.end()) {
        throw data::input_error(
            "names", "no modality may be called 'trunk': files of weights use that name for "
                     "the shared layers");
    }
}

// The arrays of a file. require_all_used() refuses those that were never asked for.
class array_finder {
public:
    array_finder(const data::named_arrays& arrays, std::string source)
        : source_(std::move(source)) {
        for (const data::named_array& a : arrays) {
            by_name_.emplace(a.name, found{&a, false});
        }
    }

    // An array of two dimensions, both at least one.
    const data::named_array& matrix_of(const std::string& name) {
        const data::named_array& a = get(name);
        if (!(a.shape.size() == 2 && a.shape[0] >= 1 && a.shape[1] >= 1)) {
            refuse(fmt::format("need {} of (units above) x (units below), got {}", name, text(a)));
        }
        return a;
    }

    const data::named_array& get(const std::string& name) {
        const auto place = by_name_.find(name);
        if (place == by_name_.end()) {
            refuse(fmt::format("there is no array {}", name));
        }
        place->second.used = true;
        return *place->second.array;
    }

    void require_shape(const data::named_array& a, const std::vector<std::int64_t>& shape) const {
        if (a.shape != shape) {
            refuse(fmt::format("need {} of {}, got {}", a.name, fmt::join(shape, " x "), text(a)));
        }
    }

    void require_all_used() const {
        for (const auto& [name, entry] : by_name_) {
            if (!entry.used) {
                refuse(fmt::format("array {} has no place in this network", name));
            }
        }
    }

private:
    struct found {
        const data::named_array* array;
        bool used;
    };

    static std::string text(const data::named_array& a) {
        return a.shape.empty() ? "a number" : fmt::format("{}", fmt::join(a.shape, " x "));
    }
    [[noreturn]] void refuse(const std::string& rule) const {
        throw data::input_error("weights", fmt::format("{}: {}", source_, rule));
    }

    std::string source_;
    std::map<std::string, found> by_name_;
};

// The hidden widths of a chain of layers, which must fit each other from `below` to `above`.
std::vector<Eigen::Index> hidden_units(array_finder& arrays, const std::string& part, int layers,
                                       std::int64_t below, std::int64_t above) {
    std::vector<Eigen::Index> units;
    for (int j = 0; j < layers; ++j) {
        const auto& a = arrays.matrix_of(array_name(part, static_cast<std::size_t>(j)));
        const bool last = j + 1 == layers;
        const std::int64_t rows = last ? above : a.shape[0];
        arrays.require_shape(a, {rows, below});
        below = rows;
        if (!last) {
            units.push_back(rows);
        }
    }
    return units;
}

}  // namespace

void require_array_names(const std::vector<std::string>& names, const theory::architecture& arch) {
    require_names(names, arch.shared() > 0);
}

data::named_arrays weights_to_arrays(const std::vector<std::string>& names,
                                     const network_shape& shape, const state& parameters) {
    require_names(names, !shape.trunk().empty());
    const std::vector<named_bias> biases = biases_of(names, shape);
    Eigen::Index size = shape.size();
    for (const named_bias& b : biases) {
        size += b.units;
    }
    const bool biased = std::ssize(parameters) == size;
    if (!biased && std::ssize(parameters) != shape.size()) {
        throw data::input_error("weights", fmt::format("need {} numbers, or {} with biases, got {}",
                                                       shape.size(), size, parameters.size()));
    }
    data::named_arrays arrays;
    for (const named_layer& l : layers_of(names, shape)) {
        const auto w = matrix(parameters.data(), l.where);
        data::named_array a{l.name, {l.where.rows, l.where.cols}, {}};
        a.values.resize(static_cast<std::size_t>(l.where.size()));
        Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            a.values.data(), l.where.rows, l.where.cols) = w;
        arrays.push_back(std::move(a));
    }
    if (biased) {
        auto next = parameters.begin() + shape.size();
        for (const named_bias& b : biases) {
            arrays.push_back({b.name, {b.units}, {next, next + b.units}});
            next += b.units;
        }
    }
    return arrays;
}

weighted_network weights_from_arrays(const data::named_arrays& arrays,
                                     const std::vector<std::string>& names,
                                     const std::vector<int>& dims, const theory::architecture& arch,
                                     bool biases, const std::string& source, Eigen::Index outputs) {
    require_array_names(names, arch);
    array_finder finder(arrays, source);
    const std::int64_t meeting =
        arch.shared() == 0 ? outputs : finder.matrix_of(array_name(trunk_name, 0)).shape[1];
    hidden_widths hidden;
    for (int m = 0; m < arch.count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        hidden.branches.push_back(hidden_units(finder, names[i], arch.branch(m), dims[i], meeting));
    }
    if (arch.shared() > 0) {
        hidden.trunk = hidden_units(finder, trunk_name, arch.shared(), meeting, outputs);
        hidden.trunk.insert(hidden.trunk.begin(), meeting);
    }
    weighted_network network{network_shape(dims, hidden, outputs), {}};
    network.weights.resize(static_cast<std::size_t>(network.shape.size()));
    for (const named_layer& l : layers_of(names, network.shape)) {
        matrix(network.weights.data(), l.where) = Eigen::Map<
            const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            finder.get(l.name).values.data(), l.where.rows, l.where.cols);
    }
    if (biases) {
        for (const named_bias& b : biases_of(names, network.shape)) {
            const data::named_array& a = finder.get(b.name);
            finder.require_shape(a, {b.units});
            network.weights.insert(network.weights.end(), a.values.begin(), a.values.end());
        }
    }
    finder.require_all_used();
    return network;
}

theory::initialisation like_weights(const weighted_network& network) {
    double squares = 0;
    int layers = 0;
    for (int m = 0; m < network.shape.count(); ++m) {
        for (const layer& l : network.shape.branch(m)) {
            squares += matrix(network.weights.data(), l).squaredNorm();
            ++layers;
        }
    }
    data::need(squares > 0, "weights", "need branches that are not all zero");
    theory::initialisation init;
    init.drawn = &theory::schemes().find("gaussian");
    init.u0 = std::sqrt(squares / layers);
    const auto widths = hidden_widths::of(network.shape).along_longest_path();
    init.widths.assign(widths.begin(), widths.end());
    return init;
}

}  // namespace fusionflow::solver
