#include "cli/sensitivities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "validation/sheet.hpp"

namespace fusionflow::cli {

namespace {

using theory::parameter;
using kind = parameter::kind;

constexpr int side_by_side = 5;

using parameters = std::vector<parameter>;

json derivatives_json(const data::moments& moments, const parameters& list,
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

// What the logarithm of a parameter changes by its own unit.
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

std::string table_text(const data::moments& moments, const parameters& list,
                       const Eigen::MatrixXd& slopes, const theory::predict_options& options,
                       std::string_view of) {
    std::string text;
    for (int from = 0; from < moments.count(); from += side_by_side) {
        const int to = std::min(from + side_by_side, moments.count());
        validation::sheet s{{{fmt::format("1 % more: {} in %", of), false}}, {}};
        for (int m = from; m < to; ++m) {
            s.columns.push_back({moments.name(m)});
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            const double unit = unit_of(list[i], options);
            const Eigen::VectorXd by = slopes.col(static_cast<Eigen::Index>(i)) * unit;
            const bool always =
                list[i].what != kind::weight_decay && list[i].what != kind::learning_rate;
            if (!always && (unit == 0 || by.array().isNaN().all())) {
                continue;  // not given, or not known to the formula
            }
            std::vector<std::string> row = {to_string(moments, list[i])};
            for (int m = from; m < to; ++m) {
                row.push_back(spell_per_cent(by(m)));
            }
            s.rows.push_back(std::move(row));
        }
        text += '\n' + validation::to_text(s);
    }
    return text;
}

}  // namespace

json sensitivities_json(const data::moments& moments, const theory::sensitivity_table& table) {
    json list = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        list.push_back({{"name", moments.name(m)},
                        {"by", derivatives_json(moments, table.parameters, table.leading, m)},
                        {"by_refined", table.refined ? derivatives_json(moments, table.parameters,
                                                                        *table.refined, m)
                                                     : json(nullptr)}});
    }
    return list;
}

std::string sensitivities_text(const data::moments& moments, const theory::sensitivity_table& table,
                               const theory::predict_options& options) {
    std::string text =
        table_text(moments, table.parameters, table.leading, options, "change of the time");
    if (table.refined) {
        text +=
            table_text(moments, table.parameters, *table.refined, options, "of the refined time");
    }
    return text;
}

json sensitivities_json(const data::moments& moments, const solver::flow_sensitivity_table& table) {
    json list = json::array();
    for (int m = 0; m < moments.count(); ++m) {
        list.push_back({{"name", moments.name(m)},
                        {"by", derivatives_json(moments, table.parameters, table.slopes, m)}});
    }
    return list;
}

std::string sensitivities_text(const data::moments& moments,
                               const solver::flow_sensitivity_table& table) {
    return table_text(moments, table.parameters, table.slopes, {}, "change of the time");
}

}  // namespace fusionflow::cli
