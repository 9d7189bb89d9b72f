#include "fusionflow/theory/prediction/parameter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/theory/fixed_points.hpp"

namespace fusionflow::theory {

namespace {

using kind = parameter::kind;

}  // namespace

std::string to_string(const data::moments& moments, const parameter& by) {
    switch (by.what) {
        case kind::init: return "init";
        case kind::target_scale: return "target scale";
        case kind::scale: return fmt::format("scale of {}", moments.name(by.first));
        case kind::coupling:
            return fmt::format("coupling of {} and {}", moments.name(by.first),
                               moments.name(by.second));
        case kind::weight_decay: return "weight decay";
        case kind::learning_rate: return "learning rate";
    }
    return "";
}

std::optional<Eigen::Index> find_parameter(const std::vector<parameter>& list, parameter::kind what,
                                           int first) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const parameter& by) {
        return by.what == what && (first < 0 || by.first == first);
    });
    return found == list.end() ? std::nullopt : std::optional<Eigen::Index>(found - list.begin());
}

std::vector<parameter> model_parameters(const data::moments& moments) {
    std::vector<parameter> list = {{kind::init}, {kind::target_scale}};
    for (int k = 0; k < moments.count(); ++k) {
        list.push_back({kind::scale, k});
    }
    for (int j = 0; j < moments.count() && moments.count() <= most_modalities_for_subsets; ++j) {
        for (int k = j + 1; k < moments.count(); ++k) {
            list.push_back({kind::coupling, j, k});
        }
    }
    return list;
}

variation variation_of(const data::moments& moments, const parameter& by) {
    variation change = variation::none(moments);
    switch (by.what) {
        case kind::init: change.log_init = 1; break;
        case kind::target_scale: return variation::of_target(moments);
        case kind::scale: return variation::of_scale(moments, by.first);
        case kind::coupling: return variation::of_coupling(moments, by.first, by.second);
        case kind::weight_decay: change.weight_decay = 1; break;
        case kind::learning_rate: change.learning_rate = 1; break;
    }
    return change;
}

std::vector<std::string> missing_slopes(const data::moments& moments,
                                        const std::vector<parameter>& parameters,
                                        const Eigen::MatrixXd& slopes,
                                        const std::vector<bool>& asked,
                                        const std::vector<double>& times, std::string_view of,
                                        std::string_view why) {
    std::vector<std::string> warnings;
    for (int m = 0; m < moments.count(); ++m) {
        std::vector<std::string> missing;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (asked[i] && !std::isfinite(slopes(m, static_cast<Eigen::Index>(i)))) {
                missing.push_back(to_string(moments, parameters[i]));
            }
        }
        const double time = times[static_cast<std::size_t>(m)];
        if (time > 0 && std::isfinite(time) && !missing.empty()) {
            warnings.push_back(
                fmt::format("sensitivities: the {} of {} has no derivative by {}: {}", of,
                            moments.name(m), fmt::join(missing, ", "), why));
        }
    }
    return warnings;
}

}  // namespace fusionflow::theory
