#include "fusionflow/theory/prediction/sensitivity.hpp"

#include <cmath>

#include "fusionflow/theory/finite/refined_track.hpp"
#include "fusionflow/theory/race/leading_order.hpp"
#include "fusionflow/theory/race/race_track.hpp"

namespace fusionflow::theory {

namespace {

using kind = parameter::kind;

std::vector<parameter> parameters_of(const data::moments& moments, const architecture& arch,
                                     const predict_options& options) {
    std::vector<parameter> list = model_parameters(moments);
    if (arch.two_layer_late()) {
        list.push_back({kind::weight_decay});
    }
    if (options.learning_rate) {
        list.push_back({kind::learning_rate});
    }
    return list;
}

// expected_grams() / scale()^2 with slopes; those of balanced weights turn with the correlation.
std::vector<matrix_of<dual>> moving_grams(const data::moments& moments, const initialisation& init,
                                          const variation& change) {
    const double growth = init.drawn->scaled ? 2 * change.log_init : 0;
    std::vector<matrix_of<dual>> grams;
    for (const Eigen::MatrixXd& gram : expected_grams(moments, init.of_size_one())) {
        grams.emplace_back(gram.cast<dual>() * make_dual(1, growth));
    }
    for (int m = 0; m < moments.count() && init.balanced(); ++m) {
        vector_of<dual> growing(moments.dim(m) + 1);
        growing << moving_direction(moments, change, m), dual(1);
        const double norm = init.norm(m) / init.u0;
        grams[static_cast<std::size_t>(m)] =
            make_dual(norm * norm, norm * norm * growth) * growing * growing.transpose();
    }
    return grams;
}

// d ln t of every modality.
Eigen::VectorXd log_slopes(const std::vector<dual>& times) {
    Eigen::VectorXd slopes(std::ssize(times));
    for (std::size_t m = 0; m < times.size(); ++m) {
        const double time = value_of(times[m]);
        slopes(static_cast<Eigen::Index>(m)) =
            time > 0 && std::isfinite(time) ? slope_of(times[m]) / time : unknown;
    }
    return slopes;
}

Eigen::VectorXd leading_slopes(const data::moments& moments, const architecture& arch,
                               const initialisation& init, const predict_options& options,
                               const variation& change) {
    race_track<dual> track(moments, arch, init, options.weight_decay, true, &change);
    (void)track.run();
    return log_slopes(track.times());
}

Eigen::VectorXd refined_slopes(const data::moments& moments, const initialisation& init,
                               const predict_options& options, const variation& change) {
    std::optional<dual> rate;
    if (options.learning_rate) {
        rate = make_dual(*options.learning_rate, change.learning_rate);
    }
    return log_slopes(refined_track<dual>(moments, moving_grams(moments, init, change),
                                          2 * std::log(init.scale()), rate, &change)
                          .times);
}

void say_missing(sensitivity_table& table, const data::moments& moments, const initialisation& init,
                 const Eigen::MatrixXd& slopes, const std::vector<double>& times,
                 std::string_view of, kind unknown_to_formula) {
    std::vector<bool> asked;
    for (const parameter& by : table.parameters) {
        asked.push_back(by.what != unknown_to_formula &&
                        (by.what != kind::init || init.drawn->scaled));
    }
    const auto warnings =
        missing_slopes(moments, table.parameters, slopes, asked, times, of,
                       "a tie, a zero or a singular covariance makes it differ from side to side");
    table.warnings.insert(table.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace

sensitivity_table sensitivities(const data::moments& moments, const architecture& arch,
                                const initialisation& init, const predict_options& options) {
    options.validate();
    // Formulas without a norm u0 for all layers may have no times, and then they have no slopes.
    const learning raced =
        init.has_norm() ? race(moments, arch, init, options.weight_decay).answer
                        : race_with_errors(moments, arch, init, options.weight_decay).raced.answer;
    sensitivity_table table;
    table.parameters = parameters_of(moments, arch, options);
    const bool refined = arch.two_layer_late() && options.weight_decay == 0;
    const Eigen::Index columns = std::ssize(table.parameters);
    table.leading.setConstant(moments.count(), columns, unknown);
    if (refined) {
        table.refined = table.leading;
    }
    const auto without = [&](Eigen::MatrixXd& slopes, const std::vector<double>& times) {
        for (std::size_t m = 0; m < times.size() && !init.has_norm(); ++m) {
            if (std::isnan(times[m])) {
                slopes.row(static_cast<Eigen::Index>(m)).setConstant(unknown);
            }
        }
    };
    for (Eigen::Index i = 0; i < columns; ++i) {
        const parameter& by = table.parameters[static_cast<std::size_t>(i)];
        if (by.what == kind::init && !init.drawn->scaled) {
            continue;
        }
        const variation change = variation_of(moments, by);
        if (by.what != kind::learning_rate) {
            table.leading.col(i) = leading_slopes(moments, arch, init, options, change);
        }
        if (refined && by.what != kind::weight_decay) {
            table.refined->col(i) = refined_slopes(moments, init, options, change);
        }
    }
    without(table.leading, raced.times);
    say_missing(table, moments, init, table.leading, raced.times, "time", kind::learning_rate);
    if (refined) {
        const auto times = refined_two_layer(moments, arch, init, options.learning_rate)->times;
        without(*table.refined, times);
        say_missing(table, moments, init, *table.refined, times, "refined time",
                    kind::weight_decay);
    }
    return table;
}

}  // namespace fusionflow::theory
