#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusionflow::validation {

namespace {

// Five digits, and whole numbers rather than exponents up to ten million: a row fits a terminal.
std::string spell_time(const diagnosis_request& r, double time) {
    if (!std::isfinite(time)) {
        return std::isinf(time) ? "never" : "-";
    }
    const double value = time * time_scale(r);
    const double size = std::abs(value);
    return size >= 1e5 && size < 1e7 ? fmt::format("{:.0f}", value)
           : size >= 1e7             ? fmt::format("{:.3g}", value)
                                     : fmt::format("{:.5g}", value);
}

std::string quantile_text(const diagnosis_request& r, const spread& s, double p) {
    return s.finite == 0 && s.never > 0 ? "never" : spell_time(r, s.at(p));
}

std::string error_text(double per_cent) {
    if (!std::isfinite(per_cent)) {
        return "-";
    }
    const double tenths = std::round(10 * per_cent) / 10 + 0.0;  // without a zero below zero
    return std::abs(per_cent) < 1000 ? fmt::format("{:+.1f}%", tenths)
                                     : fmt::format("{:+.2g}%", per_cent);
}

double per_cent_off(double predicted, double seen) {
    const double error = 100 * (predicted / seen - 1);
    return std::isfinite(error) ? error : std::numeric_limits<double>::quiet_NaN();
}

// Time and error of a prediction that may not exist.
void add_prediction(const diagnosis_request& r, const fusion_facts& f,
                    const theory::learning* prediction, int modality,
                    std::vector<std::string>& row) {
    if (prediction == nullptr) {
        row.insert(row.end(), {"-", "-"});
        return;
    }
    row.push_back(spell_time(r, prediction->times[static_cast<std::size_t>(modality)]));
    row.push_back(error_text(prediction_error(f, *prediction, modality)));
}

struct quantile {
    double part;
    const char* name;
};

// A row for each way to fuse and modality, by strength.
sheet times_of(const diagnosis_request& r, const diagnosis& d,
               const std::vector<fusion_facts>& fusions, const std::vector<quantile>& quantiles) {
    sheet s{{{"fused"}, {"modality", false}, {"formula"}, {"error"}, {"flow"}, {"error"}}, {}};
    for (const quantile& q : quantiles) {
        s.columns.push_back({q.name});
    }
    s.columns.insert(s.columns.end(), {{"runs"}, {"power"}, {"error"}});
    for (const fusion_facts& f : fusions) {
        for (const int m : d.order) {
            const auto at = static_cast<std::size_t>(m);
            const spread& seen = f.networks.times[at];
            std::vector<std::string> row = {fmt::format("{}/{}", f.fusion, f.depth),
                                            d.modalities[at].name};
            add_prediction(r, f, find_prediction(f, "formula"), m, row);
            add_prediction(r, f, best_flow(f), m, row);
            for (const quantile& q : quantiles) {
                row.push_back(quantile_text(r, seen, q.part));
            }
            row.push_back(fmt::format("{}/{}", seen.finite, f.networks.runs.size()));
            row.push_back(spell_time(r, f.half_power[at]));
            row.push_back(error_text(power_error(f, m)));
            s.rows.push_back(std::move(row));
        }
    }
    return s;
}

}  // namespace

std::string time_unit(const diagnosis_request& request) {
    return request.model.training.learning_rate ? "epochs" : "times (tau)";
}

double time_scale(const diagnosis_request& request) {
    return 1 / request.model.training.learning_rate.value_or(1);
}

sheet modality_sheet(const diagnosis& d) {
    sheet s{{{"modality", false},
             {"inputs"},
             {"rank"},
             {"|s_m|"},
             {"alone"},
             {"gain"},
             {"Shapley"},
             {"late fusion", false}},
            {}};
    const auto percent = [](double part) { return fmt::format("{:.1f} %", 100 * part); };
    for (const int m : d.order) {
        const auto& facts = d.modalities[static_cast<std::size_t>(m)];
        s.rows.push_back({facts.name, std::to_string(facts.inputs), std::to_string(facts.rank),
                          fmt::format("{:.5g}", facts.strength), percent(facts.alone),
                          percent(facts.gain), percent(facts.shapley),
                          std::string(to_string(d.prospects[static_cast<std::size_t>(m)].what))});
    }
    return s;
}

sheet plateau_sheet(const diagnosis_request& request, const diagnosis& d) {
    const bool held_out = !d.plateaus.empty() && d.plateaus.front().held_out.has_value();
    sheet s{{{"learned (late fusion)", false}, {"training loss / initial"}}, {}};
    if (held_out) {
        s.columns.push_back({"held out / initial"});
    }
    for (const auto& p : d.plateaus) {
        const auto names = request.model.moments.names_of(p.learned);
        s.rows.push_back({names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", ")),
                          fmt::format("{:.5g}", p.loss)});
        if (held_out) {
            s.rows.back().push_back(fmt::format("{:.5g}", *p.held_out));
        }
    }
    return s;
}

sheet time_sheet(const diagnosis_request& request, const diagnosis& d) {
    return times_of(request, d, d.fusions, {{0.05, "5 %"}, {0.5, "median"}, {0.95, "95 %"}});
}

sheet further_sheet(const diagnosis_request& request, const diagnosis& d) {
    sheet s = times_of(request, d, d.further, {{0.5, "median"}});
    s.columns.insert(s.columns.begin(), {"init"});
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
        const fusion_facts& f = d.further[i / d.order.size()];
        s.rows[i].insert(s.rows[i].begin(), fmt::format("{:g}", f.init));
    }
    return s;
}

const theory::learning* find_prediction(const fusion_facts& f, std::string_view method) {
    const auto found = std::find_if(f.predictions.begin(), f.predictions.end(),
                                    [&](const auto& p) { return p.method == method; });
    return found == f.predictions.end() ? nullptr : &found->answer;
}

const theory::learning* best_flow(const fusion_facts& f) {
    for (const char* method : {"exact", "chain", "flow"}) {
        if (const theory::learning* found = find_prediction(f, method)) {
            return found;
        }
    }
    return nullptr;
}

double prediction_error(const fusion_facts& f, const theory::learning& prediction, int modality) {
    const auto at = static_cast<std::size_t>(modality);
    return per_cent_off(prediction.times[at], f.networks.times[at].at(0.5));
}

double power_error(const fusion_facts& f, int modality) {
    const auto at = static_cast<std::size_t>(modality);
    return per_cent_off(f.half_power_formula[at], f.half_power[at]);
}

}  // namespace fusionflow::validation
