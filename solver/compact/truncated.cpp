#include "fusionflow/solver/compact/truncated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/compact/compression.hpp"
#include "fusionflow/solver/compact/sampled.hpp"
#include "fusionflow/solver/training/train.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

namespace {

constexpr double safety = 2;
constexpr double column_rounding = 1e-11;
constexpr double most_by_itself = 1e6;  // weights, unless --rounds asks for more
constexpr double most_weights = 2e7;

void check_size(const krylov_growth& growth, int rounds) {
    data::need(rounds >= growth.least_rounds(), "rounds",
               "need at least {} to reach every hidden layer, got {}", growth.least_rounds(),
               rounds);
    const double weights = growth.most_weights(rounds + 1);
    data::need(weights <= most_weights, "rounds",
               "need networks of at most {:g} weights, {} rounds and one more may take {:.2g}",
               most_weights, rounds, weights);
}

// Networks of too few rounds are left as soon as they have parted this many times further from
// those of one more round than the accuracy allows: most part early, and train long.
constexpr double hopeless = 2;

// |W_m| of the least-squares solution.
Eigen::VectorXd norms_at_rest(const data::moments& moments) {
    const auto everyone = data::all_modalities(moments.count());
    const Eigen::VectorXd weights = theory::solve_partial(moments, everyone).weights;
    Eigen::VectorXd norms(moments.count());
    for (int m = 0; m < moments.count(); ++m) {
        norms(m) = moments.part(weights, m).norm();
    }
    return norms;
}

void grow_beyond(krylov_growth& growth, int rounds) {
    while (growth.rounds() <= rounds) {
        growth.grow();
    }
}

answer train_of(const model& about, const run_options& options, krylov_growth& growth, int rounds,
                bool may_give_up);

answer train_accurate(const model& about, const run_options& options, krylov_growth& growth) {
    const double wanted = options.compression.accuracy;
    check_size(growth, growth.least_rounds());
    const int first = std::max(growth.least_rounds(), options.compression.at_least);
    for (int rounds = first;; ++rounds) {
        grow_beyond(growth, rounds);
        const bool last = !(growth.most_weights(rounds + 2) <= most_by_itself);
        try {
            answer result = train_of(about, options, growth, rounds, !last);
            const double error = result.network->truncation_error;
            if (!(error <= wanted) && last) {
                result.warnings.push_back(
                    fmt::format("the truncation error is about {:.1e}, not {:g} as wanted: another "
                                "round would make the network too large (--rounds can ask for it)",
                                error, wanted));
            }
            if (error <= wanted || last) {
                return result;
            }
        } catch (const parted&) {
            // Another round is needed.
        }
    }
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
    return train_of(about, options, growth, rounds, false);
}

namespace {

answer train_of(const model& about, const run_options& options, krylov_growth& growth, int rounds,
                bool may_give_up) {
    grow_beyond(growth, rounds);
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
        if (may_give_up) {
            further.give_up_above(hopeless * options.compression.accuracy / safety,
                                  norms_at_rest(about.moments));
        }
        answer truncated = trained(&further, 0);
        truncated.network->truncation_error = safety * further.deviation() + column_rounding;
        return truncated;
    }();
    result.network->rounds = rounds;
    result.network->drawn_widths =
        hidden_widths::of(about.architecture, about.init).along_longest_path();
    return result;
}

}  // namespace

answer train_truncated(const model& about, const run_options& options, krylov_growth& growth) {
    if (!options.compression.rounds) {
        return train_accurate(about, options, growth);
    }
    check_size(growth, *options.compression.rounds);
    return train_truncated(about, options, growth, *options.compression.rounds);
}

}  // namespace fusionflow::solver
