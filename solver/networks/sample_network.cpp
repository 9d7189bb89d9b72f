#include "fusionflow/solver/networks/sample_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::solver {

namespace {

// Values and gradients of a block take about this much, half of a common second-level cache.
constexpr Eigen::Index block_numbers = (1 << 20) / sizeof(double);
constexpr Eigen::Index block_step = 24;  // whole tiles of the widest kernel
constexpr Eigen::Index most_block = 240;
constexpr Eigen::Index line = 8;  // doubles of a cache line

// Rows an odd number of cache lines apart do not fall on the same few sets of the cache.
Eigen::Index odd_lines(Eigen::Index numbers) { return (numbers / line | 1) * line; }

Eigen::Index padded(Eigen::Index count) {
    return (count + block_lanes - 1) / block_lanes * block_lanes;
}

}  // namespace

sample_network::sample_network(const network_shape& shape, const data::samples& data,
                               const sample_options& options, const dense_kernels& kernels)
    : data_(&data), options_(options), kernels_(kernels), shape_(shape) {
    options.validate();
    connect(shape, data);
    place_buffers();
    prepare_readout();
}

void sample_network::connect(const network_shape& shape, const data::samples& data) {
    if (shape.count() != static_cast<int>(data.dims().size())) {
        throw data::input_error("branches", fmt::format("need one per modality, {}, got {}",
                                                        data.dims().size(), shape.count()));
    }
    const auto& tops = shape.trunk().empty() ? shape.branch(0) : shape.trunk();
    data::need(tops.back().rows == 1, "targets", "need a network with one output, got {}",
               tops.back().rows);
    size_ = shape.size();
    const auto add_space = [this](Eigen::Index units, bool biased) {
        spaces_.push_back({units, nullptr, nullptr, biased ? size_ : -1});
        size_ += biased ? units : 0;
        return spaces_.size() - 1;
    };
    for (int m = 0; m < shape.count(); ++m) {
        const Eigen::Index dim = data.dims()[static_cast<std::size_t>(m)];
        data::need(shape.branch(m).front().cols == dim, "branches",
                   "need {} inputs in branch {}, got {}", dim, m + 1, shape.branch(m).front().cols);
        std::size_t below = add_space(dim, false);
        inputs_.push_back(below);
        for (const layer& l : shape.branch(m)) {
            if (&l != &shape.branch(m).back()) {
                const std::size_t above = add_space(l.rows, options_.bias);
                stages_.push_back({l, below, above, true, true});
                below = above;
            }
        }
        stages_.push_back({shape.branch(m).back(), below, 0, m == 0, m + 1 == shape.count()});
    }
    std::size_t below = add_space(shape.branch(0).back().rows, options_.bias);
    for (stage& s : stages_) {
        s.to = s.to == 0 ? below : s.to;  // 0, an input, stood for the space where branches meet
    }
    for (const layer& l : shape.trunk()) {
        const std::size_t above = add_space(l.rows, options_.bias);
        stages_.push_back({l, below, above, true, true});
        below = above;
    }
    output_ = below;
}

void sample_network::place_buffers() {
    Eigen::Index rows = 1;  // one row of ones
    for (const space& s : spaces_) {
        rows += 2 * s.units;
    }
    const Eigen::Index whole =
        std::min(most_block, (padded(data_->count()) + block_step - 1) / block_step * block_step);
    block_ = std::clamp(block_numbers / rows / block_step * block_step, block_step, whole);
    stride_ = odd_lines(block_);
    memory_.assign(static_cast<std::size_t>(rows * stride_ + line), 0.0);
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data()) / sizeof(double);
    double* free = memory_.data() + (line - address % line) % line;
    const auto take = [&](Eigen::Index count) {
        double* taken = free;
        free += count * stride_;
        return taken;
    };
    double* ones = take(1);
    std::fill_n(ones, stride_, 1.0);
    ones_ = ones;
    for (std::size_t i = 0; i < spaces_.size(); ++i) {
        spaces_[i].values = take(spaces_[i].units);
        const bool input = std::find(inputs_.begin(), inputs_.end(), i) != inputs_.end();
        spaces_[i].gradient = input ? nullptr : take(spaces_[i].units);
    }
}

void sample_network::prepare_readout() {
    const Eigen::MatrixXd& features = data_->features();
    total_.resize(features.cols());
    product_ = options_.units.is_linear() && !data_->has_features();
    if (product_) {
        Eigen::Index widest = 0;
        for (const space& s : spaces_) {
            widest = std::max(widest, s.units);
        }
        row_.resize(widest);
        row_below_.resize(widest);
        fused_row_.resize(shape_.branch(0).back().rows);
        return;
    }
    const auto count = static_cast<double>(data_->count());
    const Eigen::Index known = features.cols();
    const Eigen::Index unknowns = known + (options_.bias ? 1 : 0);
    Eigen::MatrixXd second(unknowns, unknowns);
    second.topLeftCorner(known, known) = data_->feature_moments().covariance();
    if (options_.bias) {
        second.row(known).head(known) = features.colwise().mean();
        second.col(known).head(known) = second.row(known).head(known).transpose();
        second(known, known) = 1;
    }
    const Eigen::MatrixXd inverse = data::pseudo_inverse(second).inverse / count;
    readout_ = features * inverse.topLeftCorner(known, known);
    if (options_.bias) {
        readout_.rowwise() += inverse.row(known).head(known);
    }
}

double sample_network::loss(const double* parameters) { return run(parameters, {}, nullptr); }

double sample_network::gradient(const double* parameters, double* gradient) {
    return run(parameters, {}, gradient);
}

