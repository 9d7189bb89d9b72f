#include "fusionflow/cli/sensitivities.hpp"

#include "fusionflow/validation/diagnosis/sensitivity_sheets.hpp"

namespace fusionflow::cli {

namespace {

using theory::parameter;
using kind = parameter::kind;

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

std::string table_text(const data::moments& moments, const parameters& list,
                       const Eigen::MatrixXd& slopes, const theory::predict_options& options,
                       std::string_view of) {
    std::string text;
    for (const auto& sheet : validation::sensitivity_sheets(moments, list, slopes, options, of)) {
        text += '\n' + validation::to_text(sheet);
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
