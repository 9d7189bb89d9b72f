#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fusionflow/data/readers/npy.hpp"
#include "tests/support/folder.hpp"

// Files of arrays, made by hand.
namespace fusionflow::tests {

/// A header of .npy as numpy writes it, in one of its versions.
inline std::string npy_head(const std::string& descr, bool fortran, const std::string& shape,
                            int version = 1) {
    std::string text = "{'descr': '" + descr +
                       "', 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape + ", }";
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    while ((8 + length_bytes + text.size() + 1) % 64 != 0) {
        text += ' ';
    }
    text += '\n';
    std::string head = "\x93NUMPY";
    head += static_cast<char>(version);
    head += '\0';
    for (std::size_t i = 0; i < length_bytes; ++i) {
        head += static_cast<char>(text.size() >> (8 * i) & 0xffU);
    }
    return head + text;
}

/// Bytes of integers, most significant first or last.
inline std::string integers(const std::vector<std::int64_t>& values, std::size_t bytes,
                            bool big_endian) {
    std::string text;
    for (const std::int64_t value : values) {
        for (std::size_t i = 0; i < bytes; ++i) {
            const std::size_t place = big_endian ? bytes - 1 - i : i;
            text += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * place) & 0xffU);
        }
    }
    return text;
}

/// An .npy file of doubles in C order.
inline std::string npy_file(const std::vector<std::int64_t>& shape,
                            const std::vector<double>& values) {
    return data::format_npy_header("<f8", shape) + data::encode_npy(values);
}

/// The head of an IDX file.
inline std::string idx_head(int type, const std::vector<std::int64_t>& shape) {
    std::string head("\0\0", 2);
    head += static_cast<char>(type);
    head += static_cast<char>(shape.size());
    return head + integers(shape, 4, true);
}

/// What gzip makes of a text.
inline std::string gzipped(const std::string& text) {
    const temporary_folder folder;
    gzFile const file = gzopen(folder.file("z").c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return read(folder.file("z"));
}

}  // namespace fusionflow::tests
