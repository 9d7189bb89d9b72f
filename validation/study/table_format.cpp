#include "fusionflow/validation/study/table_format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/parallel.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"
#include "fusionflow/validation/study/spread.hpp"

namespace fusionflow::validation {

namespace {

using nlohmann::ordered_json;

std::string spell(double value, table_format format) {
    if (format != table_format::csv) {
        return validation::spell(value);
    }
    return std::isnan(value) ? "" : fmt::format("{}", value);
}

std::vector<std::string> row_cells(const table& t, const table_row& row, table_format format) {
    std::vector<std::string> cells = t.points.point(row.point);
    cells.push_back(t.methods[row.method]);
    cells.push_back(std::to_string(row.repeat));
    for (const double time : row.times) {
        cells.push_back(spell(time, format));
    }
    cells.push_back(spell(row.time_ratio, format));
    cells.push_back(row.outcome);
    return cells;
}

sheet long_sheet(const table& t, table_format format) {
    sheet s = sheet::of_rows(t.rows.size());
    s.jobs = t.jobs;
    for (const grid_axis& axis : t.points.axes()) {
        s.columns.push_back({axis.option});
    }
    s.columns.push_back({"method", false});
    s.columns.push_back({"repeat"});
    for (const std::string& name : t.names) {
        s.columns.push_back({"time_" + name});
    }
    s.columns.push_back({"time_ratio"});
    s.columns.push_back({"outcome", false});
    for_each_index(t.rows.size(), t.jobs,
                   [&](std::size_t i) { s.rows[i] = row_cells(t, t.rows[i], format); });
    return s;
}

// A quantity by one method at one grid point, over its repeats.
struct cell {
    mean_value mean;
    std::size_t repeats = 0;
};

std::string spell_cell(const cell& c, table_format format) {
    if (c.repeats < 2 || !std::isfinite(c.mean.mean)) {
        return spell(c.mean.mean, format);
    }
    return fmt::format("{:.5g} ± {:.2g}", c.mean.mean, c.mean.standard_error);
}

// The method that the last columns of the wide layout compare with all others, and how.
struct comparison {
    std::size_t method = 0;
    bool ratios = false;  // true: ratios of this method to the others; false: differences to it

