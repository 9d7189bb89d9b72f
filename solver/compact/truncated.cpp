#include "fusionflow/solver/compact/truncated.hpp"

#include <fmt/format.h>

#include <limits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/compact/comparison.hpp"
#include "fusionflow/solver/compact/compression.hpp"
#include "fusionflow/solver/compact/sampled.hpp"
#include "fusionflow/solver/networks/draw.hpp"

namespace fusionflow::solver {

namespace {

constexpr double safety = 2;
constexpr double column_rounding = 1e-11;
constexpr double most_by_itself = 1e6;  // weights, where nobody asked for that many rounds
constexpr double most_weights = 2e7;

simulation train_fixed(const data::moments& moments, const theory::architecture& arch,
                       const theory::initialisation& init, const simulate_options& options,
                       krylov_growth& growth, int rounds) {
    if (!(rounds >= growth.least_rounds())) {
        throw data::input_error("rounds", fmt::format("need at least {} to reach every hidden "
                                                      "layer, got {}",
                                                      growth.least_rounds(), rounds));
    }
    const double weights = growth.most_weights(rounds + 1);
    if (!(weights <= most_weights)) {
        throw data::input_error(
            "rounds", fmt::format("need networks of at most {:g} weights, {} rounds and one more "
                                  "may take {:.2g}",
                                  most_weights, rounds, weights));
    }
    return train_truncated(moments, arch, init, options, growth, rounds);
}

simulation train_accurate(const data::moments& moments, const theory::architecture& arch,
                          const theory::initialisation& init, const simulate_options& options,
                          krylov_growth& growth) {
    const double wanted = options.compression.accuracy;
    int rounds = growth.least_rounds();
    simulation result = train_fixed(moments, arch, init, options, growth, rounds);
    while (!(result.truncation_error <= wanted)) {
        ++rounds;
        if (!(growth.most_weights(rounds + 1) <= most_by_itself)) {
            result.run.answer.warnings.push_back(
                fmt::format("the truncation error is about {:.1e}, not {:g} as wanted: another "
                            "round would make the network too large (--rounds can ask for it)",
                            result.truncation_error, wanted));
            break;
        }
        result = train_truncated(moments, arch, init, options, growth, rounds);
    }
    return result;
}

simulation train_as_asked(const data::moments& moments, const theory::architecture& arch,
                          const theory::initialisation& init, const simulate_options& options,
                          krylov_growth& growth) {
    return options.compression.rounds
               ? train_fixed(moments, arch, init, options, growth, *options.compression.rounds)
               : train_accurate(moments, arch, init, options, growth);
}

}  // namespace

std::unique_ptr<krylov_growth> start_growth(const data::moments& moments,
                                            const theory::architecture& arch,
                                            const theory::initialisation& init, representation form,
                                            std::uint64_t seed) {
    init.validate(moments.count());
    arch.match(moments);
    const bool balanced = init.drawn == theory::scheme::balanced;
    if (form == representation::sampled && !balanced) {
        return std::make_unique<network_sampler>(moments.dims(), hidden_widths::of(arch, init),
                                                 moments.outputs(), init, seed);
    }
    theory::require_widths(arch, init);
    const hidden_widths hidden = form == representation::sampled ? hidden_widths::equal(arch, 1)
                                                                 : hidden_widths::of(arch, init);
    const network_shape shape(moments.dims(), hidden, moments.outputs());
    return std::make_unique<network_compression>(
        weighted_network{shape, draw_weights(shape, moments, init, seed)});
}

simulation train_truncated(const data::moments& moments, const theory::architecture& arch,
                           const theory::initialisation& init, const simulate_options& options,
                           krylov_growth& growth, int rounds) {
    while (growth.rounds() <= rounds) {
        growth.grow();
    }
    simulation result = [&] {
        if (growth.closed_at(rounds)) {
            simulation exact = train(moments, arch, init, options, growth.network(rounds));
            exact.truncation_error = column_rounding;
            return exact;
        }
        if (!options.compression.estimate) {
            simulation alone = train(moments, arch, init, options, growth.network(rounds));
            alone.truncation_error = std::numeric_limits<double>::quiet_NaN();
            return alone;
        }
        comparison further(moments, growth.network(rounds + 1), options.learning_rate,
                           options.weight_decay);
        simulation truncated =
            train(moments, arch, init, options, growth.network(rounds), &further);
        truncated.truncation_error = safety * further.deviation() + column_rounding;
        return truncated;
    }();
    result.rounds = rounds;
    result.drawn_widths = hidden_widths::of(arch, init).along_longest_path();
    return result;
}

simulation simulate_truncated(const data::moments& moments, const theory::architecture& arch,
                              const theory::initialisation& init, const simulate_options& options) {
    options.validate();
    const auto growth = start_growth(moments, arch, init, options.form, options.seed);
    return train_as_asked(moments, arch, init, options, *growth);
}

simulation compress_and_train(const data::moments& moments, const theory::architecture& arch,
                              const theory::initialisation& init, const simulate_options& options,
                              weighted_network full) {
    options.validate();
    network_compression growth(std::move(full));
    return train_as_asked(moments, arch, init, options, growth);
}

}  // namespace fusionflow::solver
