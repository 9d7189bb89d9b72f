#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fusionflow::data {

/// An array of any number of dimensions.
struct named_array {
    std::string name;                   ///< without `.npy`; UTF-8
    std::vector<std::int64_t> shape{};  ///< empty: a number
    std::vector<double> values{};       ///< C order: the last index runs fastest
};

/// Arrays in the order of the file.
using named_arrays = std::vector<named_array>;

/// A text beside the arrays, stored as an array of bytes (`|S`), UTF-8, without dimensions.
struct named_text {
    std::string name;
    std::string text;  ///< not empty
};

/// Reads an .npz file: a zip archive, stored or deflated, of arrays as numpy.savez and
/// numpy.savez_compressed write them.
///
/// Numbers may be float64, float32, or integers of 1 to 8 bytes, of either byte order, in C or
/// Fortran order. Arrays of text are passed over. Nothing is allocated that the file's own size
/// does not account for, and never more than 8 GiB in all.
///
/// \throws input_error whose field is the file, with the member and what is wrong with it: not a
///         zip, truncated, damaged, another type, a shape that does not fit the bytes, numbers that
///         are not finite, two arrays of a name.
/// \see docs/file-formats.md#arrays; tests/data/npz_test.cpp
[[nodiscard]] named_arrays read_npz(const std::string& file);

/// The bytes of an .npz file: `<f8` in C order, version 1.0, not compressed, dated 1 January 1980,
/// so that equal content gives equal bytes.
///
/// \param arrays  At least one; names different, numbers as many as their shapes say.
/// \throws std::invalid_argument where these rules are broken.
[[nodiscard]] std::string format_npz(const named_arrays& arrays,
                                     const std::vector<named_text>& texts = {});

}  // namespace fusionflow::data
