#pragma once

#include <string>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/table_source.hpp"
#include "tests/support/folder.hpp"

namespace fusionflow::tests {

/// All that is in a table.
struct whole_table {
    std::vector<std::string> columns;
    data::row_matrix values;
    std::vector<std::uint64_t> rows;
    data::table_progress progress;
};

/// Reads the columns that are wanted, to the end.
inline whole_table read_all(data::table_source& source,
                            const std::vector<data::wanted_column>& wanted) {
    source.select(wanted);
    const auto width = static_cast<Eigen::Index>(wanted.size());
    whole_table all{source.columns(), data::row_matrix(0, width), {}, {}};
    data::row_block block;
    while (source.next(block)) {
        const Eigen::Index before = all.values.rows();
        all.values.conservativeResize(before + block.values.rows(), width);
        all.values.bottomRows(block.values.rows()) = block.values;
        all.rows.insert(all.rows.end(), block.rows.begin(), block.rows.end());
    }
    all.progress = source.progress();
    return all;
}

/// The same with all columns.
inline whole_table read_all(data::table_source& source) {
    std::vector<data::wanted_column> wanted;
    for (std::size_t i = 0; i < source.columns().size(); ++i) {
        wanted.push_back({i});
    }
    return read_all(source, wanted);
}

/// The same of a file with these bytes.
inline whole_table read_table(const std::string& bytes, const data::table_options& options = {},
                              const std::string& name = "d.csv") {
    const temporary_folder folder;
    write(folder.file(name), bytes);
    return read_all(*data::open_table(folder.file(name), options));
}

/// How a file with these bytes is refused, without the folder; empty if it is not.
inline std::string refusal_of(const std::string& bytes, const data::table_options& options = {},
                              const std::string& name = "d.csv") {
    const temporary_folder folder;
    write(folder.file(name), bytes);
    try {
        (void)read_all(*data::open_table(folder.file(name), options));
    } catch (const data::input_error& e) {
        const std::string message = e.what();
        const std::string before = folder.path() + "/";
        return message.starts_with(before) ? message.substr(before.size())
                                           : "does not name the file: " + message;
    }
    return "";
}

inline data::row_matrix matrix(Eigen::Index columns, const std::vector<double>& numbers) {
    return Eigen::Map<const data::row_matrix>(
        numbers.data(), static_cast<Eigen::Index>(numbers.size()) / columns, columns);
}

}  // namespace fusionflow::tests