    [[nodiscard]] std::string title(const std::string& own, const std::string& other) const {
        return ratios ? fmt::format("{}/{}", own, other) : fmt::format("{} vs {}", other, own);
    }
    // There is neither ratio nor difference where a value is never or unknown.
    [[nodiscard]] std::string spell(double own, double other, table_format format) const {
        const double value = ratios ? own / other : (other - own) / std::abs(own);
        const bool exact = format == table_format::csv;
        if (!(std::isfinite(value) && std::isfinite(other))) {
            return exact ? "" : "-";
        }
        return exact    ? fmt::format("{}", value)
               : ratios ? fmt::format("{:.5g}", value)
                        : fmt::format("{:+.1e}", value);
    }
};

comparison choose_comparison(const table& t, const std::string& ratio_of) {
    const auto place = [&](std::string_view name) {
        const auto found = std::find(t.methods.begin(), t.methods.end(), name);
        return static_cast<std::size_t>(found - t.methods.begin());
    };
    if (!ratio_of.empty()) {
        check_ratio_of(ratio_of, t.methods);
        return {place(ratio_of), true};
    }
    for (const std::string_view name : {"flow", "exact"}) {
        if (place(name) < t.methods.size()) {
            return {place(name), false};
        }
    }
    return {};
}

// The cells of a point as [quantity][method]; the last quantity is the time ratio.
std::vector<std::vector<cell>> summarise_point(const table& t, std::size_t point) {
    const std::size_t quantities = t.names.size() + 1;
    std::vector<std::vector<std::vector<double>>> values(
        quantities, std::vector<std::vector<double>>(t.methods.size()));
    // Rows are in the order of their points.
    const auto first = std::lower_bound(
        t.rows.begin(), t.rows.end(), point,
        [](const table_row& row, std::size_t wanted) { return row.point < wanted; });
    for (auto row = first; row != t.rows.end() && row->point == point; ++row) {
        for (std::size_t q = 0; q + 1 < quantities; ++q) {
            values[q][row->method].push_back(row->times[q]);
        }
        values[quantities - 1][row->method].push_back(row->time_ratio);
    }
    std::vector<std::vector<cell>> cells(quantities);
    for (std::size_t q = 0; q < quantities; ++q) {
        std::transform(values[q].begin(), values[q].end(), std::back_inserter(cells[q]),
                       [](const std::vector<double>& v) {
                           return cell{mean_of(v), v.size()};
                       });
    }
    return cells;
}

sheet wide_sheet(const table& t, table_format format, const comparison& against) {
    const std::size_t quantities = t.names.size() + 1;
    std::vector<std::vector<cell>> rows;
    for (std::size_t p = 0; p < t.points.size(); ++p) {
        for (std::vector<cell>& by_method : summarise_point(t, p)) {
            rows.push_back(std::move(by_method));
        }
    }
    sheet s = sheet::of_rows(rows.size());
    s.jobs = t.jobs;
    for (std::size_t a = 0; a < t.points.axes().size(); ++a) {
        s.add({t.points.axes()[a].option},
              [&](std::size_t row) { return t.points.point(row / quantities)[a]; });
    }
    s.add({"modality", false}, [&](std::size_t row) {
        const std::size_t q = row % quantities;
        return q < t.names.size() ? t.names[q] : "last / first";
    });
    for (std::size_t m = 0; m < t.methods.size(); ++m) {
        s.add({t.labels[m]}, [&](std::size_t row) { return spell_cell(rows[row][m], format); });
    }
    for (std::size_t m = 0; m < t.methods.size(); ++m) {
        if (m != against.method) {
            s.add({against.title(t.methods[against.method], t.methods[m])}, [&](std::size_t row) {
                return against.spell(rows[row][against.method].mean.mean, rows[row][m].mean.mean,
                                     format);
            });
        }
    }
    return s;
}

ordered_json json_row(const table& t, const table_row& row) {
    ordered_json object;
    const std::vector<std::string> point = t.points.point(row.point);
    for (std::size_t a = 0; a < point.size(); ++a) {
        const std::string& option = t.points.axes()[a].option;
        object[option] = parse_number(option, point[a]);
    }
    object["method"] = t.methods[row.method];
    object["repeat"] = row.repeat;
    for (std::size_t m = 0; m < t.names.size(); ++m) {
        object["time_" + t.names[m]] = number(row.times[m]);
    }
    object["time_ratio"] = number(row.time_ratio);
    object["outcome"] = row.outcome;
    return object;
}

// A text between more backquotes than it has in a row anywhere.
std::string code_of_markdown(const std::string& text) {
    std::string quotes = "`";
    while (text.find(quotes) != std::string::npos) {
        quotes += '`';
    }
    const char* space = quotes.size() > 1 ? " " : "";
    return fmt::format("{0}{1}{2}{1}{0}", quotes, space, text);
}

std::string to_json(const table& t, const std::string& provenance) {
    ordered_json result;
    result["provenance"] = provenance;
    result["modalities"] = t.names;
    ordered_json rows = ordered_json::array();
    ordered_json warnings = ordered_json::array();
    for (std::size_t i = 0; i < t.rows.size(); ++i) {
        const table_row& row = t.rows[i];
        rows.push_back(json_row(t, row));
        for (std::size_t m = 0; m < t.names.size(); ++m) {
            if (std::isinf(row.times[m]) || (row.failed && std::isnan(row.times[m]))) {
                warnings.push_back(fmt::format(
                    "rows[{}]: {} {} ({})", i, t.names[m],
                    std::isinf(row.times[m]) ? "is never learned" : "was not seen to be learned",
                    row.outcome));
            }
        }
    }
    result["rows"] = std::move(rows);
    result["warnings"] = std::move(warnings);
    return json_text(result);
}

}  // namespace

table_format format_of_file(const std::string& file) {
    const std::string ending = std::filesystem::path(file).extension().string();
    using kind = std::pair<const char*, table_format>;
    for (const auto& [known, format] :
         {kind{".md", table_format::markdown}, kind{".csv", table_format::csv},
          kind{".tex", table_format::latex}, kind{".json", table_format::json}}) {
        if (ending == known) {
            return format;
        }
    }
    throw data::input_error(
        "output", fmt::format("need a file ending in .csv, .md, .tex or .json, got '{}'", file));
}

void check_ratio_of(const std::string& name, const std::vector<std::string>& methods) {
    if (std::find(methods.begin(), methods.end(), name) == methods.end()) {
        throw data::input_error("ratio-of", fmt::format("need one of the methods {}; got '{}'",
                                                        fmt::join(methods, ","), name));
    }
}

std::string format_table(const table& t, table_layout layout, table_format format,
                         const std::string& provenance, const std::string& ratio_of) {
    if (format == table_format::json) {
        return to_json(t, provenance);
    }
    const sheet s = layout == table_layout::wide
                        ? wide_sheet(t, format, choose_comparison(t, ratio_of))
                        : long_sheet(t, format);
    switch (format) {
        case table_format::csv: return fmt::format("# {}\n{}", provenance, to_csv(s));
        case table_format::latex: return fmt::format("% {}\n{}", provenance, to_latex(s));
        case table_format::markdown:
            return fmt::format("{}\nMade by {}\n", to_markdown(s), code_of_markdown(provenance));
        default: return to_text(s);
    }
}

}  // namespace fusionflow::validation
