#pragma once

#include <Eigen/Cholesky>
#include <cmath>
#include <functional>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"

// Derivatives by differences: what sensitivities are checked against.
namespace fusionflow::tests {

struct whole_model {
    data::moments moments;
    theory::architecture arch;
    theory::initialisation init;
    theory::predict_options options{};
};

/// The data after the parameter went up by h, from its definition; a regular covariance.
inline data::moments moved_data(const data::moments& m, const theory::parameter& by, double h) {
    Eigen::MatrixXd covariance = m.covariance();
    Eigen::VectorXd correlation = m.correlation();
    const int j = by.first;
    const int k = by.second;
    if (by.what == theory::parameter::kind::target_scale) {
        correlation *= std::exp(h);
    } else if (by.what == theory::parameter::kind::scale) {
        covariance.middleRows(m.offset(j), m.dim(j)) *= std::exp(h);
        covariance.middleCols(m.offset(j), m.dim(j)) *= std::exp(h);
        correlation.segment(m.offset(j), m.dim(j)) *= std::exp(h);
    } else if (by.what == theory::parameter::kind::coupling) {
        const Eigen::VectorXd law = covariance.ldlt().solve(correlation);
        covariance.block(m.offset(j), m.offset(k), m.dim(j), m.dim(k)) *= 1 + h;
        covariance.block(m.offset(k), m.offset(j), m.dim(k), m.dim(j)) *= 1 + h;
        correlation = covariance * law;
    }
    // No time depends on <y^2>; it only has to be large enough.
    return {m.names(), m.dims(), covariance, correlation, 10 * m.target_power()};
}

/// The model after the parameter went up by h.
inline whole_model moved(const whole_model& m, const theory::parameter& by, double h) {
    using kind = theory::parameter::kind;
    whole_model to = m;
    to.moments = moved_data(m.moments, by, h);
    if (by.what == kind::init) {
        to.init.u0 *= std::exp(h);
        for (double& norm : to.init.branch_norms) {
            norm *= std::exp(h);
        }
        to.init.trunk_excess *= std::exp(2 * h);
    } else if (by.what == kind::weight_decay) {
        to.options.weight_decay += h;
    } else if (by.what == kind::learning_rate) {
        *to.options.learning_rate += h;
    }
    return to;
}

using times_of = std::function<std::vector<double>(const whole_model&)>;

/// d ln t_m of every modality: central differences at h, h/2, h/4 and h/8, extrapolated to h^8.
inline Eigen::VectorXd extrapolated(const whole_model& m, const theory::parameter& by,
                                    const times_of& times, double h) {
    const auto logs = [&](double step) -> Eigen::VectorXd {
        const std::vector<double> t = times(moved(m, by, step));
        return Eigen::Map<const Eigen::ArrayXd>(t.data(), std::ssize(t)).log();
    };
    std::vector<Eigen::VectorXd> row;
    for (int i = 0; i < 4; ++i, h /= 2) {
        std::vector<Eigen::VectorXd> next = {(logs(h) - logs(-h)) / (2 * h)};
        for (std::size_t j = 0; j < row.size(); ++j) {
            const double order = std::pow(4, j + 1);
            next.emplace_back(next[j] + (next[j] - row[j]) / (order - 1));
        }
        row = next;
    }
    return row.back();
}

}  // namespace fusionflow::tests
