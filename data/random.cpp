#include "fusionflow/data/random.hpp"

#include <boost/random/chi_squared_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <utility>

namespace fusionflow::data {

random_source::random_source(std::uint64_t seed) : engine_(seed) {}

double random_source::normal() { return normal_(engine_); }

double random_source::uniform(double low, double high) {
    return boost::random::uniform_real_distribution<double>(low, high)(engine_);
}

double random_source::chi(double dof) {
    // The gamma distribution behind this takes a time that does not grow with dof.
    return std::sqrt(boost::random::chi_squared_distribution<double>(dof)(engine_));
}

Eigen::MatrixXd random_source::normal_matrix(Eigen::Index rows, Eigen::Index cols, double sd) {
    Eigen::MatrixXd matrix(rows, cols);
    for (Eigen::Index col = 0; col < cols; ++col) {
        for (Eigen::Index row = 0; row < rows; ++row) {
            matrix(row, col) = sd * normal();
        }
    }
    return matrix;
}

Eigen::MatrixXd random_source::uniform_matrix(Eigen::Index rows, Eigen::Index cols, double bound) {
    Eigen::MatrixXd matrix(rows, cols);
    for (Eigen::Index col = 0; col < cols; ++col) {
        for (Eigen::Index row = 0; row < rows; ++row) {
            matrix(row, col) = uniform(-bound, bound);
        }
    }
    return matrix;
}

void random_source::shuffle(std::span<Eigen::Index> places) {
    for (std::size_t left = places.size(); left > 1; --left) {
        boost::random::uniform_int_distribution<std::size_t> any(0, left - 1);
        std::swap(places[left - 1], places[any(engine_)]);
    }
}

Eigen::VectorXd random_source::unit_vector(Eigen::Index size) {
    // Independent normals have no preferred direction.
    return normal_matrix(size, 1, 1).col(0).normalized();
}

namespace {

constexpr std::uint64_t weyl_step = 0x9e3779b97f4a7c15U;  // 2^64 / golden ratio, odd

// The mixer of splitmix64, one to one.
std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

}  // namespace

std::uint64_t repeat_seed(std::uint64_t seed, int repeat) {
    if (repeat == 0) {
        return seed;
    }
    // This is step `repeat` of the splitmix64 sequence that starts at `seed`: a Weyl sequence of
    // odd step, then a mixer that is one to one, so repeats of one seed all differ.
    return mixed(seed + static_cast<std::uint64_t>(repeat) * weyl_step);
}

double uniform_at(std::uint64_t seed, std::uint64_t index) {
    // The seed is mixed first, so that seeds that are a step apart do not share a sequence.
    const std::uint64_t bits = mixed(mixed(seed + weyl_step) + (index + 1) * weyl_step);
    return static_cast<double>(bits >> 11U) * 0x1p-53;
}

}  // namespace fusionflow::data
