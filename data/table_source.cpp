#include "data/table_source.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "data/csv_table.hpp"
#include "data/error.hpp"

namespace fusionflow::data {

void table_source::set_columns(std::vector<std::string> names) {
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second) {
            throw input_error("",
                              fmt::format("need different columns, but '{}' is there twice", name));
        }
    }
    columns_ = std::move(names);
}

std::unique_ptr<table_source> open_table(const std::string& file, const table_options& options) {
    auto source = std::make_unique<file_bytes>(file);
    const std::string_view head = source->peek();
    if (head.empty()) {
        throw input_error(file, "is empty, need a table");
    }
    return open_csv(std::move(source), file, options);
}

}  // namespace fusionflow::data
