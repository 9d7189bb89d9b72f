#include "fusionflow/validation/study/shard_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/text_file.hpp"
#include "fusionflow/validation/study/checksum.hpp"
#include "fusionflow/validation/study/table_format.hpp"

namespace fusionflow::validation {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view shard_mark = "# shard ";
constexpr const char* unreadable = "its line '# shard' cannot be read";

std::string hex(std::uint32_t value) { return fmt::format("{:08x}", value); }

[[noreturn]] void refuse(const std::string& file, const std::string& rule) {
    throw data::input_error(file, rule);
}

// Takes a line off a text; the whole text where it has no end of line.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// The fields of a line of RFC 4180; no field of a table has an end of line in it.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool quote = line[i] == '"';
        if (quote && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += line[i++];
        } else if (quote) {
            quoted = !quoted;
        } else if (line[i] == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += line[i];
        }
    }
    return fields;
}

void read_head(std::string_view line, shard_content& content, std::string& rows_checksum) {
    const auto head = ordered_json::parse(line.substr(shard_mark.size()), nullptr, false);
    try {
        for (const char* whole : {"shard", "shards", "all_rows"}) {
            if (!head.at(whole).is_number_unsigned()) {
                refuse(content.file, unreadable);
            }
        }
        content.part = {head.at("shard").get<int>(), head.at("shards").get<int>()};
        content.all_rows = head.at("all_rows").get<std::size_t>();
        content.grid = head.at("grid").get<std::string>();
        content.table_id = head.at("table").get<std::string>();
        rows_checksum = head.at("crc32").get<std::string>();
        content.part.validate();
    } catch (const std::exception&) {
        refuse(content.file, unreadable);
    }
}

}  // namespace

std::string format_shard(const table& t, const std::string& provenance) {
    const std::string csv = format_table(t, table_layout::rows, table_format::csv, provenance);
    const std::size_t rows = csv.find('\n') + 1;
    ordered_json head;
    head["shard"] = t.part.index;
    head["shards"] = t.part.count;
    head["all_rows"] = t.all_rows;
    head["grid"] = t.points.text();
    head["table"] = hex(checksum(t.fingerprint));
    head["crc32"] = hex(checksum(std::string_view(csv).substr(rows)));
    return fmt::format("{}{}{}\n{}", std::string_view(csv).substr(0, rows), shard_mark, head.dump(),
                       std::string_view(csv).substr(rows));
}

shard_content read_shard(const std::string& file) {
    const std::string text = data::read_text(file);
    shard_content content;
    content.file = file;
    std::string_view rest = text;
    constexpr std::string_view comment = "# ";
    const std::string_view first = take_line(rest);
    const std::string_view second = take_line(rest);
    if (!(first.starts_with(comment) && second.starts_with(shard_mark))) {
        refuse(file, "is not a shard of a table: its second line does not begin with '# shard'");
    }
    content.provenance = first.substr(comment.size());
    std::string rows_checksum;
    read_head(second, content, rows_checksum);
    if (hex(checksum(rest)) != rows_checksum) {
        refuse(file, "is torn or was changed: its rows are not those that were written");
    }
    content.columns = fields_of(take_line(rest));
    while (!rest.empty()) {
        content.rows.push_back(fields_of(take_line(rest)));
    }
    return content;
}

}  // namespace fusionflow::validation
