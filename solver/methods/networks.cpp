// The methods that train networks: full ones, or smaller ones that stand for them.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/compact/compression.hpp"
#include "fusionflow/solver/compact/inputs_in_range.hpp"
#include "fusionflow/solver/compact/leading_directions.hpp"
#include "fusionflow/solver/compact/rotated_network.hpp"
#include "fusionflow/solver/compact/truncated.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/methods/refusals.hpp"
#include "fusionflow/solver/methods/standings.hpp"
#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

std::optional<data::input_error> refuse_nothing(const model& /*about*/) { return std::nullopt; }

// The weights to start from: given ones, which must fit the model's network, or drawn ones.
weighted_network start_of(const model& about, const run_options& options) {
    if (!options.start) {
        return draw_network(about, options.repeat);
    }
    const weighted_network& start = *options.start;
    const data::moments& inputs = about.samples ? about.samples->input_moments() : about.moments;
    const theory::architecture& arch = about.architecture;
    const bool whole =
        std::ssize(start.weights) == start.shape.size() || about.samples ||
        (about.has_biases() && std::ssize(start.weights) == start.shape.size_with_biases());
    bool fits = whole && start.shape.count() == inputs.count() &&
                start.shape.outputs() == inputs.outputs() &&
                std::ssize(start.shape.trunk()) == arch.shared();
    for (int m = 0; fits && m < inputs.count(); ++m) {
        const auto& layers = start.shape.branch(m);
        fits = std::ssize(layers) == arch.branch(m) && layers.front().cols == inputs.dim(m);
    }
    data::need(fits, "weights", "need weights whose shapes fit this architecture and data");
    return start;
}

answer run_full(const model& about, const run_options& options) {
    weighted_network start = start_of(about, options);
    return about.samples ? train_on_samples(about, options, std::move(start))
                         : train(about, options, std::move(start));
}

std::optional<data::input_error> refuse_small(const model& about, std::string_view name) {
    if (about.moments_suffice()) {
        return std::nullopt;
    }
    return data::input_error("representation",
                             fmt::format("need full for networks that moments do not tell all "
                                         "about, got {}",
                                         name));
}

std::optional<data::input_error> refuse_compressed(const model& about) {
    return refuse_small(about, "compressed");
}

std::optional<data::input_error> refuse_sampled(const model& about) {
    return refuse_small(about, "sampled");
}

// As many directions of a modality's inputs as E_m has at least, and some more.
Eigen::Index directions_per_round(const data::moments& moments) {
    constexpr Eigen::Index least = 2;
    return std::max<Eigen::Index>(least, moments.outputs());
}

// The compressed network whose rounds take the inputs by the directions that errors lie in first.
answer run_leading(const model& about, const run_options& options, weighted_network start) {
    network_compression growth(std::move(start));
    growth.lead(leading_directions(about.moments), directions_per_round(about.moments));
    return train_truncated(about, options, growth);
}

answer run_compressed(const model& about, const run_options& options) {
    weighted_network start = start_of(about, options);
    if (!options.compression.leading || start.has_biases()) {
        network_compression growth(std::move(start));
        return train_truncated(about, options, growth);
    }
    const auto range = find_inputs_in_range(about.moments);
    if (range == nullptr) {
        return run_leading(about, options, std::move(start));
    }
    model narrow = about;
    narrow.moments = range->moments;
    answer found = run_leading(narrow, options, range->on_range(start));
    range->write_on_inputs(found);
    return found;
}

answer run_sampled(const model& about, const run_options& options) {
    const auto growth = sampled_growth(about, options.repeat);
    answer result = train_truncated(about, options, *growth);
    if (about.init.drawn->uniform) {
        result.warnings.emplace_back(
            "sampled: entries are normal instead of uniform, of the same variance: times have the "
            "same mean, but spread up to a third more");
    }
    return result;
}

std::optional<data::input_error> refuse_epochs(const model& about) {
    if (auto refused = reason_of([&] { require_two_layers(about.architecture); })) {
        return refused;
    }
    if (about.training.method != training_method::gradient_descent) {
        return data::input_error("method", "exact-epochs needs gd, got flow");
    }
    if (auto refused = reason_of([&] { (void)about.moments.correlation(); })) {
        return refused;
    }
    if (about.has_biases()) {
        return data::input_error("bias", "the exact form of two layers knows no biases: need "
                                         "networks (full, compressed or sampled), or --bias none");
    }
    return refuse_small(about, "exact-epochs");
}

// The rotated network has the full one's W at every epoch; its steps cost the same at any width.
answer run_epochs(const model& about, const run_options& options) {
    const auto start =
        two_layer_start::drawn(about.moments, about.architecture, about.init,
                               data::repeat_seed(about.training.seed, options.repeat));
    answer result =
        train(about, options, rotated_network(about.moments, about.architecture, start));
    result.network->drawn_widths =
        hidden_widths::of(about.architecture, about.init).along_longest_path();
    return result;
}

}  // namespace

/// \see tests/solver/rotated_network_test.cpp
extern const method exact_epochs_method = {
    .name = "exact-epochs",
    .about = "epochs of the two-layer network that full draws, in the exact form",
    .kind = method_kind::network,
    .draws = method_draws::weights,
    .forms_weights = true,
    .label = "exact-epochs",
    .refusal = refuse_epochs,
    .stands = always<standing::exact>,
    .run = run_epochs};

/// \see docs/numerics.md#compressed-networks; tests/solver/truncated_test.cpp
extern const method compressed_method = {
    .name = "compressed",
    .about = "the network that full draws, between a few vectors of each hidden space",
    .kind = method_kind::network,
    .draws = method_draws::weights,
    .forms_weights = true,
    .compresses = true,
    .takes_start = true,
    .label = "compressed",
    .refusal = refuse_compressed,
    .stands = always<standing::exact>,
    .run = run_compressed};

/// \see docs/theory.md#sampled-networks; tests/solver/sampled_test.cpp
extern const method sampled_method = {.name = "sampled",
                                      .about = "compressed networks, drawn directly at any width",
                                      .kind = method_kind::network,
                                      .draws = method_draws::weights,
                                      .compresses = true,
                                      .label = "sampled",
                                      .refusal = refuse_sampled,
                                      .stands = always<standing::statistical>,
                                      .run = run_sampled};

/// \see tests/solver/simulate_test.cpp; tests/solver/simulate_samples_test.cpp
extern const method full_method = {.name = "full",
                                   .about = "full network",
                                   .kind = method_kind::network,
                                   .draws = method_draws::weights_and_batches,
                                   .forms_weights = true,
                                   .takes_start = true,
                                   .label = "",
                                   .refusal = refuse_nothing,
                                   .stands = always<standing::exact>,
                                   .run = run_full};

}  // namespace fusionflow::solver
