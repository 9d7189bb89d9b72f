#include "fusionflow/validation/diagnosis/solved_remedy.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/scaled_inputs.hpp"
#include "fusionflow/theory/attribution.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

namespace fusionflow::validation {

namespace {

constexpr int networks_to_search = 5;
constexpr int most_searches = 20;
constexpr int most_trials = 8;
constexpr double close = 0.02;      // of logarithms of medians: a fifth of what has to hold
constexpr double inside = 0.95;     // of a budget: medians that are to be within it aim at this
constexpr double most_step = 1.4;   // of ln factor: a factor of four
constexpr double most_factor = 30;  // above this no common step size fits

// The equations: networks of one way to fuse with factors for some modalities, and how far the
// medians of these are from where they should be.
class equations {
public:
    equations(const diagnosis_request& request, const fusion_facts& fusion, aim to, lever by,
              const std::vector<double>& before)
        : request_(request), plain_(model_of(request, fusion.depth, fusion.fusion)), by_(by) {
        const auto first = std::min_element(before.begin(), before.end());
        if (to == aim::together) {
            reference_ = static_cast<int>(first - before.begin());
        }
        for (int m = 0; m < plain_.moments.count(); ++m) {
            const double time = before[static_cast<std::size_t>(m)];
            if (to == aim::together ? m != *reference_ : time > inside * budget_time(request)) {
                changed_.push_back(m);
            }
        }
    }

    // How many modalities get another factor.
    [[nodiscard]] Eigen::Index size() const { return std::ssize(changed_); }

    [[nodiscard]] ensemble networks(const Eigen::VectorXd& unknowns, int count) const {
        return try_networks(request_, with(unknowns), count, 0, request_.jobs);
    }

    // ln t_m - ln T_m of those that get another factor; not finite where one has no time.
    [[nodiscard]] Eigen::VectorXd differences(const ensemble& of) const {
        const double wanted = reference_ ? of.median(*reference_) : inside * budget_time(request_);
        Eigen::VectorXd apart(size());
        for (Eigen::Index i = 0; i < size(); ++i) {
            apart(i) = std::log(of.median(changed_[static_cast<std::size_t>(i)]) / wanted);
        }
        return apart;
    }

    [[nodiscard]] std::vector<double> factors(const Eigen::VectorXd& unknowns) const {
        std::vector<double> all(static_cast<std::size_t>(plain_.moments.count()), 1.0);
        for (std::size_t i = 0; i < changed_.size(); ++i) {
            all[static_cast<std::size_t>(changed_[i])] =
                std::exp(unknowns(static_cast<Eigen::Index>(i)));
        }
        return all;
    }

    [[nodiscard]] solver::model with(const Eigen::VectorXd& unknowns) const {
        solver::model about = plain_;
        const std::vector<double> changed = factors(unknowns);
        if (by_ == lever::inputs) {
            about.moments = data::scale_inputs(plain_.moments, changed);
            return about;
        }
        about.training.rates.branches.resize(changed.size());
        for (std::size_t m = 0; m < changed.size(); ++m) {
            about.training.rates.branches[m] =
                plain_.training.rates.branch(static_cast<int>(m)) * changed[m];
        }
        return about;
    }

private:
    const diagnosis_request& request_;
    solver::model plain_;
    lever by_;
    std::optional<int> reference_{};  // whose time the others should have
    std::vector<int> changed_;        // who gets another factor
};

// Broyden's method on the logarithms of the factors. A step that makes the largest difference more
// than twice as large is taken back, and the next one is half as long. At leading order a time is
// inversely proportional to its own factor, so that the first Jacobian is -1.
class broyden {
public:
    explicit broyden(Eigen::Index size)
        : at_(Eigen::VectorXd::Zero(size)), best_(at_), base_(at_),
          jacobian_(-Eigen::MatrixXd::Identity(size, size)) {}

    // Where to look next, and the best place so far.
    [[nodiscard]] const Eigen::VectorXd& at() const noexcept { return at_; }
    [[nodiscard]] const Eigen::VectorXd& best() const noexcept { return best_; }
    // The largest difference there.
    [[nodiscard]] double least() const noexcept { return least_; }

    // Takes the differences at at(), and chooses where to look next.
    void step(const Eigen::VectorXd& apart) {
        const double size = apart.allFinite() ? apart.cwiseAbs().maxCoeff() : unknown_size;
        const Eigen::VectorXd moved = at_ - base_;
        if (size < unknown_size && base_size_ < unknown_size && moved.squaredNorm() > 0) {
            jacobian_ +=
                (apart - apart_ - jacobian_ * moved) * moved.transpose() / moved.squaredNorm();
        }
        if (size < least_) {
            least_ = size;
            best_ = at_;
        }
        if (size < 2 * base_size_) {
            reach_ = std::min(2 * reach_, most_step);
            base_size_ = size;
            base_ = at_;
            apart_ = apart;
        } else {
            reach_ /= 2;
        }
        if (base_size_ < unknown_size) {
            const Eigen::FullPivLU<Eigen::MatrixXd> lu(jacobian_);
            Eigen::VectorXd by = lu.isInvertible() ? lu.solve(-apart_).eval() : apart_;
            by *= std::min(1.0, reach_ / by.cwiseAbs().maxCoeff());
            const double most = std::log(most_factor);
            at_ = (base_ + by).cwiseMax(-most).cwiseMin(most);
        }
    }

    // Goes on from the best place with other networks, whose differences are others.
    void change_networks() {
        at_ = best_;
        least_ = unknown_size;
        base_size_ = unknown_size;
        reach_ = most_step;
    }

private:
    static constexpr double unknown_size = std::numeric_limits<double>::infinity();

