#pragma once

#include <Eigen/Core>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cstdint>
#include <span>

namespace fusionflow::data {

/// A seeded source of normal numbers: the same seed gives the same digits on every machine
/// (std::normal_distribution differs between standard libraries, Boost.Random does not).
class random_source {
public:
    explicit random_source(std::uint64_t seed);

    /// One N(0, 1) number.
    [[nodiscard]] double normal();

    /// One number uniform on [low, high).
    [[nodiscard]] double uniform(double low, double high);

    /// Length of a vector of `dof` N(0, 1) numbers (chi distribution).
    ///
    /// \param dof  Degrees of freedom, 1 ... 1e15.
    [[nodiscard]] double chi(double dof);

    /// rows x cols numbers N(0, sd^2), drawn column by column.
    [[nodiscard]] Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index cols, double sd);

    /// rows x cols numbers uniform on [-bound, bound), drawn column by column.
    [[nodiscard]] Eigen::MatrixXd uniform_matrix(Eigen::Index rows, Eigen::Index cols,
                                                 double bound);

    /// Puts `places` into a random order; all orders are equally likely.
    void shuffle(std::span<Eigen::Index> places);

    /// A unit vector of `size` numbers, uniform on the sphere; size >= 1.
    [[nodiscard]] Eigen::VectorXd unit_vector(Eigen::Index size);

private:
    boost::random::mt19937_64 engine_;
    boost::random::normal_distribution<double> normal_;
};

/// The seed of repeat `repeat` of a run with seed `seed`: well-mixed (splitmix64), so that seeds
/// 1, 2, 3 and their repeats never share a stream; repeat 0 is the seed itself.
/// Repeats below 0 seed what else a run draws: -1 the order of its samples.
[[nodiscard]] std::uint64_t repeat_seed(std::uint64_t seed, int repeat);

/// A number uniform on [0, 1) that depends on a seed and an index alone (splitmix64 of both), so
/// that numbers can be drawn in any order and by any thread.
[[nodiscard]] double uniform_at(std::uint64_t seed, std::uint64_t index);

}  // namespace fusionflow::data
