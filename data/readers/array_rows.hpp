#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/readers/npy.hpp"

namespace fusionflow::data {

/// An array of N x ... numbers as a table of N rows, read in blocks from beginning to end.
///
/// In Fortran order the columns lie one after another. A source that can seek is read column by
/// column; otherwise the whole array is held as it is stored, up to 256 MiB.
class array_rows {
public:
    /// \param header  The array's: numbers, with at least one dimension.
    /// \param source  Stands at the first number.
    /// \param before  Bytes of the source before the first number.
    array_rows(npy_header header, std::unique_ptr<byte_source> source, std::uint64_t before);

    /// Reads the next to.rows() rows, and of each the `columns` alone, which are numbered in C
    /// order of the dimensions after the first.
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
    std::uint64_t row_ = 0;                // the next row to read
    std::uint64_t width_ = 0;              // number of columns
    std::vector<std::uint64_t> places_{};  // in Fortran order: where each column begins
    std::string bytes_{};                  // of a block, or of the whole array where it is held
    bool held_ = false;
};

/// The size of the table that an array makes.
struct array_shape {
    std::uint64_t rows = 0;
    std::size_t columns = 0;
};

/// \throws input_error  with an empty field: text, a single number, no columns or too many.
[[nodiscard]] array_shape table_shape(const npy_header& header);

}  // namespace fusionflow::data