    Eigen::VectorXd at_;
    Eigen::VectorXd best_;
    Eigen::VectorXd base_;     // where the last step that was kept led to
    Eigen::VectorXd apart_{};  // the differences there
    Eigen::MatrixXd jacobian_;
    double least_ = unknown_size;
    double base_size_ = unknown_size;
    double reach_ = most_step;
};

std::vector<double> medians_of(const ensemble& networks) {
    std::vector<double> all;
    all.reserve(networks.times.size());
    for (int m = 0; m < static_cast<int>(networks.times.size()); ++m) {
        all.push_back(networks.median(m));
    }
    return all;
}

// Searches on few networks from the same seeds, which makes times a smooth function of factors.
void search(const equations& of, broyden& root) {
    for (int i = 0; i < most_searches && !(root.least() < close); ++i) {
        root.step(of.differences(of.networks(root.at(), networks_to_search)));
    }
}

// True where others carry nearly all that the modality could: its own gain is less than a hundredth
// of all that is explained, or less than a tenth of what it explains alone.
bool is_proxy(const theory::attribution& shares, std::size_t m) {
    return shares.conditional_gain[m] < std::max(0.01 * shares.total, 0.1 * shares.alone[m]);
}

std::string why_apart(const data::moments& moments, const solved_remedy& found) {
    const theory::attribution shares = theory::attribute(moments);
    const auto index = [](const std::vector<double>& of, auto place) {
        return static_cast<std::size_t>(place - of.begin());
    };
    const auto largest = std::max_element(found.factors.begin(), found.factors.end());
    const auto [least, most] = std::minmax_element(found.after.begin(), found.after.end());
    const std::size_t far = index(found.factors, largest);
    const bool at_limit = *largest > 0.99 * most_factor;
    for (const std::size_t m :
         {at_limit ? far : index(found.after, most), index(found.after, least)}) {
        if (is_proxy(shares, m)) {
            return fmt::format(
                "{} carries little that others do not: without it {:.2g} % of the target less is "
                "explained; alone it explains {:.2g} %. When it carries its part depends on "
                "theirs, whatever its own factor",
                moments.name(static_cast<int>(m)), 100 * shares.conditional_gain[m],
                100 * shares.alone[m]);
        }
    }
    if (at_limit) {
        return fmt::format("{} would need more than {:g} times its factor",
                           moments.name(static_cast<int>(far)), most_factor);
    }
    return fmt::format("with the best factors that were found medians are still {:.0f} % apart: "
                       "the time of each modality depends on the factors of all",
                       100 * found.apart());
}

bool holds(const diagnosis_request& request, const solved_remedy& found) {
    return found.to == aim::together
               ? found.apart() <= solved_remedy::near_enough
               : std::all_of(found.after.begin(), found.after.end(),
                             [&](double time) { return time <= budget_time(request); });
}

}  // namespace

lever parse_lever(std::string_view field, std::string_view name) {
    for (const lever l : {lever::rates, lever::inputs}) {
        if (name == to_string(l)) {
            return l;
        }
    }
    throw data::input_error(std::string(field),
                            fmt::format("need rates or inputs, got '{}'", name));
}

std::string_view to_string(lever l) { return l == lever::rates ? "rates" : "inputs"; }

double solved_remedy::apart() const {
    if (after.empty() || !std::all_of(after.begin(), after.end(),
                                      [](double t) { return std::isfinite(t) && t > 0; })) {
        return theory::unknown;
    }
    const auto [least, most] = std::minmax_element(after.begin(), after.end());
    return *most / *least - 1;
}

std::optional<solved_remedy> solve_remedy(const diagnosis_request& request,
                                          const fusion_facts& fusion, aim to, lever by) {
    const data::moments& moments = request.model.moments;
    solved_remedy found{.to = to, .by = by, .before = medians_of(fusion.networks)};
    for (int m = 0; m < moments.count(); ++m) {
        if (!std::isfinite(found.before[static_cast<std::size_t>(m)])) {
            found.why_not = fmt::format(
                "{} has no time by the clock {} in most of these networks, so that there is no "
                "equation for its factor",
                moments.name(m), fusion.networks.told_by->name);
            return found;
        }
    }
    const equations of(request, fusion, to, by, found.before);
    if (of.size() == 0) {
        return std::nullopt;
    }
    broyden root(of.size());
    search(of, root);
    root.change_networks();
    for (int i = 0; i < most_trials && !(root.least() < close); ++i) {
        const Eigen::VectorXd at = root.at();
        const ensemble tried = of.networks(at, request.networks);
        root.step(of.differences(tried));
        if (root.best() == at || i == 0) {
            found.factors = of.factors(at);
            found.after = medians_of(tried);
            found.networks = static_cast<int>(tried.runs.size());
            found.share_at_budget = shares_at_budget(request, of.with(at).moments, tried);
        }
    }
    if (!holds(request, found)) {
        found.why_not = why_apart(moments, found);
    }
    return found;
}

std::string parameter_groups(const solved_remedy& found, const std::vector<std::string>& names,
                             double rate) {
    if (found.by != lever::rates || !found.why_not.empty()) {
        return "";
    }
    std::string text = "torch.optim.SGD([\n";
    for (std::size_t m = 0; m < names.size(); ++m) {
        text += fmt::format("    {{\"params\": branches[{}].parameters(), \"lr\": {:.4g}}},\n",
                            nlohmann::json(names[m]).dump(), rate * found.factors[m]);
    }
    return text + fmt::format("], lr={:.4g})\n", rate);
}

}  // namespace fusionflow::validation
