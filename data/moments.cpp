#include "fusionflow/data/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"

namespace fusionflow::data {

namespace {

// Rounding in a program, or in a file of ten digits or more, moves moments by less than this part
// of their scale; mistakes move them by far more.
constexpr double slack = 1e-9;

// Larger covariances (200 MB each) take minutes to decompose and are mistakes as a rule.
constexpr int largest_dimension = 5000;

std::string listed(const std::vector<int>& numbers) {
    constexpr std::size_t shown = 10;
    const auto end = numbers.begin() + static_cast<std::ptrdiff_t>(std::min(shown, numbers.size()));
    return fmt::format("{}{}", fmt::join(numbers.begin(), end, ","),
                       numbers.size() > shown ? ",..." : "");
}

void check_names(const std::vector<std::string>& names, std::size_t count) {
    need(names.size() == count, "names", "need one per modality, {}, got {}", count, names.size());
    std::set<std::string> seen;
    for (std::size_t m = 0; m < names.size(); ++m) {
        const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
        need(!names[m].empty(), "names", "must not be empty, but number {} is", m + 1);
        if (std::any_of(names[m].begin(), names[m].end(), is_control)) {
            throw input_error(
                "names",
                fmt::format("must be free of control characters, but number {} is not", m + 1));
        }
        need(seen.insert(names[m]).second, "names", "must differ, but '{}' is there twice",
             names[m]);
    }
}

void check_covariance_entries(const Eigen::MatrixXd& covariance, const std::vector<int>& dims,
                              int dimension) {
    if (covariance.rows() != dimension || covariance.cols() != dimension) {
        throw input_error("covariance",
                          fmt::format("need {0} x {0} for dims {1}, got {2} x {3}", dimension,
                                      listed(dims), covariance.rows(), covariance.cols()));
    }
    for (int i = 0; i < dimension; ++i) {
        for (int j = 0; j < dimension; ++j) {
            need(std::isfinite(covariance(i, j)), "covariance", "must be finite, got {} at ({},{})",
                 covariance(i, j), i + 1, j + 1);
        }
    }
}

// |<x_i x_j>| is at most the product of the two root mean squares: asymmetry is measured by it.
void check_symmetry(const Eigen::MatrixXd& covariance) {
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        for (Eigen::Index j = i + 1; j < covariance.cols(); ++j) {
            const double upper = covariance(i, j);
            const double lower = covariance(j, i);
            const double scale =
                std::sqrt(std::abs(covariance(i, i))) * std::sqrt(std::abs(covariance(j, j)));
            need(std::abs(upper - lower) <= slack * scale, "covariance",
                 "must be symmetric, but ({0},{1}) = {2} and ({1},{0}) = {3}", i + 1, j + 1, upper,
                 lower);
        }
    }
}

void check_numbers(const Eigen::MatrixXd& correlation, double target_power, int dimension) {
    if (correlation.rows() < 1) {
        throw input_error("correlation", "need at least one target, got none");
    }
    const bool one = correlation.rows() == 1;
    if (correlation.cols() != dimension) {
        throw input_error("correlation", fmt::format("need {} numbers{}, got {}", dimension,
                                                     one ? "" : " a row", correlation.cols()));
    }
    for (Eigen::Index k = 0; k < correlation.rows(); ++k) {
        for (int i = 0; i < dimension; ++i) {
            if (!std::isfinite(correlation(k, i))) {
                const auto place =
                    one ? std::to_string(i + 1) : fmt::format("({},{})", k + 1, i + 1);
                throw input_error("correlation", fmt::format("must be finite, got {} at {}",
                                                             correlation(k, i), place));
            }
        }
    }
    need(std::isfinite(target_power), "target_power", "must be finite, got {}", target_power);
    need(target_power >= 0, "target_power", "need >= 0, got {}", target_power);
}

// Within these limits no square, quotient or product of two moments that an answer needs leaves the
// range of double, or loses digits near its end. Toy data reach 1e100 and 1e200.
constexpr double largest_variance = 1e101;
constexpr double largest_power = 1e202;

bool is_zero_or_within(double value, double largest) {
    return value == 0 || (value >= 1 / largest && value <= largest);
}

void check_sizes(const Eigen::MatrixXd& covariance, const Eigen::MatrixXd& correlation,
                 double target_power) {
    double largest = 0;  // the largest |s_i| / sqrt(Sigma_ii), the root of a power
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        const double variance = covariance(i, i);
        need(is_zero_or_within(std::abs(variance), largest_variance), "covariance",
             "need variances of 0 or {:.0e} to {:.0e}, got {} at {}", 1 / largest_variance,
             largest_variance, variance, i + 1);
        if (variance > 0) {
            largest =
                std::max(largest, correlation.col(i).cwiseAbs().maxCoeff() / std::sqrt(variance));
        }
    }
    need(is_zero_or_within(target_power, largest_power), "target_power",
         "need 0 or {:.0e} to {:.0e}, got {}", 1 / largest_power, largest_power, target_power);
    need(largest == 0 || largest >= std::sqrt(1 / largest_power), "correlation",
         "need a largest |s_i| / sqrt(Sigma_ii) of 0 or {:.0e} and more, got {}",
         std::sqrt(1 / largest_power), largest);
}

