#include "fusionflow/solver/compact/leading_directions.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/decompositions.hpp"
#include "fusionflow/data/recent_of_moments.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int doublings = 20;        // of time: rates a million times apart are seen
constexpr double least_size = 1e-3;  // errors below this part of |s_m| count less and less

// The errors of every modality, one sum of E_m^T E_m / |E_m| each.
class error_axes {
public:
    explicit error_axes(const data::moments& moments)
        : moments_(&moments), correlation_(moments.matrix(moments.correlations())) {
        for (int m = 0; m < moments.count(); ++m) {
            sums_.emplace_back(MatrixXd::Zero(moments.dim(m), moments.dim(m)));
        }
    }

    // Notes the errors while W learns the inputs from .. from + count - 1 alone.
    void learn(Index from, Index count) {
        const data::spectrum rates =
            data::decompose(moments_->covariance().block(from, from, count, count));
        const double fastest = rates.values.maxCoeff();
        if (!(fastest > 0)) {
            return;
        }
        const MatrixXd modes = correlation_.middleCols(from, count) * rates.vectors;
        const MatrixXd reach =
            rates.vectors.transpose() * moments_->covariance().middleRows(from, count);
        for (int i = 0; i <= doublings; ++i) {
            const double time = std::exp2(i) / fastest;
            Eigen::VectorXd grown(count);  // of W along each mode, for modes of 1
            for (Index j = 0; j < count; ++j) {
                const double rate = std::max(rates.values(j), 0.0);
                grown(j) = rate * time > 1e-12 ? -std::expm1(-rate * time) / rate : time;
            }
            note(correlation_ - modes * grown.asDiagonal() * reach);
        }
    }

    void note(const MatrixXd& errors) {
        for (int m = 0; m < moments_->count(); ++m) {
            const auto of = errors.middleCols(moments_->offset(m), moments_->dim(m));
            const double all =
                correlation_.middleCols(moments_->offset(m), moments_->dim(m)).norm();
            const double size = std::max(of.norm(), least_size * all);
            if (size > 0) {
                sums_[static_cast<std::size_t>(m)].noalias() += of.transpose() * of / size;
            }
        }
    }

    [[nodiscard]] std::vector<MatrixXd> axes() const {
        std::vector<MatrixXd> all;
        for (const MatrixXd& sum : sums_) {
            all.emplace_back(data::decompose(sum).vectors.rowwise().reverse());
        }
        return all;
    }

private:
    const data::moments* moments_;
    MatrixXd correlation_;
    std::vector<MatrixXd> sums_;
};

std::vector<MatrixXd> find_directions(const data::moments& moments) {
    error_axes errors(moments);
    errors.note(moments.matrix(moments.correlations()));
    errors.learn(0, moments.dimension());
    for (int m = 0; m < moments.count(); ++m) {
        errors.learn(moments.offset(m), moments.dim(m));
    }
    return errors.axes();
}

}  // namespace

std::vector<MatrixXd> leading_directions(const data::moments& moments) {
    Index size = 0;
    for (const int inputs : moments.dims()) {
        size += Index{inputs} * inputs;
    }
    // Networks of one ensemble ask one after another.
    static data::recent_of_moments<std::vector<MatrixXd>> known;
    return known.find(moments, {}, size, [&] { return find_directions(moments); });
}

}  // namespace fusionflow::solver
