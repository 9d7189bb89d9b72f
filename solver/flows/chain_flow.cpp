#include "fusionflow/solver/flows/chain_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

namespace {

// The smaller of two sizes, or the other one if one of them is zero.
double least_of(double a, double b) {
    if (a == 0 || b == 0) {
        return std::max(a, b);
    }
    return std::min(a, b);
}

void check_chain_start(const data::moments& moments, const theory::aligned_weights& start) {
    bool fits =
        std::ssize(start.first) == moments.count() && std::ssize(start.branches) == moments.count();
    for (int m = 0; fits && m < moments.count(); ++m) {
        fits = start.first[static_cast<std::size_t>(m)].size() == moments.dim(m);
    }
    data::need(fits, "moments",
               "the initial weights of the chain flow do not fit the modalities of these moments");
}

}  // namespace

chain_flow::chain_flow(const data::moments& moments, const theory::aligned_weights& start,
                       bool keeps_signs)
    : moments_(&moments), keeps_signs_(keeps_signs), weights_(moments.dimension()),
      residual_(moments.dimension()) {
    check_chain_start(moments, start);
    for (std::size_t m = 0; m < start.first.size(); ++m) {
        branch b;
        b.at = initial_.size();
        b.dim = static_cast<int>(start.first[m].size());
        b.offset = moments.offset(static_cast<int>(m));
        initial_.insert(initial_.end(), start.first[m].begin(), start.first[m].end());
        b.layers = {initial_.size(), start.branches[m].size(), 1, {}};
        initial_.insert(initial_.end(), start.branches[m].begin(), start.branches[m].end());
        b.layers.without.resize(b.layers.count);
        branches_.push_back(std::move(b));
    }
    trunk_ = {initial_.size(), start.trunk.size(), 1, {}};
    trunk_.without.resize(trunk_.count);
    initial_.insert(initial_.end(), start.trunk.begin(), start.trunk.end());
    for (const double x : initial_) {
        data::need(std::isfinite(x), "init", "the chain flow needs finite weights");
    }
    const auto least = [this](const product& p, double found) {
        for (std::size_t i = p.at; i < p.at + p.count; ++i) {
            found = least_of(found, std::abs(initial_[i]));
        }
        return found;
    };
    least_trunk_ = least(trunk_, 0);
    for (branch& b : branches_) {
        b.least = least(b.layers, least_of(numbers(initial_, b.at, b.dim).norm(), least_trunk_));
        b.least = b.least > 0 ? b.least : 1;  // where every layer of the path starts at zero
    }
    initial_.push_back(0);  // time
}

void chain_flow::find_products(const state& x) {
    const auto find = [&x](product& p) {
        double before = 1;
        for (std::size_t i = 0; i < p.count; ++i) {
            p.without[i] = before;
            before *= x[p.at + i];
        }
        p.value = before;
        double after = 1;
        for (std::size_t i = p.count; i-- > 0;) {
            p.without[i] *= after;
            after *= x[p.at + i];
        }
    };
    find(trunk_);
    for (branch& b : branches_) {
        find(b.layers);
    }
}

void chain_flow::total_weights(const state& x, Eigen::VectorXd& weights) {
    find_products(x);
    for (const branch& b : branches_) {
        weights.segment(b.offset, b.dim) = b.layers.value * trunk_.value * numbers(x, b.at, b.dim);
    }
}

void chain_flow::derivative(const state& x, state& dxdt) {
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    double into_trunk = 0;
    for (const branch& b : branches_) {
        const auto e = residual_.segment(b.offset, b.dim);
        const double along = e.dot(numbers(x, b.at, b.dim));
        const double scale = b.layers.value * trunk_.value;
        for (int i = 0; i < b.dim; ++i) {
            dxdt[b.at + static_cast<std::size_t>(i)] = scale * e(i);
        }
        for (std::size_t i = 0; i < b.layers.count; ++i) {
            dxdt[b.layers.at + i] = b.layers.without[i] * trunk_.value * along;
        }
        into_trunk += b.layers.value * along;
    }
    for (std::size_t i = 0; i < trunk_.count; ++i) {
        dxdt[trunk_.at + i] = trunk_.without[i] * into_trunk;
    }
    dxdt.back() = 1;
}

