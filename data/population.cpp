#include "fusionflow/data/population.hpp"

#include <cmath>

#include "fusionflow/data/drawn_samples.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/parameter_range.hpp"
#include "fusionflow/data/random.hpp"

namespace fusionflow::data {

namespace {

// The variance v_m of every input.
Eigen::VectorXd input_variances(const population_options& options) {
    const std::vector<int> offsets = input_offsets(options.dims);
    Eigen::VectorXd variances(offsets.back());
    for (std::size_t m = 0; m < options.dims.size(); ++m) {
        variances.segment(offsets[m], options.dims[m]).setConstant(options.variances[m]);
    }
    return variances;
}

}  // namespace

void population_options::validate() const {
    (void)input_offsets(dims);
    need(variances.size() == dims.size(), "variances", "need one per modality, {}, got {}",
         dims.size(), variances.size());
    for (const double variance : variances) {
        need(variance >= smallest_parameter && variance <= largest_parameter, "variances",
             "need 1e-50 <= v <= 1e50, got {}", variance);
    }
    need(std::abs(input_weight) <= largest_parameter, "input-weight",
         "need a number within +-1e50, got {}", input_weight);
    need(noise >= 0, "noise", "need noise >= 0, got {}", noise);
    need(noise <= largest_parameter, "noise", "need noise <= 1e50, got {}", noise);
}

moments population_moments(const population_options& options) {
    options.validate();
    const Eigen::VectorXd variances = input_variances(options);
    const Eigen::VectorXd correlation = options.input_weight * variances;
    const double power = options.input_weight * correlation.sum() + options.noise * options.noise;
    return moments(default_names(options.dims.size()), options.dims, variances.asDiagonal(),
                   correlation, power)
        .with_zero_means();
}

moments drawn_moments(const population_options& options, long count, std::uint64_t seed) {
    options.validate();
    need(count >= 1 && count <= most_samples, "draws", "need 1 ... {}, got {}", most_samples,
         count);
    const Eigen::VectorXd deviations = input_variances(options).cwiseSqrt();
    const Eigen::Index dimension = deviations.size();
    random_source random(seed);
    Eigen::VectorXd sample(dimension + 1);  // x, then y
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(dimension + 1, dimension + 1);
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(dimension + 1);
    for (long i = 0; i < count; ++i) {
        for (Eigen::Index k = 0; k < dimension; ++k) {
            sample(k) = deviations(k) * random.normal();
        }
        sample(dimension) =
            options.input_weight * sample.head(dimension).sum() + options.noise * random.normal();
        // Samples are added one by one: whole products round by the caches of the machine.
        for (Eigen::Index k = 0; k <= dimension; ++k) {
            const Eigen::Index below = dimension + 1 - k;
            sums.col(k).tail(below) += sample(k) * sample.tail(below);
        }
        mean += sample;
    }
    mean /= static_cast<double>(count);
    sums /= static_cast<double>(count);
    const Eigen::MatrixXd inputs = sums.topLeftCorner(dimension, dimension);
    const Eigen::VectorXd correlation = sums.row(dimension).head(dimension);
    return moments(default_names(options.dims.size()), options.dims,
                   inputs.selfadjointView<Eigen::Lower>(), correlation, sums(dimension, dimension))
        .with_means({mean.head(dimension), mean.tail(1)});
}

}  // namespace fusionflow::data