// A variance below zero is refused however small it is: sums of squares are never negative. Other
// negative eigenvalues are judged on the correlation coefficients, so that no unit hides them.
void check_semi_definite(const Eigen::MatrixXd& covariance, const scaled_spectrum& parts) {
    const double variance = covariance.diagonal().minCoeff();
    const double largest = covariance.diagonal().maxCoeff();
    bool empty_rows = true;  // an input that is always zero correlates with nothing
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        empty_rows &= covariance(i, i) > 0 ||
                      covariance.row(i).cwiseAbs().maxCoeff() <= slack * std::abs(largest);
    }
    const double smallest = parts.values.minCoeff();
    if (variance >= 0 && empty_rows && smallest >= -slack * parts.values.maxCoeff()) {
        return;
    }
    const double in_units = decompose(covariance).values.minCoeff();
    if (variance < 0 || in_units < -slack * largest) {
        throw input_error("covariance",
                          fmt::format("must be positive semi-definite, smallest eigenvalue {:.6g}",
                                      std::min(in_units, variance)));
    }
    throw input_error("covariance",
                      fmt::format("must be positive semi-definite, smallest eigenvalue of its "
                                  "correlation coefficients {:.6g}",
                                  smallest));
}

void refuse_outside(double outside, double size, double allowed, const scaled_spectrum& parts) {
    need(outside <= allowed, "correlation",
         "must lie in the range of the covariance (rank {} of {}), but {:.6g} of its norm "
         "{:.6g} lies outside",
         parts.rank, parts.values.size(), outside, size);
}

// In a direction where the inputs, scaled to variance one, have power lambda, |s| is at most
// sqrt(<y^2> lambda). Directions with lambda up to the rank tolerance count as empty: s may have as
// much as that allows in each of them, besides rounding.
void check_targets(const Eigen::MatrixXd& correlation, const Eigen::MatrixXd& covariance,
                   const scaled_spectrum& parts, double target_power) {
    const Eigen::Index empty = parts.values.size() - parts.rank;
    const auto kept = parts.values.tail(parts.rank).array();
    double explained = 0;
    for (Eigen::Index k = 0; k < correlation.rows(); ++k) {
        const Eigen::VectorXd row = correlation.row(k).transpose();
        const auto varies = covariance.diagonal().array() > 0;
        const Eigen::VectorXd with_nothing = varies.select(0, row.array());
        const Eigen::VectorXd target =
            parts.vectors.transpose() *
            varies.select(row.cwiseQuotient(parts.scale).array(), 0).matrix();
        refuse_outside(with_nothing.norm(), row.norm(), slack * row.norm(), parts);
        refuse_outside(target.head(empty).norm(), target.norm(),
                       slack * target.norm() +
                           std::sqrt(static_cast<double>(empty) * parts.tolerance * target_power),
                       parts);
        explained += (target.tail(parts.rank).array().square() / kept).sum();
    }
    need(target_power >= (1 - slack) * explained, "target_power",
         "need >= {:.10g} = s Sigma^+ s^T, the power that the inputs explain, got {}", explained,
         target_power);
}

// Sets to zero, for inputs that are always zero, what check_semi_definite() and check_targets()
// have let pass as rounding.
void clear_empty(Eigen::MatrixXd& covariance, Eigen::Ref<Eigen::MatrixXd> correlation) {
    for (Eigen::Index i = 0; i < covariance.rows(); ++i) {
        if (covariance(i, i) == 0) {
            covariance.row(i).setZero();
            covariance.col(i).setZero();
            correlation.col(i).setZero();
        }
    }
}

}  // namespace

std::vector<int> input_offsets(const std::vector<int>& dims) {
    need(!dims.empty(), "dims", "need at least one modality, got none");
    std::int64_t total = 0;
    std::vector<int> offsets{0};
    for (std::size_t m = 0; m < dims.size(); ++m) {
        need(dims[m] >= 1, "dims", "need D >= 1, got {} at {}", dims[m], m + 1);
        total += dims[m];
        need(total <= largest_dimension, "dims", "need a sum of at most {}, got {} at {}",
             largest_dimension, total, m + 1);
        offsets.push_back(static_cast<int>(total));
    }
    return offsets;
}

