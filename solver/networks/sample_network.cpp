#include "fusionflow/solver/networks/sample_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/solver/networks/accuracy.hpp"

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
    options.match(data);
    connect(shape, data);
    place_buffers();
    product_ = options_.units.is_linear() && !data.has_features();
    total_.setZero(data.outputs() * data.features().cols());
}

void sample_network::connect(const network_shape& shape, const data::samples& data) {
    if (shape.count() != static_cast<int>(data.dims().size())) {
        throw data::input_error("branches", fmt::format("need one per modality, {}, got {}",
                                                        data.dims().size(), shape.count()));
    }
    const auto& tops = shape.trunk().empty() ? shape.branch(0) : shape.trunk();
    const Eigen::Index outputs = data.outputs();
    data::need(tops.back().rows == outputs, "targets", "need a network with {}, got {}",
               outputs == 1 ? "one output" : fmt::format("{} outputs", outputs), tops.back().rows);
    size_ = shape.size();
    const auto add_space = [this](Eigen::Index units, bool biased) {
        spaces_.push_back({.units = units, .bias = biased ? size_ : -1});
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
    const bool bends = !options_.units.is_gated();
    Eigen::Index rows = 1;  // one row of ones
    for (const space& s : spaces_) {
        rows += (bends ? 3 : 2) * s.units;
    }
    const Eigen::Index whole =
        std::min(most_block, (padded(data_->count()) + block_step - 1) / block_step * block_step);
    block_ = std::clamp(block_numbers / rows / block_step * block_step, block_step, whole);
    stride_ = odd_lines(block_);
    rows += data_->outputs();
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
        spaces_[i].slopes = bends && !input && i != output_ ? take(spaces_[i].units) : nullptr;
    }
    targets_ = take(data_->outputs());
}

void sample_network::prepare_readout() {
    prepared_ = true;
    const Eigen::MatrixXd& features = data_->features();
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
        if (!prepared_) {
            prepare_readout();
        }
        total_.setZero();
        right_ = 0;
    }
    const double scale = 1 / static_cast<double>(count);
    double sum = 0;
    for (Eigen::Index first = 0; first < count; first += block_) {
        const Eigen::Index here = std::min(block_, count - first);
        padded_ = padded(here);
        gather(order, first, here, nullptr);
        gather_targets(order, first, here);
        forward(parameters);
        sum += judge(first, here, scale, all);
        if (gradient != nullptr) {
            backward(parameters, gradient);
        }
    }
    if (all && product_) {
        multiply_layers(parameters);
    }
    return sum * scale;
}

Eigen::MatrixXd sample_network::outputs(const double* parameters) {
    return outputs_of(parameters, nullptr);
}

Eigen::MatrixXd sample_network::outputs(const double* parameters, const data::modality_set& shown,
                                        const Eigen::VectorXd& blank) {
    const Eigen::Index wanted = data_->inputs().cols();
    data::need(blank.size() == wanted, "blank", "need {} numbers, got {}", wanted, blank.size());
    const view seen{&shown, &blank};
    return outputs_of(parameters, &seen);
}

Eigen::MatrixXd sample_network::outputs_of(const double* parameters, const view* seen) {
    const space& output = spaces_[output_];
    Eigen::MatrixXd all(data_->count(), output.units);
    for (Eigen::Index first = 0; first < data_->count(); first += block_) {
        const Eigen::Index here = std::min(block_, data_->count() - first);
        padded_ = padded(here);
        gather(nullptr, first, here, seen);
        forward(parameters);
        for (Eigen::Index k = 0; k < output.units; ++k) {
            std::copy_n(output.values + k * stride_, here, all.col(k).data() + first);
        }
    }
    return all;
}

double sample_network::accuracy() const noexcept {
    return data_->are_classes() || data_->are_labels()
               ? static_cast<double>(right_) / static_cast<double>(data_->count())
               : std::numeric_limits<double>::quiet_NaN();
}

void sample_network::gather(const Eigen::Index* order, Eigen::Index first, Eigen::Index count,
                            const view* seen) {
    Eigen::Index column = 0;
    for (std::size_t m = 0; m < inputs_.size(); ++m) {
        const space& inputs = spaces_[inputs_[m]];
        const bool blank =
            seen != nullptr &&
            !std::binary_search(seen->shown->begin(), seen->shown->end(), static_cast<int>(m));
        for (Eigen::Index d = 0; d < inputs.units; ++d, ++column) {
            double* row = inputs.values + d * stride_;
            const double* from = data_->inputs().col(column).data();
            if (blank) {
                std::fill_n(row, count, (*seen->blank)(column));
            } else if (order == nullptr) {
                std::copy_n(from + first, count, row);
            } else {
                for (Eigen::Index n = 0; n < count; ++n) {
                    row[n] = from[order[first + n]];
                }
            }
            std::fill(row + count, row + padded_, 0.0);
        }
    }
}

