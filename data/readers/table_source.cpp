#include "fusionflow/data/readers/table_source.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/array_table.hpp"
#include "fusionflow/data/readers/csv_table.hpp"
#include "fusionflow/data/readers/foreign_format.hpp"

namespace fusionflow::data {

void table_source::set_columns(std::vector<std::string> names) {
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second) {
            const std::string advice = hint_.empty() && name.empty()
                                           ? "--skip-lines N if the header is further down"
                                           : hint_;
            refuse(fmt::format("need different columns, but '{}' is there twice{}", name,
                               advice.empty() ? "" : fmt::format(" ({})", advice)));
        }
    }
    columns_ = std::move(names);
}

std::unique_ptr<table_source> open_table(const std::string& file, const table_options& options) {
    options.validate();
    auto source = std::make_unique<file_bytes>(file);
    const std::string_view head = source->peek();
    need(!head.empty(), file, "is empty, need a table");
    if (head.starts_with("PK\3\4") || file.ends_with(".npz")) {
        need(source->seekable(), file, "need a file: a zip archive cannot be read from a pipe");
        return open_npz(file, options);
    }
    if (const std::string foreign = about_foreign_format(head); !foreign.empty()) {
        throw input_error(file, foreign);
    }
    if (head.starts_with("\x93NUMPY") || file.ends_with(".npy")) {
        return open_npy(std::move(source), file, options);
    }
    if (is_idx(head)) {
        return open_idx(std::move(source), file, options);
    }
    return open_csv(std::move(source), file, options);
}

}  // namespace fusionflow::data