moments::moments(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd covariance,
                 const Eigen::MatrixXd& correlation, double target_power, int outputs)
    : names_(std::move(names)), dims_(std::move(dims)), offsets_(input_offsets(dims_)),
      covariance_(std::move(covariance)), outputs_(outputs), correlations_(correlation.reshaped()),
      target_power_(target_power) {
    check_names(names_, dims_.size());
    check_covariance_entries(covariance_, dims_, dimension());
    check_numbers(correlation, target_power_, dimension());
    check_symmetry(covariance_);
    // Halving comes first: the sum of two finite numbers may overflow.
    covariance_ = (0.5 * covariance_ + 0.5 * covariance_.transpose()).eval();
    check_sizes(covariance_, correlation, target_power_);
    const scaled_spectrum parts = decompose_scaled(covariance_);
    check_semi_definite(covariance_, parts);
    check_targets(correlation, covariance_, parts, target_power_);
    clear_empty(covariance_, correlations_.reshaped(outputs_, dimension()));
}

moments::moments(std::vector<std::string> names, std::vector<int> dims, Eigen::MatrixXd covariance,
                 const Eigen::VectorXd& correlation, double target_power)
    : moments(std::move(names), std::move(dims), std::move(covariance),
              Eigen::MatrixXd(correlation.transpose()), target_power, 1) {}

moments moments::of_targets(std::vector<std::string> names, std::vector<int> dims,
                            Eigen::MatrixXd covariance, const Eigen::MatrixXd& correlation,
                            double target_power) {
    return {std::move(names), std::move(dims), std::move(covariance),
            correlation,      target_power,    static_cast<int>(correlation.rows())};
}

const Eigen::VectorXd& moments::correlation() const {
    need(outputs_ == 1, "correlation",
         "need one target here, got {}: the race, the flow of balanced networks and networks take "
         "more",
         outputs_);
    return correlations_;
}

moments moments::with_means(moment_means means) const {
    need(means.inputs.size() == dimension() && means.targets.size() == outputs_, "mean",
         "need {} numbers of inputs and {} of targets, got {} and {}", dimension(), outputs_,
         means.inputs.size(), means.targets.size());
    need(means.inputs.allFinite() && means.targets.allFinite(), "mean", "need finite numbers");
    constexpr double rounding = 1e-9;  // of a square, from sums of many samples
    for (int i = 0; i < dimension(); ++i) {
        const double square = means.inputs(i) * means.inputs(i);
        need(square <= covariance_(i, i) * (1 + rounding), "mean",
             "need |<x>| <= sqrt(<x^2>), got {} and {} at input {}", means.inputs(i),
             covariance_(i, i), i + 1);
    }
    need(means.targets.squaredNorm() <= target_power_ * (1 + rounding), "mean",
         "need |<y>|^2 <= <|y|^2>, got {} and {}", means.targets.squaredNorm(), target_power_);
    moments result = *this;
    result.means_ = std::move(means);
    return result;
}

moments moments::with_zero_means() const {
    moments result = *this;
    result.means_ = {Eigen::VectorXd::Zero(dimension()), Eigen::VectorXd::Zero(outputs_)};
    return result;
}

moments moments::centered() const {
    need(means_.has_value(), "mean",
         "networks with biases need the means of inputs and targets, which these moments do not "
         "have: make them with fusionflow moments, or leave biases out (--bias none)");
    const auto& [x, y] = *means_;
    if (x.isZero(0) && y.isZero(0)) {
        return *this;
    }
    // What rounding leaves of a constant column's variance is taken for zero.
    constexpr double rounding = 1e-14;
    Eigen::MatrixXd covariance = covariance_ - x * x.transpose();
    Eigen::MatrixXd correlation = matrix(correlations_) - y * x.transpose();
    for (int i = 0; i < dimension(); ++i) {
        if (covariance(i, i) <= rounding * covariance_(i, i)) {
            covariance.row(i).setZero();
            covariance.col(i).setZero();
            correlation.col(i).setZero();
        }
    }
    const double power = target_power_ - y.squaredNorm();
    try {
        return of_targets(names_, dims_, covariance, correlation,
                          power <= rounding * target_power_ ? 0 : power)
            .with_zero_means();
    } catch (const input_error& e) {
        throw input_error("mean",
                          std::string("no data have these means and second moments: ") + e.what());
    }
}

std::vector<std::string> moments::names_of(const modality_set& set) const {
    std::vector<std::string> result;
    result.reserve(set.size());
    for (const int m : set) {
        result.push_back(name(m));
    }
    return result;
}

}  // namespace fusionflow::data
