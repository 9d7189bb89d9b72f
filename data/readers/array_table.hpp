#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fusionflow/data/readers/array_rows.hpp"
#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

/// An array that may become columns of a table.
struct table_array {
    std::string name;  ///< columns are called name.0, name.1, ...; without a name 0, 1, ...
    npy_header header{};
    std::function<std::unique_ptr<array_rows>()> open{};  ///< called at most once
};

/// A table made of arrays of numbers. The first dimension of an N x ... array counts the rows, the
/// others, in C order, the columns. A named array of one dimension is a column of just this name.
/// Numbers that are NaN, or marks of the options, are missing values. Only arrays with selected
/// columns are opened; they need the same N.
///
/// \param arrays      At least one.
/// \param file_bytes  Size of the file, for progress.
/// \throws input_error  naming the file.
/// \see docs/file-formats.md#samples; tests/data/array_table_test.cpp
[[nodiscard]] std::unique_ptr<table_source> make_array_table(const std::string& file,
                                                             std::vector<table_array> arrays,
                                                             const table_options& options,
                                                             std::uint64_t file_bytes);

/// Opens a .npy file; `source` stands at its first byte.
[[nodiscard]] std::unique_ptr<table_source> open_npy(std::unique_ptr<file_bytes> source,
                                                     const std::string& file,
                                                     const table_options& options);
/// Opens an .npz file: all of its arrays of numbers.
[[nodiscard]] std::unique_ptr<table_source> open_npz(const std::string& file,
                                                     const table_options& options);
/// Opens an IDX file (the format of MNIST): the first dimension is the rows.
[[nodiscard]] std::unique_ptr<table_source> open_idx(std::unique_ptr<file_bytes> source,
                                                     const std::string& file,
                                                     const table_options& options);
/// True if these are the first bytes of an IDX file, of whatever type: two zeros, which no text
/// begins with.
[[nodiscard]] bool is_idx(std::string_view head);

}  // namespace fusionflow::data
