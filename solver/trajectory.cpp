#include "fusionflow/solver/trajectory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "fusionflow/data/readers/csv.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "fusionflow/solver/networks/moment_products.hpp"
#include "fusionflow/solver/share.hpp"
#include "fusionflow/theory/clocks/clock.hpp"
#include "fusionflow/theory/contribution.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/partial_solution.hpp"

namespace fusionflow::solver {

namespace {

constexpr double least_move = 0.004;  // of |W_m| and the loss
constexpr double least_wait = 0.02;   // of the time

}  // namespace

double loss(const data::moments& moments, const Eigen::VectorXd& weights) {
    const double quadratic = output_power(moments, weights);
    return (moments.target_power() - 2 * moments.correlations().dot(weights) + quadratic) / 2;
}

recorder::recorder(const data::moments& moments, bool wanted)
    : moments_(&moments), wanted_(wanted), scale_(Eigen::VectorXd::Zero(moments.count())) {
    if (wanted) {
        path_.names = moments.names();
    }
    path_.outputs = moments.outputs();
}

Eigen::VectorXd recorder::norms_of(const Eigen::VectorXd& weights) const {
    Eigen::VectorXd norms(moments_->count());
    for (int m = 0; m < moments_->count(); ++m) {
        norms(m) = moments_->part(weights, m).norm();
    }
    return norms;
}

bool recorder::moved(double t, const Eigen::VectorXd& norms, double now) const {
    return t > path_.time.back() * (1 + least_wait) ||
           std::abs(now - path_.loss.back()) > least_move * std::abs(path_.loss.front()) ||
           ((norms - path_.norms.back()).cwiseAbs().array() > least_move * scale_.array()).any();
}

bool recorder::would_keep(double t, const Eigen::VectorXd& weights) const {
    return wanted_ && (path_.time.empty() || moved(t, norms_of(weights), loss(*moments_, weights)));
}

void recorder::offer(double t, const Eigen::VectorXd& weights, const Eigen::VectorXd& branch,
                     bool last) {
    if (wanted_) {
        offer(t, weights, branch, loss(*moments_, weights), last);
    }
}

void recorder::offer(double t, const Eigen::VectorXd& weights, const Eigen::VectorXd& branch,
                     double now, bool last) {
    if (!wanted_) {
        return;
    }
    const Eigen::VectorXd norms = norms_of(weights);
    scale_ = scale_.cwiseMax(norms);
    const bool wanted = last || path_.time.empty() || moved(t, norms, now);
    if (!wanted || (!path_.time.empty() && t == path_.time.back())) {
        return;
    }
    path_.time.push_back(t);
    path_.weights.push_back(weights);
    path_.norms.push_back(norms);
    path_.branch.push_back(branch);
    path_.loss.push_back(now);
}

trajectory recorder::take(const Eigen::VectorXd& in_the_end) && {
    const data::moments& m = *moments_;
    const double everything =
        wanted_ ? theory::solve_partial(m, data::all_modalities(m.count())).explained : 0;
    std::vector<std::function<double(const Eigen::VectorXd&)>> readings;
    for (int k = 0; wanted_ && k < m.count(); ++k) {
        readings.push_back(theory::clocks().find("progress").reading(m, in_the_end, k));
    }
    for (const Eigen::VectorXd& weights : path_.weights) {
        path_.share.push_back(explained_share(m, solver::loss(m, weights), everything));
        Eigen::VectorXd power(m.count());
        Eigen::VectorXd progress(m.count());
        for (int k = 0; k < m.count(); ++k) {
            const auto& reading = readings[static_cast<std::size_t>(k)];
            power(k) = theory::contribution_power(m, weights, k);
            progress(k) = reading ? reading(weights) : theory::unknown;
        }
        path_.power.push_back(std::move(power));
        path_.progress.push_back(std::move(progress));
    }
    return std::move(path_);
}

std::string to_csv(const trajectory& path, const std::vector<std::string>& header) {
    std::string text;
    const auto out = std::back_inserter(text);
    for (const auto& line : header) {
        fmt::format_to(out, "# {}\n", line);
    }
    if (path.partial) {
        fmt::format_to(out, "# partial: the run ended before everything was learned\n");
    }
    fmt::format_to(out, "t,loss");
    for (const std::string& name : path.names) {
        fmt::format_to(out, ",{},{}", data::csv_field("norm_" + name),
                       data::csv_field("u_" + name));
    }
    const Eigen::Index dimension = path.weights.empty() ? 0 : path.weights.front().size();
    for (Eigen::Index i = 0; i < dimension; ++i) {
        if (path.outputs == 1) {
            fmt::format_to(out, ",W_{}", i + 1);
        } else {
            fmt::format_to(out, ",W_{}_{}", i % path.outputs + 1, i / path.outputs + 1);
        }
    }
    text += ",share";
    for (const std::string& name : path.names) {
        fmt::format_to(out, ",{},{}", data::csv_field("power_" + name),
                       data::csv_field("progress_" + name));
    }
    text += '\n';
    for (std::size_t i = 0; i < path.size(); ++i) {
        fmt::format_to(out, "{},{}", path.time[i], path.loss[i]);
        for (Eigen::Index m = 0; m < path.norms[i].size(); ++m) {
            fmt::format_to(out, ",{},{}", path.norms[i](m), path.branch[i](m));
        }
        for (Eigen::Index j = 0; j < dimension; ++j) {
            fmt::format_to(out, ",{}", path.weights[i](j));
        }
        fmt::format_to(out, ",{}", path.share[i]);
        for (Eigen::Index m = 0; m < path.power[i].size(); ++m) {
            fmt::format_to(out, ",{},{}", path.power[i](m), path.progress[i](m));
        }
        text += '\n';
    }
    return text;
}

std::string to_npz(const trajectory& path, const data::moments& moments,
                   const std::string& provenance) {
    const auto instants = static_cast<std::int64_t>(path.size());
    data::named_arrays arrays = {{"t", {instants}, path.time},
                                 {"loss", {instants}, path.loss},
                                 {"share", {instants}, path.share}};
    for (int m = 0; m < moments.count(); ++m) {
        data::named_array norm{"norm_" + moments.name(m), {instants}, {}};
        data::named_array first{"u_" + moments.name(m), {instants}, {}};
        data::named_array power{"power_" + moments.name(m), {instants}, {}};
        data::named_array progress{"progress_" + moments.name(m), {instants}, {}};
        data::named_array weights{"W_" + moments.name(m), {instants, moments.dim(m)}, {}};
        if (moments.outputs() > 1) {
            weights.shape.insert(weights.shape.begin() + 1, moments.outputs());
        }
        for (std::size_t i = 0; i < path.size(); ++i) {
            norm.values.push_back(path.norms[i](m));
            first.values.push_back(path.branch[i](m));
            power.values.push_back(path.power[i](m));
            progress.values.push_back(path.progress[i](m));
            const Eigen::MatrixXd rows = moments.matrix(path.weights[i])
                                             .middleCols(moments.offset(m), moments.dim(m))
                                             .transpose();
            weights.values.insert(weights.values.end(), rows.data(), rows.data() + rows.size());
        }
        arrays.push_back(std::move(norm));
        arrays.push_back(std::move(first));
        arrays.push_back(std::move(power));
        arrays.push_back(std::move(progress));
        arrays.push_back(std::move(weights));
    }
    arrays.push_back({"partial", {}, {path.partial ? 1.0 : 0.0}});
    return data::format_npz(arrays, {{"provenance", provenance}});
}

}  // namespace fusionflow::solver