void sample_network::gather_targets(const Eigen::Index* order, Eigen::Index first,
                                    Eigen::Index count) {
    for (Eigen::Index k = 0; k < data_->outputs(); ++k) {
        const double* from = data_->targets().col(k).data();
        for (Eigen::Index n = 0; n < count; ++n) {
            targets_[k * stride_ + n] = from[order == nullptr ? first + n : order[first + n]];
        }
    }
}

void sample_network::forward(const double* parameters) {
    const bool gated = options_.units.is_gated();
    for (const stage& s : stages_) {
        const space& from = spaces_[s.from];
        const space& to = spaces_[s.to];
        if (s.first && to.bias >= 0) {
            for (Eigen::Index unit = 0; unit < to.units; ++unit) {
                std::fill_n(to.values + unit * stride_, padded_, parameters[to.bias + unit]);
            }
        }
        const bool hidden = s.last && s.to != output_;
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
                           .slope = hidden && gated ? options_.units.slope() : 1});
        if (hidden && !gated) {
            bend(to);
        }
    }
}

// Applies units that are not gated to the block.
void sample_network::bend(const space& units) {
    for (Eigen::Index unit = 0; unit < units.units; ++unit) {
        const std::span<double> row(units.values + unit * stride_,
                                    static_cast<std::size_t>(padded_));
        options_.units->bend(row, units.slopes + unit * stride_, options_.units.number);
    }
}

// Sums the losses of a block and writes the gradient of the outputs, which is zero in the padding.
double sample_network::judge(Eigen::Index first, Eigen::Index count, double scale, bool all) {
    const space& output = spaces_[output_];
    const double sum = options_.loss->judge({.count = count,
                                             .outputs = output.units,
                                             .stride = stride_,
                                             .targets = targets_,
                                             .values = output.values,
                                             .slopes = output.gradient,
                                             .number = options_.loss.number});
    for (Eigen::Index k = 0; k < output.units; ++k) {
        double* row = output.gradient + k * stride_;
        Eigen::Map<Eigen::ArrayXd>(row, count) *= scale;
        std::fill(row + count, row + padded_, 0.0);
    }
    if (all) {
        read_out(first, count);
    }
    return sum;
}

// Adds a block to W and to the samples on the right side.
void sample_network::read_out(Eigen::Index first, Eigen::Index count) {
    const space& output = spaces_[output_];
    if (data_->are_classes() || data_->are_labels()) {
        right_ += count_right({.count = count,
                               .outputs = output.units,
                               .targets = targets_,
                               .target_stride = stride_,
                               .values = output.values,
                               .value_stride = stride_});
    }
    if (product_) {
        return;
    }
    for (Eigen::Index d = 0; d < readout_.cols(); ++d) {
        for (Eigen::Index k = 0; k < output.units; ++k) {
            const Eigen::Map<const Eigen::VectorXd> values(output.values + k * stride_, count);
            total_(k + output.units * d) += readout_.col(d).segment(first, count).dot(values);
        }
    }
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
            const bool gated = from.slopes == nullptr;
            kernels_.multiply({.a = parameters + s.where.offset,
                               .row_step = s.where.rows,
                               .inner_step = 1,
                               .b = to.gradient,
                               .c = from.gradient,
                               .rows = from.units,
                               .inner = to.units,
                               .columns = padded_,
                               .stride = stride_,
                               .gate = gated ? from.values : nullptr,
                               .slope = gated ? options_.units.slope() : 1});
            if (!gated) {
                unbend(from);
            }
        }
    }
}

// Multiplies the gradient of a block by the slopes of units that are not gated.
void sample_network::unbend(const space& units) {
    for (Eigen::Index unit = 0; unit < units.units; ++unit) {
        const Eigen::Index row = unit * stride_;
        Eigen::Map<Eigen::ArrayXd>(units.gradient + row, padded_) *=
            Eigen::Map<const Eigen::ArrayXd>(units.slopes + row, padded_);
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
    const Eigen::Index outputs = data_->outputs();
    for (Eigen::Index k = 0; k < outputs; ++k) {
        row_.head(outputs).setZero();
        row_(k) = 1;
        down(shape_.trunk());
        fused_row_ = row_.head(fused_row_.size());
        for (int m = 0; m < shape_.count(); ++m) {
            row_.head(fused_row_.size()) = fused_row_;
            down(shape_.branch(m));
            const data::moments& known = data_->input_moments();
            for (Eigen::Index d = 0; d < known.dim(m); ++d) {
                total_(k + outputs * (known.offset(m) + d)) = row_(d);
            }
        }
    }
}

}  // namespace fusionflow::solver
