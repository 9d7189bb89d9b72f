#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "fusionflow/solver/compact/compression.hpp"
#include "fusionflow/solver/compact/truncated.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/solver/training/train.hpp"

// Short ways through the front door of the solver: models and options from the pieces that tests
// have in hand.
namespace fusionflow::tests {

/// How a network of a test is trained, in one list.
struct network_options {
    solver::training_method method = solver::training_method::gradient_descent;
    double learning_rate = 0.01;
    long max_epochs = 10'000'000;
    std::uint64_t seed = 1;
    std::string_view form = "full";  ///< the method: full, compressed or sampled
    solver::compression_options compression{};
    double weight_decay = 0;
    solver::sample_options samples{};
    solver::run_options flow{};

    [[nodiscard]] solver::training training() const {
        return {.method = method,
                .learning_rate = learning_rate,
                .max_epochs = max_epochs,
                .seed = seed,
                .weight_decay = weight_decay,
                .samples = samples};
    }
    void validate() const {
        training().validate();
        run().validate();
    }
    [[nodiscard]] solver::run_options run() const {
        solver::run_options options = flow;
        options.compression = compression;
        return options;
    }
};

inline solver::model model_of(const data::moments& moments, const theory::architecture& arch,
                              const theory::initialisation& init, const network_options& how = {}) {
    return {.moments = moments, .architecture = arch, .init = init, .training = how.training()};
}

inline solver::model model_of(const data::samples& samples, const theory::architecture& arch,
                              const theory::initialisation& init, const network_options& how) {
    return {.moments = samples.feature_moments(),
            .architecture = arch,
            .init = init,
            .training = how.training(),
            .samples = std::make_shared<const data::samples>(samples)};
}

/// The bases of a compressed or sampled network, before any round.
inline std::unique_ptr<solver::krylov_growth> growth_of(const data::moments& moments,
                                                        const theory::architecture& arch,
                                                        const theory::initialisation& init,
                                                        std::string_view form, std::uint64_t seed) {
    const solver::model about = model_of(moments, arch, init, {.seed = seed});
    if (form == "sampled") {
        return solver::sampled_growth(about, 0);
    }
    return std::make_unique<solver::network_compression>(solver::draw_network(about, 0));
}

/// The reduced flow.
inline solver::answer integrate(const data::moments& moments, const theory::architecture& arch,
                                const theory::initialisation& init,
                                const solver::run_options& options = {}) {
    return solver::run("flow", model_of(moments, arch, init), options);
}

/// A network on moments or samples.
template <typename Data>
solver::answer simulate(const Data& data, const theory::architecture& arch,
                        const theory::initialisation& init, const network_options& how) {
    return solver::run(how.form, model_of(data, arch, init, how), how.run());
}

/// The same from given weights.
template <typename Data>
solver::answer simulate_from(const Data& data, const theory::architecture& arch,
                             const theory::initialisation& init, const network_options& how,
                             const solver::weighted_network& start) {
    solver::run_options options = how.run();
    options.start = std::make_shared<const solver::weighted_network>(start);
    return solver::run(how.form, model_of(data, arch, init, how), options);
}

}  // namespace fusionflow::tests
