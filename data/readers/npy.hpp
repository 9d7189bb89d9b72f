#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/byte_source.hpp"

// The .npy format of one array; an .npz file is an archive of them (data/readers/npz.hpp).
namespace fusionflow::data {

/// Most bytes that are read from one file: 8 GiB, as much as the weights of a network may take.
inline constexpr std::uint64_t most_npz_bytes = std::uint64_t{8} << 30U;

/// Most dimensions of one array: numpy's own limit.
inline constexpr std::size_t most_array_dimensions = 32;

/// What the header of an array says.
struct npy_header {
    enum class kind {
        real,
        integer,
        whole,  ///< integer without a sign
        truth,  ///< what is not 0 is 1
        text,
    };

    kind type = kind::real;
    std::size_t item_bytes = 8;
    bool big_endian = false;
    bool fortran_order = false;
    std::vector<std::int64_t> shape{};
    std::uint64_t count = 1;  ///< product of `shape`

    [[nodiscard]] std::uint64_t bytes() const noexcept { return count * item_bytes; }
};

/// Bytes before the header proper: 6 of signature and 2 of version.
inline constexpr std::size_t npy_preamble = 8;

/// Number of bytes, after the preamble, that hold the header's length: 2 in version 1.0, else 4.
///
/// \throws input_error with an empty field: another signature or version.
[[nodiscard]] std::size_t npy_length_bytes(std::string_view preamble);

/// The header's length, from the bytes that hold it.
///
/// \throws input_error with an empty field: 1 MiB or more.
[[nodiscard]] std::size_t npy_header_length(std::string_view length);

/// Reads a header: float64, float32, integers of 1 to 8 bytes with or without sign, of either byte
/// order, truth values (what is not 0 is 1), or text, which has a type only so that it can be
/// passed over.
///
/// \param text  The header proper, a dictionary in Python's syntax.
/// \throws input_error with an empty field: not a header, another type, a shape that is negative or
///         of more than 32 dimensions or takes more than most_npz_bytes.
/// \see docs/file-formats.md#arrays; tests/data/npz_test.cpp
[[nodiscard]] npy_header parse_npy_header(std::string_view text);

/// Sets header.count from header.shape.
///
/// \throws input_error  with an empty field: more than most_npz_bytes.
void count_items(npy_header& header);

/// How an array begins.
struct npy_start {
    npy_header header{};
    std::uint64_t bytes = 0;  ///< bytes before the numbers
};

/// Reads an array up to its numbers. \throws input_error with an empty field.
[[nodiscard]] npy_start read_npy_start(byte_source& source);

/// Decodes numbers in the order in which they are stored; NaN and infinity are allowed.
///
/// \param bytes  Whole items of header.item_bytes each.
/// \param to     Room for bytes.size() / header.item_bytes numbers.
/// \throws input_error with an empty field: text, or an integer beyond 2^53.
void decode_numbers(const npy_header& header, std::string_view bytes, double* to);

/// Distance in items between neighbours along each dimension. The last dimension runs fastest, in
/// Fortran order the first.
[[nodiscard]] std::vector<std::uint64_t> item_steps(const std::vector<std::int64_t>& shape,
                                                    bool fortran_order);

/// The numbers of an array in C order, whatever order and type they are stored in.
///
/// \param bytes  All header.bytes() bytes of the array.
/// \throws input_error with an empty field: text, a number that is not finite, or an integer beyond
///         2^53, which a double does not hold.
[[nodiscard]] std::vector<double> decode_npy(const npy_header& header, std::string_view bytes);

/// Everything before the numbers of an array in C order: version 1.0, a multiple of 64 bytes.
///
/// \param type  As numpy writes it: `<f8`.
[[nodiscard]] std::string format_npy_header(std::string_view type,
                                            const std::vector<std::int64_t>& shape);

/// Numbers as bytes of type `<f8`.
[[nodiscard]] std::string encode_npy(const std::vector<double>& values);

}  // namespace fusionflow::data
