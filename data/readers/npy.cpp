#include "fusionflow/data/readers/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/endian/conversion.hpp>
#include <cmath>
#include <set>
#include <type_traits>
#include <utility>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::string_view signature = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 20U;
constexpr std::size_t alignment = 64;
const char* const too_large = "the shape is too large: more than 8 GiB";

std::uint64_t byte_at(std::string_view bytes, std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
}

// The unsigned integer that all of the bytes make.
std::uint64_t assemble(std::string_view bytes, bool big_endian) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        value = value << 8U | byte_at(bytes, big_endian ? i : bytes.size() - 1 - i);
    }
    return value;
}

void append_little(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8U) {
        out += static_cast<char>(value & 0xffU);
    }
}

// Reads a header, which is a dictionary of Python.
class header_reader {
public:
    explicit header_reader(std::string_view text) : text_(text) {}

    npy_header read();

private:
    [[noreturn]] static void refuse_header() { refuse("the header is not that of an array"); }
    void pass_space() {
        constexpr std::string_view spaces = " \n\t\r\f";
        while (at_ < text_.size() && spaces.find(text_[at_]) != std::string_view::npos) {
            ++at_;
        }
    }
    bool accept(char c) {
        pass_space();
        const bool found = at_ < text_.size() && text_[at_] == c;
        at_ += found ? 1 : 0;
        return found;
    }
    void expect(char c) {
        if (!accept(c)) {
            refuse_header();
        }
    }
    std::string_view word();
    bool truth();
    std::vector<std::int64_t> tuple();
    std::int64_t extent();

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string_view header_reader::word() {
    const char quote = accept('\'') ? '\'' : (expect('"'), '"');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) {
        refuse_header();
    }
    const std::size_t first = std::exchange(at_, end + 1);
    return text_.substr(first, end - first);
}

bool header_reader::truth() {
    pass_space();
    for (const std::string_view value : {"True", "False"}) {
        if (text_.substr(at_, value.size()) == value) {
            at_ += value.size();
            return value == "True";
        }
    }
    refuse_header();
}

std::int64_t header_reader::extent() {
    if (accept('-')) {
        refuse("need a shape of numbers >= 0, got a negative one");
    }
    pass_space();
    const std::size_t first = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
        value = value * 10 + static_cast<std::uint64_t>(text_[at_] - '0');
        if (!(value <= most_npz_bytes)) {
            refuse(too_large);
        }
    }
    if (at_ == first) {
        refuse_header();
    }
    // Python 2 wrote its long integers with this letter.
    at_ += at_ < text_.size() && text_[at_] == 'L' ? 1 : 0;
    return static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> header_reader::tuple() {
    std::vector<std::int64_t> shape;
    expect('(');
    while (!accept(')')) {
        shape.push_back(extent());
        if (!(shape.size() <= most_array_dimensions)) {
            refuse(fmt::format("need at most {} dimensions", most_array_dimensions));
        }
        if (!accept(',')) {
            expect(')');
            break;
        }
    }
    return shape;
}

constexpr const char* need_numbers = "need numbers of type f4, f8, i1 ... i8, u1 ... u8 or b1";

struct number_type {
    std::string_view name;
    npy_header::kind type;
    std::size_t bytes;
};

constexpr auto number_types = std::to_array<number_type>({
    {"f8", npy_header::kind::real, 8},
    {"f4", npy_header::kind::real, 4},
    {"i8", npy_header::kind::integer, 8},
    {"i4", npy_header::kind::integer, 4},
    {"i2", npy_header::kind::integer, 2},
    {"i1", npy_header::kind::integer, 1},
    {"u8", npy_header::kind::whole, 8},
    {"u4", npy_header::kind::whole, 4},
    {"u2", npy_header::kind::whole, 2},
    {"u1", npy_header::kind::whole, 1},
    {"b1", npy_header::kind::truth, 1},
});

