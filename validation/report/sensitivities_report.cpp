#include "fusionflow/validation/report/sensitivities_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;
using theory::parameter;
using kind = parameter::kind;

constexpr int side_by_side = 5;

// Turns a slope by a parameter itself into one by its logarithm; 1 where it is that already.
double unit_of(const parameter& by, const theory::predict_options& options) {
    switch (by.what) {
        case kind::weight_decay: return options.weight_decay;
        case kind::learning_rate: return options.learning_rate.value_or(0);
        default: return 1;
    }
}

std::string spell_per_cent(double slope) {
    if (slope == 0) {
        return "0";
    }
    return std::isfinite(slope) ? fmt::format("{:+.4g}", slope) : "-";
}

json slopes_json(const data::moments& moments, const std::vector<parameter>& list,
                 const Eigen::MatrixXd& slopes, int m) {
    json by = {{"init", nullptr},         {"target_scale", nullptr},
               {"scale", json::object()}, {"coupling", json::object()},
               {"weight_decay", nullptr}, {"learning_rate", nullptr}};
    for (std::size_t i = 0; i < list.size(); ++i) {
        const parameter& what = list[i];
        const json slope = number(slopes(m, static_cast<Eigen::Index>(i)));
        switch (what.what) {
            case kind::init: by["init"] = slope; break;
            case kind::target_scale: by["target_scale"] = slope; break;
            case kind::scale: by["scale"][moments.name(what.first)] = slope; break;
            case kind::coupling:
                by["coupling"][moments.name(what.first) + ',' + moments.name(what.second)] = slope;
                break;
            case kind::weight_decay: by["weight_decay"] = slope; break;
            case kind::learning_rate: by["learning_rate"] = slope; break;
        }
    }
    return by;
}

json slopes_json(const data::moments& moments, const std::vector<parameter>& list,
                 const Eigen::MatrixXd& slopes) {
    json all = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        all.push_back({{"name", moments.name(m)}, {"by", slopes_json(moments, list, slopes, m)}});
    }
    return all;
}

std::string slopes_text(const data::moments& moments, const std::vector<parameter>& list,
                        const Eigen::MatrixXd& slopes, const theory::predict_options& options,
                        std::string_view of) {
    std::string text;
    for (const sheet& s : sensitivity_sheets(moments, list, slopes, options, of)) {
        text += '\n' + to_text(s);
    }
    return text;
}

}  // namespace

std::vector<sheet> sensitivity_sheets(const data::moments& moments,
                                      const std::vector<parameter>& list,
                                      const Eigen::MatrixXd& slopes,
                                      const theory::predict_options& options, std::string_view of) {
    // Weight decay and learning rate are shown only where they are given and have a slope.
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const bool always =
            list[i].what != kind::weight_decay && list[i].what != kind::learning_rate;
        const auto by = slopes.col(static_cast<Eigen::Index>(i)).array();
        if (always || !(unit_of(list[i], options) == 0 || by.isNaN().all())) {
            shown.push_back(i);
        }
    }
    std::vector<sheet> sheets;
    for (int from = 0; from < moments.count(); from += side_by_side) {
        sheet s = sheet::of_rows(shown.size());
        s.add({fmt::format("1 % more: {} in %", of), false},
              [&](std::size_t row) { return to_string(moments, list[shown[row]]); });
        for (int m = from; m < std::min(from + side_by_side, moments.count()); ++m) {
            s.add({moments.name(m)}, [&](std::size_t row) {
                const std::size_t i = shown[row];
                return spell_per_cent(slopes(m, static_cast<Eigen::Index>(i)) *
                                      unit_of(list[i], options));
            });
        }
        sheets.push_back(std::move(s));
    }
    return sheets;
}

json to_json(const data::moments& moments, const theory::sensitivity_table& table) {
    json all = slopes_json(moments, table.parameters, table.leading);
    for (std::size_t m = 0; m < all.size(); ++m) {
        all[m]["by_refined"] = table.refined ? slopes_json(moments, table.parameters,
                                                           *table.refined, static_cast<int>(m))
                                             : json(nullptr);
    }
    return all;
}

json to_json(const data::moments& moments, const solver::flow_sensitivity_table& table) {
    return slopes_json(moments, table.parameters, table.slopes);
}

std::string to_text(const data::moments& moments, const theory::sensitivity_table& table,
                    const theory::predict_options& options) {
    const std::string leading =
        slopes_text(moments, table.parameters, table.leading, options, "change of the time");
    return !table.refined ? leading
                          : leading + slopes_text(moments, table.parameters, *table.refined,
                                                  options, "of the refined time");
}

std::string to_text(const data::moments& moments, const solver::flow_sensitivity_table& table) {
    return slopes_text(moments, table.parameters, table.slopes, {}, "change of the time");
}

}  // namespace fusionflow::validation
