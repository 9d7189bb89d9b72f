#include "fusionflow/validation/report/moments_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/pseudo_inverse.hpp"
#include "fusionflow/validation/study/sheet.hpp"

namespace fusionflow::validation {

namespace {

using data::sample_summary;

constexpr std::size_t most_names_shown = 6;

std::string listed(const std::vector<std::string>& names) {
    const auto shown = static_cast<std::ptrdiff_t>(std::min(most_names_shown, names.size()));
    return data::escaped(fmt::format("{}{}", fmt::join(names.begin(), names.begin() + shown, ", "),
                                     names.size() > most_names_shown ? ", ..." : ""));
}

std::vector<std::string> row_of(const std::string& name, const Eigen::MatrixXd& covariance,
                                double correlation) {
    const data::conditioning seen = data::conditioning_of(covariance);
    return {name, std::to_string(covariance.rows()), std::to_string(seen.rank),
            fmt::format("{:.6g}", correlation),
            seen.rank == 0 ? "-" : fmt::format("{:.4g}", seen.condition)};
}

std::string prepared_text(const sample_summary& s) {
    using data::preparation;
    const std::string by = s.by_others ? ", by the training part" : "";
    switch (s.prepared) {
        case preparation::centered: return ", centered" + by;
        case preparation::standardized: return ", standardized" + by;
        case preparation::as_read: break;
    }
    return "";
}

}  // namespace

std::string to_text(const sample_summary& s, const std::string& part) {
    const data::moments& m = s.values;
    std::string text =
        fmt::format("{}{} sample{}{}; {} {}: {}\n", part.empty() ? "" : part + ": ", s.samples,
                    s.samples == 1 ? "" : "s", prepared_text(s), m.outputs(),
                    s.classes          ? "classes"
                    : m.outputs() == 1 ? "target"
                                       : "targets",
                    listed(s.columns.targets));
    sheet table{{{"modality", false}, {"inputs"}, {"rank"}, {"|s_m|"}, {"condition"}}, {}};
    for (int i = 0; i < m.count(); ++i) {
        table.rows.push_back(
            row_of(m.name(i), m.covariance_of(i), m.part(m.correlations(), i).norm()));
    }
    table.rows.push_back(row_of("all", m.covariance(), m.correlations().norm()));
    return text + to_text(table) + fmt::format("target power <|y|^2>: {:.8g}\n", m.target_power());
}

}  // namespace fusionflow::validation