double sample_network::batch_gradient(const double* parameters, std::span<const Eigen::Index> batch,
                                      double* gradient) {
    return run(parameters, batch, gradient);
}

// An empty batch means all samples in their order; W is then found too.
double sample_network::run(const double* parameters, std::span<const Eigen::Index> batch,
                           double* gradient) {
    const bool all = batch.empty();
    const Eigen::Index count = all ? data_->count() : std::ssize(batch);
    const Eigen::Index* order = all ? nullptr : batch.data();
    if (gradient != nullptr) {
        std::fill_n(gradient, size_, 0.0);
    }
    if (all) {
        total_.setZero();
    }
    const double scale = 1 / static_cast<double>(count);
    double sum = 0;
    for (Eigen::Index first = 0; first < count; first += block_) {
        const Eigen::Index here = std::min(block_, count - first);
        padded_ = padded(here);
        gather(order, first, here);
        forward(parameters);
        sum += judge(order, first, here, scale);
        if (gradient != nullptr) {
            backward(parameters, gradient);
        }
    }
    if (all && product_) {
        multiply_layers(parameters);
    }
    return sum * scale;
}

void sample_network::gather(const Eigen::Index* order, Eigen::Index first, Eigen::Index count) {
    Eigen::Index column = 0;
    for (const std::size_t i : inputs_) {
        for (Eigen::Index d = 0; d < spaces_[i].units; ++d, ++column) {
            double* row = spaces_[i].values + d * stride_;
            const double* from = data_->inputs().col(column).data();
            for (Eigen::Index n = 0; n < count; ++n) {
                row[n] = from[order == nullptr ? first + n : order[first + n]];
            }
            std::fill(row + count, row + padded_, 0.0);
        }
    }
}

void sample_network::forward(const double* parameters) {
    for (const stage& s : stages_) {
        const space& from = spaces_[s.from];
        const space& to = spaces_[s.to];
        if (s.first && to.bias >= 0) {
            for (Eigen::Index unit = 0; unit < to.units; ++unit) {
                std::fill_n(to.values + unit * stride_, padded_, parameters[to.bias + unit]);
            }
        }
        kernels_.multiply({.a = parameters + s.where.offset,
                           .row_step = 1,
                           .inner_step = s.where.rows,
                           .b = from.values,
                           .c = to.values,
                           .rows = to.units,
                           .inner = from.units,
                           .columns = padded_,
                           .stride = stride_,
                           .accumulate = !s.first || to.bias >= 0,
                           .slope = s.last && s.to != output_ ? options_.units.slope : 1});
    }
}

// Sums the losses of a block, writes the gradient of the output (zero in the padding), adds to W.
double sample_network::judge(const Eigen::Index* order, Eigen::Index first, Eigen::Index count,
                             double scale) {
    const double* output = spaces_[output_].values;
    double* gradient = spaces_[output_].gradient;
    const auto [value, slope] = std::pair(options_.loss->value, options_.loss->slope);
    double sum = 0;
    for (Eigen::Index n = 0; n < count; ++n) {
        const double target = data_->targets()(order == nullptr ? first + n : order[first + n]);
        sum += value(target, output[n]);
        gradient[n] = scale * slope(target, output[n]);
    }
    std::fill(gradient + count, gradient + padded_, 0.0);
    if (order == nullptr && !product_) {
        const Eigen::Map<const Eigen::VectorXd> outputs(output, count);
        for (Eigen::Index d = 0; d < total_.size(); ++d) {
            total_(d) += readout_.col(d).segment(first, count).dot(outputs);
        }
    }
    return sum;
}

void sample_network::backward(const double* parameters, double* gradient) {
    for (std::size_t j = stages_.size(); j-- > 0;) {
        const stage& s = stages_[j];
        const space& from = spaces_[s.from];
        const space& to = spaces_[s.to];
        block_dots dots{.a = to.gradient,
                        .b = from.values,
                        .c = gradient + s.where.offset,
                        .a_rows = to.units,
                        .b_rows = from.units,
                        .columns = padded_,
                        .stride = stride_,
                        .c_stride = s.where.rows};
        kernels_.add_dots(dots);
        if (s.last && to.bias >= 0) {
            dots.b = ones_;
            dots.b_rows = 1;
            dots.c = gradient + to.bias;
            kernels_.add_dots(dots);
        }
        if (from.gradient != nullptr) {
            kernels_.multiply({.a = parameters + s.where.offset,
                               .row_step = s.where.rows,
                               .inner_step = 1,
                               .b = to.gradient,
                               .c = from.gradient,
                               .rows = from.units,
                               .inner = to.units,
                               .columns = padded_,
                               .stride = stride_,
                               .gate = from.values,
                               .slope = options_.units.slope});
        }
    }
}

void sample_network::multiply_layers(const double* parameters) {
    const auto down = [&](const std::vector<layer>& layers) {
        for (std::size_t j = layers.size(); j-- > 0;) {
            const layer& l = layers[j];
            row_below_.head(l.cols).noalias() =
                matrix(parameters, l).transpose() * row_.head(l.rows);
            row_.swap(row_below_);
        }
    };
    row_(0) = 1;
    down(shape_.trunk());
    fused_row_ = row_.head(fused_row_.size());
    for (int m = 0; m < shape_.count(); ++m) {
        row_.head(fused_row_.size()) = fused_row_;
        down(shape_.branch(m));
        const data::moments& known = data_->input_moments();
        total_.segment(known.offset(m), known.dim(m)) = row_.head(known.dim(m));
    }
}

}  // namespace fusionflow::solver