void set_type(npy_header& header, std::string_view type) {
    using kind = npy_header::kind;
    const std::string_view name = type.empty() ? type : type.substr(1);
    const char order = type.empty() ? ' ' : type.front();
    header.big_endian = order == '>';
    const bool ordered = order == '<' || order == '>';
    const auto number = std::find_if(number_types.begin(), number_types.end(),
                                     [name](const number_type& t) { return t.name == name; });
    if (number != number_types.end() && (ordered || (order == '|' && number->bytes == 1))) {
        header.type = number->type;
        header.item_bytes = number->bytes;
        return;
    }
    const bool is_text = name.size() > 1 && name.size() < 10 && (name[0] == 'S' || name[0] == 'U');
    if (!(is_text && (ordered || order == '|') &&
          name.find_first_not_of("0123456789", 1) == std::string_view::npos)) {
        refuse(fmt::format("{}, got '{}'", need_numbers, type.substr(0, 20)));
    }
    header.type = kind::text;
    header.item_bytes = (name[0] == 'U' ? 4U : 1U) * std::stoul(std::string(name.substr(1)));
}

npy_header header_reader::read() {
    npy_header header;
    std::set<std::string_view> keys;
    expect('{');
    while (!accept('}')) {
        const std::string_view key = word();
        if (!keys.insert(key).second) {
            refuse_header();
        }
        expect(':');
        if (key == "descr") {
            if (accept('[')) {
                refuse(fmt::format("{}, got records", need_numbers));
            }
            set_type(header, word());
        } else if (key == "fortran_order") {
            header.fortran_order = truth();
        } else if (key == "shape") {
            header.shape = tuple();
        } else {
            refuse_header();
        }
        if (!accept(',')) {
            expect('}');
            break;
        }
    }
    pass_space();
    if (at_ != text_.size() || keys.size() != 3) {
        refuse_header();
    }
    return header;
}

}  // namespace

std::size_t npy_length_bytes(std::string_view preamble) {
    if (!(preamble.size() == npy_preamble && preamble.starts_with(signature))) {
        refuse("not an .npy array: another signature");
    }
    const std::uint64_t version = byte_at(preamble, 6);
    if (!(version >= 1 && version <= 3 && preamble[7] == 0)) {
        refuse(fmt::format("need .npy version 1.0, 2.0 or 3.0, got {}.{}", version,
                           byte_at(preamble, 7)));
    }
    return version == 1 ? 2 : 4;
}

std::size_t npy_header_length(std::string_view length) {
    const std::uint64_t value = assemble(length, false);
    if (!(value < longest_header)) {
        refuse(fmt::format("need a header below 1 MiB, got {} bytes", value));
    }
    return value;
}

void count_items(npy_header& header) {
    header.count = 1;
    for (const std::int64_t extent : header.shape) {
        const auto factor = static_cast<std::uint64_t>(extent);
        if (factor != 0 && !(header.count <= most_npz_bytes / factor)) {
            refuse(too_large);
        }
        header.count *= factor;
    }
    if (header.item_bytes != 0 && !(header.count <= most_npz_bytes / header.item_bytes)) {
        refuse(too_large);
    }
}

npy_header parse_npy_header(std::string_view text) {
    npy_header header = header_reader(text).read();
    count_items(header);
    return header;
}

npy_start read_npy_start(byte_source& source) {
    const std::size_t length_bytes = npy_length_bytes(source.take(npy_preamble));
    const std::size_t length = npy_header_length(source.take(length_bytes));
    return {parse_npy_header(source.take(length)), npy_preamble + length_bytes + length};
}

std::string format_npy_header(std::string_view type, const std::vector<std::int64_t>& shape) {
    const std::string extents =
        fmt::format("{}{}", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
    std::string text =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, extents);
    const std::size_t before = npy_preamble + 2;
    const std::size_t whole = (before + text.size() + 1 + alignment - 1) / alignment * alignment;
    text.resize(whole - before - 1, ' ');
    text += '\n';
    std::string header = std::string(signature) + std::string("\1\0", 2);
    append_little(header, text.size(), 2);
    return header + text;
}

std::string encode_npy(const std::vector<double>& values) {
    std::string bytes;
    bytes.reserve(values.size() * sizeof(double));
    for (const double value : values) {
        append_little(bytes, std::bit_cast<std::uint64_t>(value), sizeof(double));
    }
    return bytes;
}

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

// Decodes integers of one width, signed or unsigned.
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
        // This moves to the next number in Fortran order: the first index runs fastest.
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
