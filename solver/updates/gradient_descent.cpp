#include <Eigen/Core>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

namespace {

// Keeps nothing beside the weights.
class plain_update final : public update {
public:
    plain_update(const descent_law& law, std::size_t weights) : law_(law), weights_(weights) {}

    void step(std::span<double> parameters, std::span<const double> gradient) override {
        const auto move = [&](std::size_t first, std::size_t count, double decay) {
            const auto size = static_cast<Eigen::Index>(count);
            Eigen::Map<Eigen::ArrayXd> moved(parameters.data() + first, size);
            const Eigen::Map<const Eigen::ArrayXd> slope(gradient.data() + first, size);
            if (decay > 0) {
                moved -= law_.rate * (slope + decay * moved);
            } else {
                moved -= law_.rate * slope;
            }
        };
        move(0, weights_, law_.weight_decay);
        move(weights_, parameters.size() - weights_, 0);
    }

private:
    descent_law law_;
    std::size_t weights_;
};

}  // namespace

/// \see tests/solver/updates_test.cpp
extern const update_rule gradient_descent_rule = {
    .name = "gd",
    .about = "gradient descent with weight decay",
    .plain = true,
    .begin = [](const descent_law& law, std::size_t weights) -> std::unique_ptr<update> {
        return std::make_unique<plain_update>(law, weights);
    }};

}  // namespace fusionflow::solver
