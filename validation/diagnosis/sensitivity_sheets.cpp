#include "fusionflow/validation/diagnosis/sensitivity_sheets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fusionflow::validation {

namespace {

using theory::parameter;
using kind = parameter::kind;

constexpr int side_by_side = 5;

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

}  // namespace

std::vector<sheet> sensitivity_sheets(const data::moments& moments,
                                      const std::vector<parameter>& list,
                                      const Eigen::MatrixXd& slopes,
                                      const theory::predict_options& options, std::string_view of) {
    std::vector<sheet> sheets;
    for (int from = 0; from < moments.count(); from += side_by_side) {
        const int to = std::min(from + side_by_side, moments.count());
        sheet s{{{fmt::format("1 % more: {} in %", of), false}}, {}};
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
        sheets.push_back(std::move(s));
    }
    return sheets;
}

}  // namespace fusionflow::validation
