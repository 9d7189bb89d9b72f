#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/data/samples.hpp"
#include "fusionflow/solver/losses/sample_options.hpp"
#include "fusionflow/solver/updates/update_rule.hpp"
#include "fusionflow/theory/architecture.hpp"
#include "fusionflow/theory/initialisation.hpp"
#include "fusionflow/theory/learning_rates.hpp"

namespace fusionflow::solver {

enum class training_method {
    gradient_descent,  ///< "gd": steps of size learning_rate; t = learning_rate x steps
    gradient_flow,     ///< "flow": the ODE, adaptive steps
};

/// \throws data::input_error naming method.
[[nodiscard]] training_method parse_training_method(std::string_view name);
[[nodiscard]] std::string_view to_string(training_method t);

/// How networks are trained.
struct training {
    training_method method = training_method::gradient_descent;
    /// Step size of gradient descent, > 0. Absent: networks take 0.01, and formulas are those of
    /// gradient flow.
    std::optional<double> learning_rate{};
    long max_epochs = 10'000'000;  ///< of gradient descent, >= 1
    /// Train for so many epochs, >= 1, whatever is learned by then; absent: until all is learned.
    std::optional<long> epochs{};
    std::uint64_t seed = 1;  ///< of the initial weights
    /// Factors of the learning rates of branches and trunk; not together with weight decay.
    theory::learning_rates rates{};
    double weight_decay = 0;  ///< lambda of lambda/2 |weights|^2 (not biases), >= 0
    /// Factor of the step size from one epoch to the next, 0 < r <= 1; of networks on samples.
    double decay_rate = 1;
    sample_options samples{};  ///< for networks on samples

    /// The step size, with its default for networks.
    [[nodiscard]] double rate() const noexcept { return learning_rate.value_or(0.01); }

    [[nodiscard]] descent_law law() const noexcept { return {rate(), weight_decay, rates}; }

    /// \throws data::input_error naming learning-rate, learning-rates, epochs, max-epochs,
    ///         weight-decay or decay-rate, or as sample_options.
    void validate() const;
};

/// What is asked about: the data, the network, how it starts and how it is trained.
struct model {
    data::moments moments;
    theory::architecture architecture;
    theory::initialisation init{};
    solver::training training{};
    /// Samples to train on, `moments` being those of their features. Null: train on `moments`.
    std::shared_ptr<const data::samples> samples{};
    /// Population that `moments` are a sample of; generalisation is measured on it.
    std::optional<data::moments> population{};

    /// True where samples have features that no linear network or theory knows of.
    [[nodiscard]] bool beyond_linear() const { return samples && samples->has_features(); }
    /// True where networks act on their data through second moments, and with biases means, only.
    [[nodiscard]] bool moments_suffice() const {
        return !samples || (training.samples.moments_suffice(samples->outputs()) &&
                            training.decay_rate == 1 && !beyond_linear());
    }
    /// True where it is known when training comes to rest: for linear networks under the squared
    /// error. Others move on where these stop; and with weight decay and several targets it is not
    /// known when a mode of a modality has decayed.
    [[nodiscard]] bool comes_to_rest() const;
    /// True where networks have biases.
    [[nodiscard]] bool has_biases() const {
        return init.bias() != theory::bias_start::none || training.samples.bias;
    }
    /// True where biases change what a network learns. They do not where they begin at 0 and all
    /// means are 0: then they stay at 0.
    [[nodiscard]] bool biases_matter() const;
    /// How networks on samples are trained, with the biases of `init`.
    [[nodiscard]] sample_options on_samples() const {
        sample_options how = training.samples;
        how.bias = has_biases();
        return how;
    }

    /// Checks that the parts fit each other.
    ///
    /// \throws data::input_error naming the part that does not fit or breaks a rule of its own.
    void validate() const;
};

}  // namespace fusionflow::solver
