#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fusionflow/data/random.hpp"
#include "fusionflow/solver/model.hpp"
#include "fusionflow/solver/networks/sample_network.hpp"

namespace fusionflow::solver {

/// The seed of the order of samples in repeat `repeat` of a run.
[[nodiscard]] std::uint64_t order_seed(std::uint64_t seed, int repeat);

/// Trains a network on samples, an epoch at a time.
///
/// An epoch goes through the samples in an order of its own: that of the epoch before, shuffled
/// again (data::random_source::shuffle), in batches of `batch` samples and a last one of what is
/// left. With full batches the order stays that of the data. After each epoch the step size is
/// multiplied by training::decay_rate.
/// \see tests/interchange/torch_samples_test.py, which follows it with PyTorch
class sample_descent {
public:
    /// Called after the gradient of each step is known and before it is taken.
    ///
    /// \param batch  The samples of the step.
    /// \param loss   Their mean loss before the step.
    using watch = std::function<void(std::span<const Eigen::Index> batch, double loss)>;

    /// \param how         Its rate, its rule, its batch; not its method and seeds.
    /// \param parameters  The network's size() numbers.
    /// \throws data::input_error naming batch where it is larger than P, or weights where their
    ///         number is wrong.
    sample_descent(const network_shape& shape, const data::samples& data, const training& how,
                   state parameters, std::uint64_t order_seed);

    /// Measures the loss of all samples, total_weights() and accuracy(). With full batches the same
    /// pass gives the gradient of the next step.
    ///
    /// \return The mean loss.
    double measure();

    /// Takes the steps of one epoch. With full batches measure() has to be called before each.
    void epoch();
    /// The same, watched.
    void epoch(const watch& watched);

    [[nodiscard]] long steps_per_epoch() const noexcept;
    [[nodiscard]] const state& parameters() const noexcept { return parameters_; }
    [[nodiscard]] state take_parameters() { return std::move(parameters_); }
    [[nodiscard]] const sample_network& network() const noexcept { return network_; }
    /// The step size of the next epoch.
    [[nodiscard]] double rate() const noexcept { return rate_; }

private:
    [[nodiscard]] bool is_full_batch() const noexcept { return batch_ == order_.size(); }
    void descend();

    sample_network network_;
    state parameters_;
    state gradient_;
    update update_;
    double rate_;
    double decay_;
    Eigen::ArrayXd factors_{};  // of the step of every parameter; empty where all are 1
    Eigen::ArrayXd before_{};
    std::vector<Eigen::Index> order_;
    std::size_t batch_;
    data::random_source random_;
    double loss_ = 0;  // of the latest measure()
};

}  // namespace fusionflow::solver
