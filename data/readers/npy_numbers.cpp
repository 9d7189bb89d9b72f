#include <fmt/format.h>

#include <bit>
#include <boost/endian/conversion.hpp>
#include <cmath>
#include <type_traits>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/npy.hpp"

namespace fusionflow::data {

namespace {

// Beyond this a double does not hold every integer.
constexpr std::int64_t most = std::int64_t{1} << 53U;

template <typename Number>
double as_double(Number value) {
    if constexpr (sizeof(Number) == 8 && std::is_integral_v<Number>) {
        bool fits = value <= static_cast<Number>(most);
        if constexpr (std::is_signed_v<Number>) {
            fits = fits && value >= -most;
        }
        if (!fits) {
            refuse(fmt::format("need integers up to 2^53, got {}", value));
        }
    }
    return static_cast<double>(value);
}

template <typename Number, typename Bits, boost::endian::order Order>
void decode_ordered(std::string_view bytes, double* to) {
    for (std::size_t i = 0; i + sizeof(Bits) <= bytes.size(); i += sizeof(Bits)) {
        const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data() + i);
        const auto bits = boost::endian::endian_load<Bits, sizeof(Bits), Order>(from);
        *to++ = as_double(std::bit_cast<Number>(bits));
    }
}

template <typename Number, typename Bits>
void decode_as(bool big_endian, std::string_view bytes, double* to) {
    using boost::endian::order;
    if (big_endian) {
        decode_ordered<Number, Bits, order::big>(bytes, to);
    } else {
        decode_ordered<Number, Bits, order::little>(bytes, to);
    }
}

// Of one signed and one unsigned type of a width.
template <typename Signed, typename Unsigned>
void decode_integers(const npy_header& header, std::string_view bytes, double* to) {
    if (header.type == npy_header::kind::whole) {
        decode_as<Unsigned, Unsigned>(header.big_endian, bytes, to);
    } else {
        decode_as<Signed, Unsigned>(header.big_endian, bytes, to);
    }
}

void decode_truth(std::string_view bytes, double* to) {
    for (const char byte : bytes) {
        *to++ = byte == 0 ? 0 : 1;
    }
}

}  // namespace

void decode_numbers(const npy_header& header, std::string_view bytes, double* to) {
    using kind = npy_header::kind;
    if (header.type == kind::text) {
        refuse("need numbers, got text");
    }
    const bool real = header.type == kind::real;
    switch (header.item_bytes) {
        case 1:
            return header.type == kind::truth
                       ? decode_truth(bytes, to)
                       : decode_integers<std::int8_t, std::uint8_t>(header, bytes, to);
        case 2: return decode_integers<std::int16_t, std::uint16_t>(header, bytes, to);
        case 4:
            return real ? decode_as<float, std::uint32_t>(header.big_endian, bytes, to)
                        : decode_integers<std::int32_t, std::uint32_t>(header, bytes, to);
        default:
            return real ? decode_as<double, std::uint64_t>(header.big_endian, bytes, to)
                        : decode_integers<std::int64_t, std::uint64_t>(header, bytes, to);
    }
}

std::vector<std::uint64_t> item_steps(const std::vector<std::int64_t>& shape, bool fortran_order) {
    std::vector<std::uint64_t> steps(shape.size(), 1);
    if (fortran_order) {
        for (std::size_t d = 1; d < shape.size(); ++d) {
            steps[d] = steps[d - 1] * static_cast<std::uint64_t>(shape[d - 1]);
        }
    } else {
        for (std::size_t d = shape.size(); d-- > 1;) {
            steps[d - 1] = steps[d] * static_cast<std::uint64_t>(shape[d]);
        }
    }
    return steps;
}

std::vector<double> decode_npy(const npy_header& header, std::string_view bytes) {
    std::vector<double> stored(header.count);
    decode_numbers(header, bytes, stored.data());
    for (const double value : stored) {
        if (!std::isfinite(value)) {
            refuse(fmt::format("need finite numbers, got {}", value));
        }
    }
    if (!header.fortran_order) {
        return stored;
    }
    std::vector<double> values(header.count);
    const std::vector<std::uint64_t> steps = item_steps(header.shape, false);
    std::vector<std::int64_t> index(header.shape.size(), 0);
    std::uint64_t place = 0;
    for (const double value : stored) {
        values[place] = value;
        // The next in Fortran order: the first index runs fastest.
        for (std::size_t d = 0; d < index.size(); ++d) {
            place += steps[d];
            if (++index[d] < header.shape[d]) {
                break;
            }
            place -= steps[d] * static_cast<std::uint64_t>(header.shape[d]);
            index[d] = 0;
        }
    }
    return values;
}

}  // namespace fusionflow::data
