#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace fusionflow::data {

/// A matrix with a row per sample.
using row_matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Mean and covariance of N samples z in R^C.
struct sample_statistics {
    std::uint64_t count = 0;      ///< N
    Eigen::VectorXd mean{};       ///< C numbers
    Eigen::VectorXd mean_rest{};  ///< what rounding took off the mean: mean + mean_rest is the mean
    Eigen::MatrixXd covariance{};  ///< <(z - mean)(z - mean)^T>, divided by N; C x C, symmetric
};

/// Mean and centred second moments in one pass over samples, in memory that does not grow with
/// their number (three to four C x C matrices).
///
/// Rows are taken in blocks of 256. Each is shifted by its own mean, so that no large numbers
/// cancel, and merged by the update of Chan, Golub and LeVeque (1983),
///
///     M = M_a + M_b + delta delta^T n_a n_b / (n_a + n_b),    delta = mean_b - mean_a
///
/// with means of twice the digits and compensated sums, so that errors grow neither with the number
/// of blocks nor with mean / deviation. Threads (oneTBB) share blocks and tiles of the matrix; the
/// result depends neither on their number nor on how rows are dealt out to add().
///
/// Errors, against exact arithmetic on the same doubles: below 1e-13 of sqrt(C_ii C_jj) for means
/// up to 1e12 deviations. \see docs/numerics.md#moments-of-samples; tests/data/moment_sums_test.cpp
class moment_sums {
public:
    /// \param columns  C, >= 1.
    explicit moment_sums(Eigen::Index columns);

    /// Adds samples: any number of rows of C finite numbers.
    void add(const Eigen::Ref<const row_matrix>& rows);

    /// Adds the samples of other sums, which have as many columns. To rounding the result is the
    /// same as adding their rows.
    void merge(const moment_sums& other);

    [[nodiscard]] Eigen::Index columns() const noexcept { return pending_.cols(); }
    /// N
    [[nodiscard]] std::uint64_t count() const noexcept {
        return running_.count + static_cast<std::uint64_t>(waiting_);
    }
    /// The statistics of all samples added so far; there must be at least one.
    [[nodiscard]] sample_statistics statistics() const;

private:
    // The sums of products of deviations are total + total_rest, in the lower triangle.
    struct sums {
        std::uint64_t count = 0;
        Eigen::VectorXd mean{};
        Eigen::VectorXd mean_rest{};
        Eigen::MatrixXd total{};
        Eigen::MatrixXd total_rest{};
    };
    struct step;
    struct block_step;

    [[nodiscard]] sums empty() const;
    // Adds the first `count` rows to `into`; each block of rows loses its mean.
    void take(row_matrix& rows, Eigen::Index count, sums& into) const;
    [[nodiscard]] std::vector<Eigen::MatrixXd> products(const row_matrix& rows,
                                                        Eigen::Index count) const;
    static std::vector<block_step> place(row_matrix& rows, Eigen::Index count, sums& into);
    static step join_means(sums& into, const Eigen::VectorXd& mean, const Eigen::VectorXd& rest,
                           std::uint64_t count);

    row_matrix pending_;        // rows that do not yet fill a batch of blocks
    Eigen::Index waiting_ = 0;  // number of these rows
    sums running_;
};

}  // namespace fusionflow::data
