#include "fusionflow/validation/report/columns_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/readers/number_advice.hpp"
#include "fusionflow/validation/study/sheet.hpp"
#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

using json = nlohmann::ordered_json;
using data::column_facts;
using data::column_kind;

constexpr std::size_t most_labels_shown = 5;

// A text of the table for the terminal, cut after 20 bytes at most.
std::string shown(const std::string& text) {
    constexpr std::size_t longest = 20;
    std::string whole = data::escaped(text);
    if (whole.size() <= longest) {
        return whole;
    }
    std::size_t end = longest;  // must not be inside a UTF-8 character
    while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return whole.substr(0, end) + "...";
}

std::vector<std::string> examples(const column_facts& of) {
    std::vector<std::string> some;
    for (const std::string& label : of.labels()) {
        if (some.size() < most_labels_shown) {
            some.push_back(shown(label));
        }
    }
    return some;
}

std::string count_of_labels(const column_facts& of) {
    const std::size_t count = of.labels().size();
    return fmt::format("{}{} text{}", count, count == column_facts::most_labels ? " or more" : "",
                       count == 1 ? "" : "s");
}

std::string range_of(const column_facts& of) {
    std::string range;
    if (of.least() <= of.most()) {
        range = of.least() < of.most() ? fmt::format("{:.6g} to {:.6g}", of.least(), of.most())
                                       : fmt::format("always {:.6g}", of.least());
    }
    if (of.texts() > 0) {
        range += fmt::format("{}{}: '{}'{}", range.empty() ? "" : ", and ", count_of_labels(of),
                             fmt::join(examples(of), "', '"),
                             of.labels().size() > most_labels_shown ? ", ..." : "");
    }
    return range.empty() ? "-" : range;
}

json column_json(const column_facts& of) {
    const bool ranged = of.least() <= of.most();
    return {{"name", of.name()},
            {"kind", name_of(of.kind())},
            {"rows", of.rows()},
            {"missing", of.missing()},
            {"constant", of.constant()},
            {"least", ranged ? number(of.least()) : json(nullptr)},
            {"most", ranged ? number(of.most()) : json(nullptr)},
            {"texts", of.texts()},
            {"labels", of.labels()}};
}

// Advice about the few texts in a column of numbers.
std::string advice_about(const column_facts& mixed, char decimal) {
    const std::string advice = data::number_advice(*mixed.labels().begin(), decimal);
    return advice.find("--decimal") == std::string::npos ? "(--missing-marks says what is missing)"
                                                         : advice;
}

}  // namespace

std::vector<std::string> warnings_of(const data::table_source& table,
                                     const std::vector<column_facts>& facts, char decimal) {
    std::vector<std::string> warnings = table.notes();
    if (!table.hint().empty() && warnings.empty()) {
        warnings.push_back(fmt::format("{}: {}", table.file(), table.hint()));
    }
    for (const column_facts& column : facts) {
        if (column.kind() == column_kind::mixed) {
            warnings.push_back(fmt::format(
                "'{}' holds numbers except for {} value{}, such as '{}' {}",
                data::escaped(column.name()), column.texts(), column.texts() == 1 ? "" : "s",
                examples(column).front(), advice_about(column, decimal)));
        }
    }
    return warnings;
}

std::string json_text(const std::vector<column_facts>& facts,
                      const std::vector<std::string>& warnings, const std::string& provenance) {
    json columns = json::array();
    for (const column_facts& of : facts) {
        columns.push_back(column_json(of));
    }
    return json_text({{"columns", columns}, {"warnings", warnings}, {"provenance", provenance}});
}

std::string to_text(const std::vector<column_facts>& facts) {
    sheet s = sheet::of_rows(facts.size());
    s.add({"column", false},
          [&](std::size_t i) { return facts[i].name().empty() ? "''" : shown(facts[i].name()); });
    s.add({"kind", false}, [&](std::size_t i) { return std::string(name_of(facts[i].kind())); });
    s.add({"rows"}, [&](std::size_t i) { return std::to_string(facts[i].rows()); });
    s.add({"missing"}, [&](std::size_t i) { return std::to_string(facts[i].missing()); });
    s.add({"range", false}, [&](std::size_t i) { return range_of(facts[i]); });
    return to_text(s);
}

}  // namespace fusionflow::validation
