#include "data/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <set>
#include <utility>

#include "data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::string_view signature = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 20U;
constexpr std::size_t most_dimensions = 32;  // numpy's own limit
constexpr std::size_t alignment = 64;
const char* const too_large = "the shape is too large: more than 8 GiB";

// A rule is broken at a place that the caller names: turned into input_error(file, rule) by it.
[[noreturn]] void refuse(const std::string& rule) { throw input_error("", rule); }

std::uint64_t byte_at(std::string_view bytes, std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
}

// An unsigned integer of as many bytes as there are.
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

// Walks through a header, which is a dictionary of Python.
class header_reader {
public:
    explicit header_reader(std::string_view text) : text_(text) {}

    npy_header read();

private:
    [[noreturn]] static void refuse_header() { refuse("the header is not that of an array"); }
    void pass_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) {
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
    return at_ == first ? (refuse_header(), 0) : static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> header_reader::tuple() {
    std::vector<std::int64_t> shape;
    expect('(');
    while (!accept(')')) {
        shape.push_back(extent());
        if (!(shape.size() <= most_dimensions)) {
            refuse(fmt::format("need at most {} dimensions", most_dimensions));
        }
        if (!accept(',')) {
            expect(')');
            break;
        }
    }
    return shape;
}

void set_type(npy_header& header, std::string_view type) {
    using kind = npy_header::kind;
    const std::string_view name = type.empty() ? type : type.substr(1);
    const char order = type.empty() ? ' ' : type.front();
    header.big_endian = order == '>';
    const bool ordered = order == '<' || order == '>';
    if (ordered && (name == "f8" || name == "f4" || name == "i8" || name == "i4")) {
        header.type = name[0] == 'f' ? kind::real : kind::integer;
        header.item_bytes = name[1] == '8' ? 8 : 4;
        return;
    }
    const bool is_text = name.size() > 1 && name.size() < 10 && (name[0] == 'S' || name[0] == 'U');
    if (!(is_text && (ordered || order == '|') &&
          name.find_first_not_of("0123456789", 1) == std::string_view::npos)) {
        refuse(fmt::format("need numbers of type f8, f4, i8 or i4, got '{}'", type.substr(0, 20)));
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
                refuse("need numbers of type f8, f4, i8 or i4, got records");
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

double decode_item(const npy_header& header, std::string_view bytes) {
    const std::uint64_t bits = assemble(bytes, header.big_endian);
    if (header.type == npy_header::kind::real) {
        const double value = header.item_bytes == 8
                                 ? std::bit_cast<double>(bits)
                                 : std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!std::isfinite(value)) {
            refuse(fmt::format("need finite numbers, got {}", value));
        }
        return value;
    }
    const std::int64_t value = header.item_bytes == 8
                                   ? std::bit_cast<std::int64_t>(bits)
                                   : std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
    constexpr std::int64_t most = std::int64_t{1} << 53U;
    if (!(value >= -most && value <= most)) {
        refuse(fmt::format("need integers up to 2^53, got {}", value));
    }
    return static_cast<double>(value);
}

// Steps in C order between neighbours along each dimension.
std::vector<std::uint64_t> c_steps(const std::vector<std::int64_t>& shape) {
    std::vector<std::uint64_t> steps(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) {
        steps[d - 1] = steps[d] * static_cast<std::uint64_t>(shape[d]);
    }
    return steps;
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

npy_header parse_npy_header(std::string_view text) {
    npy_header header = header_reader(text).read();
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
    return header;
}

std::vector<double> decode_npy(const npy_header& header, std::string_view bytes) {
    if (header.type == npy_header::kind::text) {
        refuse("need numbers, got text");
    }
    std::vector<double> values(header.count);
    const std::vector<std::uint64_t> steps = c_steps(header.shape);
    std::vector<std::int64_t> index(header.shape.size(), 0);
    std::uint64_t place = 0;
    for (std::uint64_t i = 0; i < header.count; ++i) {
        values[header.fortran_order ? place : i] =
            decode_item(header, bytes.substr(i * header.item_bytes, header.item_bytes));
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

}  // namespace fusionflow::data