double chain_flow::relative_error(const state& x, const state& error) const {
    double largest = 0;
    bool finite = true;
    const auto take = [&](double off, double size, double least) {
        const double relative = off / std::max(size, least);
        finite = finite && relative <= std::numeric_limits<double>::max();
        largest = std::max(largest, relative);
    };
    for (const branch& b : branches_) {
        take(numbers(error, b.at, b.dim).norm(), numbers(x, b.at, b.dim).norm(), b.least);
        for (std::size_t i = b.layers.at; i < b.layers.at + b.layers.count; ++i) {
            take(std::abs(error[i]), std::abs(x[i]), b.least);
        }
    }
    for (std::size_t i = trunk_.at; i < trunk_.at + trunk_.count; ++i) {
        take(std::abs(error[i]), std::abs(x[i]), least_trunk_);
    }
    return finite ? largest : std::numeric_limits<double>::infinity();
}

void chain_flow::branch_norms(const state& x, Eigen::VectorXd& norms) const {
    for (std::size_t m = 0; m < branches_.size(); ++m) {
        norms(static_cast<Eigen::Index>(m)) = numbers(x, branches_[m].at, branches_[m].dim).norm();
    }
}

void chain_flow::find_slopes(const state& x) {
    slopes_.setZero(moments_->dimension(), static_cast<Eigen::Index>(x.size()) - 1);
    for (const branch& b : branches_) {
        const auto w = numbers(x, b.at, b.dim);
        auto rows = slopes_.middleRows(b.offset, b.dim);
        rows.middleCols(static_cast<Eigen::Index>(b.at), b.dim).diagonal().array() =
            b.layers.value * trunk_.value;
        for (std::size_t i = 0; i < b.layers.count; ++i) {
            rows.col(static_cast<Eigen::Index>(b.layers.at + i)) =
                b.layers.without[i] * trunk_.value * w;
        }
        for (std::size_t i = 0; i < trunk_.count; ++i) {
            rows.col(static_cast<Eigen::Index>(trunk_.at + i)) =
                b.layers.value * trunk_.without[i] * w;
        }
    }
}

// Adds E_m d2W_m/dx2 of one branch to j, above the diagonal.
void chain_flow::add_curvature(const state& x, const branch& b, Eigen::MatrixXd& j) const {
    const auto e = residual_.segment(b.offset, b.dim);
    const double along = e.dot(numbers(x, b.at, b.dim));
    const auto index = [](std::size_t i) { return static_cast<Eigen::Index>(i); };
    // Adds, for every pair of factors of a product, the product without both.
    const auto add_pairs = [&](const product& p, double scale) {
        double before = 1;
        for (std::size_t i = 0; i < p.count; ++i) {
            double between = 1;
            for (std::size_t k = i + 1; k < p.count; ++k) {
                double after = 1;
                for (std::size_t l = k + 1; l < p.count; ++l) {
                    after *= x[p.at + l];
                }
                j(index(p.at + i), index(p.at + k)) += scale * before * between * after;
                between *= x[p.at + k];
            }
            before *= x[p.at + i];
        }
    };
    for (std::size_t i = 0; i < b.layers.count; ++i) {
        const double rest = b.layers.without[i];
        j.col(index(b.layers.at + i)).segment(index(b.at), b.dim) += rest * trunk_.value * e;
        for (std::size_t k = 0; k < trunk_.count; ++k) {
            j(index(b.layers.at + i), index(trunk_.at + k)) += rest * trunk_.without[k] * along;
        }
    }
    for (std::size_t k = 0; k < trunk_.count; ++k) {
        j.col(index(trunk_.at + k)).segment(index(b.at), b.dim) +=
            b.layers.value * trunk_.without[k] * e;
    }
    add_pairs(b.layers, trunk_.value * along);
    add_pairs(trunk_, b.layers.value * along);
}

void chain_flow::jacobian(const state& x, Eigen::MatrixXd& j) {
    const auto size = static_cast<Eigen::Index>(x.size()) - 1;  // without time
    total_weights(x, weights_);
    residual(*moments_, weights_, residual_);
    find_slopes(x);
    pulled_.noalias() = moments_->covariance() * slopes_;
    j.setZero(size, size);
    for (const branch& b : branches_) {
        add_curvature(x, b, j);
    }
    j.triangularView<Eigen::StrictlyLower>() = j.transpose();
    j.noalias() -= slopes_.transpose() * pulled_;
}

}  // namespace fusionflow::solver
