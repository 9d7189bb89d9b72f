#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/npy.hpp"

namespace fusionflow::data {

/// An array of N x ... numbers as a table of N rows, read in blocks from begin to end.
///
/// In Fortran order the columns lie one after another. Where the source can go back that needs no
/// more memory; else the array is held as it is stored, up to 256 MiB.
class array_rows {
public:
    /// \param header  Of numbers, of at least one dimension.
    /// \param source  At the first number.
    /// \param before  Bytes of the source before it.
    array_rows(npy_header header, std::unique_ptr<byte_source> source, std::uint64_t before);

    /// The next rows: `to` has as many as are wanted, and a column for each of `columns` (in C
    /// order of the dimensions after the first).
    ///
    /// \throws input_error  with an empty field: the source ends early, goes on after the last row,
    ///         is damaged, or holds an integer beyond 2^53.
    void read(const std::vector<std::size_t>& columns, row_matrix& to);

private:
    void read_c(const std::vector<std::size_t>& columns, row_matrix& to);
    void read_fortran(const std::vector<std::size_t>& columns, row_matrix& to);
    void hold();
    [[nodiscard]] std::string_view column_bytes(std::uint64_t place, std::size_t count);

    npy_header header_;
    std::unique_ptr<byte_source> source_;
    std::uint64_t before_;
    std::uint64_t row_ = 0;                // of the next
    std::uint64_t width_ = 0;              // columns
    std::vector<std::uint64_t> places_{};  // in Fortran order: where each column is
    std::string bytes_{};                  // of a block, or all where it is held
    bool held_ = false;
};

/// What an array is as a table, before it is read.
struct array_shape {
    std::uint64_t rows = 0;
    std::size_t columns = 0;
};

/// \throws input_error  with an empty field: text, a single number, no columns or too many.
[[nodiscard]] array_shape table_shape(const npy_header& header);

}  // namespace fusionflow::data
