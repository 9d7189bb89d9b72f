#include "fusionflow/solver/compact/truncated.hpp"

#include <fmt/format.h>

#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/compact/compression.hpp"
#include "fusionflow/solver/compact/sampled.hpp"
#include "fusionflow/solver/training/train.hpp"

namespace fusionflow::solver {

namespace {

constexpr double safety = 2;
constexpr double column_rounding = 1e-11;
constexpr double most_by_itself = 1e6;  // weights, unless --rounds asks for more
constexpr double most_weights = 2e7;

answer train_fixed(const model& about, const run_options& options, krylov_growth& growth,
                   int rounds) {
    data::need(rounds >= growth.least_rounds(), "rounds",
               "need at least {} to reach every hidden layer, got {}", growth.least_rounds(),
               rounds);
    const double weights = growth.most_weights(rounds + 1);
    data::need(weights <= most_weights, "rounds",
               "need networks of at most {:g} weights, {} rounds and one more may take {:.2g}",
               most_weights, rounds, weights);
    return train_truncated(about, options, growth, rounds);
}

answer train_accurate(const model& about, const run_options& options, krylov_growth& growth) {
    const double wanted = options.compression.accuracy;
    int rounds = growth.least_rounds();
    answer result = train_fixed(about, options, growth, rounds);
    while (!(result.network->truncation_error <= wanted)) {
        ++rounds;
        if (!(growth.most_weights(rounds + 1) <= most_by_itself)) {
            result.warnings.push_back(
                fmt::format("the truncation error is about {:.1e}, not {:g} as wanted: another "
                            "round would make the network too large (--rounds can ask for it)",
                            result.network->truncation_error, wanted));
            break;
        }
        result = train_truncated(about, options, growth, rounds);
    }
    return result;
}

}  // namespace

std::unique_ptr<krylov_growth> sampled_growth(const model& about, int repeat) {
    if (about.init.balanced()) {
        model narrow = about;
        narrow.init.width = 1;
        narrow.init.widths.clear();
        return std::make_unique<network_compression>(draw_network(narrow, repeat));
    }
    return std::make_unique<network_sampler>(
        about.moments.dims(), hidden_widths::of(about.architecture, about.init),
        about.moments.outputs(), about.init, data::repeat_seed(about.training.seed, repeat));
}

answer train_truncated(const model& about, const run_options& options, krylov_growth& growth,
                       int rounds) {
    while (growth.rounds() <= rounds) {
        growth.grow();
    }
    const auto trained = [&](comparison* beside, double error) {
        answer result = train(about, options, growth.network(rounds), beside);
        result.network->truncation_error = error;
        return result;
    };
    answer result = [&] {
        if (growth.closed_at(rounds)) {
            return trained(nullptr, column_rounding);
        }
        if (!options.compression.estimate) {
            return trained(nullptr, std::numeric_limits<double>::quiet_NaN());
        }
        comparison further(about.moments, growth.network(rounds + 1), about.training.law());
        answer truncated = trained(&further, 0);
        truncated.network->truncation_error = safety * further.deviation() + column_rounding;
        return truncated;
    }();
    result.network->rounds = rounds;
    result.network->drawn_widths =
        hidden_widths::of(about.architecture, about.init).along_longest_path();
    return result;
}

answer train_truncated(const model& about, const run_options& options, krylov_growth& growth) {
    return options.compression.rounds
               ? train_fixed(about, options, growth, *options.compression.rounds)
               : train_accurate(about, options, growth);
}

}  // namespace fusionflow::solver
