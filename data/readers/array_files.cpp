// From files of arrays to tables.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/array_table.hpp"
#include "fusionflow/data/readers/foreign_format.hpp"
#include "fusionflow/data/readers/npy.hpp"
#include "fusionflow/data/readers/npz_archive.hpp"

namespace fusionflow::data {

namespace {

// What may be an IDX file begins with two zeros, the type of its numbers, and the number of
// dimensions.
struct idx_type {
    char code;
    npy_header::kind type;
    std::size_t bytes;
};

constexpr auto idx_types = std::to_array<idx_type>({
    {0x08, npy_header::kind::whole, 1},
    {0x09, npy_header::kind::integer, 1},
    {0x0b, npy_header::kind::integer, 2},
    {0x0c, npy_header::kind::integer, 4},
    {0x0d, npy_header::kind::real, 4},
    {0x0e, npy_header::kind::real, 8},
});

const idx_type* idx_type_of(char code) {
    const auto* const found = std::find_if(idx_types.begin(), idx_types.end(),
                                           [code](const idx_type& t) { return t.code == code; });
    return found == idx_types.end() ? nullptr : found;
}

npy_start read_idx_start(byte_source& source) {
    const std::string magic = source.take(4);
    if (!is_idx(magic)) {
        refuse("not an IDX file: another beginning");
    }
    const idx_type* const found = idx_type_of(magic[2]);
    if (found == nullptr) {
        refuse(fmt::format("need an IDX file of numbers of type 0x08, 0x09, or 0x0b to 0x0e, got "
                           "type 0x{:02x}",
                           static_cast<unsigned char>(magic[2])));
    }
    const idx_type& type = *found;
    const auto dimensions = static_cast<std::size_t>(static_cast<unsigned char>(magic[3]));
    if (!(dimensions >= 1 && dimensions <= most_array_dimensions)) {
        refuse(fmt::format("need an IDX file of 1 to {} dimensions, got {}", most_array_dimensions,
                           dimensions));
    }
    npy_start start;
    start.header.type = type.type;
    start.header.item_bytes = type.bytes;
    start.header.big_endian = true;
    const std::string extents = source.take(4 * dimensions);
    for (std::size_t i = 0; i < extents.size(); i += 4) {
        std::int64_t extent = 0;
        for (std::size_t b = 0; b < 4; ++b) {
            extent = extent * 256 + static_cast<unsigned char>(extents[i + b]);
        }
        start.header.shape.push_back(extent);
    }
    count_items(start.header);
    start.bytes = 4 + extents.size();
    return start;
}

// A file that holds one array. Where it is not compressed its size tells at once whether it holds
// what its shape says.
std::unique_ptr<table_source> one_array(std::unique_ptr<file_bytes> source, const std::string& file,
                                        npy_start (*read_start)(byte_source&),
                                        const table_options& options) {
    return at_place(file, [&] {
        npy_start start = read_start(*source);
        (void)table_shape(start.header);
        const std::uint64_t before = start.bytes;
        const std::uint64_t left = source->bytes_all() - std::min(source->bytes_all(), before);
        if (source->seekable() && left != start.header.bytes()) {
            refuse(fmt::format("need {} bytes of numbers for its shape, got {}",
                               start.header.bytes(), left));
        }
        const std::uint64_t all = source->bytes_all();
        // Shared, because what std::function holds has to be copied.
        auto rows = std::make_shared<std::unique_ptr<array_rows>>(
            std::make_unique<array_rows>(start.header, std::move(source), before));
        std::vector<table_array> arrays;
        arrays.push_back({"", start.header, [rows] { return std::move(*rows); }});
        return make_array_table(file, std::move(arrays), options, all);
    });
}

}  // namespace

bool is_idx(std::string_view head) { return head.size() >= 4 && head[0] == 0 && head[1] == 0; }

std::unique_ptr<table_source> open_npy(std::unique_ptr<file_bytes> source, const std::string& file,
                                       const table_options& options) {
    return one_array(std::move(source), file, read_npy_start, options);
}

std::unique_ptr<table_source> open_idx(std::unique_ptr<file_bytes> source, const std::string& file,
                                       const table_options& options) {
    return one_array(std::move(source), file, read_idx_start, options);
}

std::unique_ptr<table_source> open_npz(const std::string& file, const table_options& options) {
    const npz_archive archive(file);
    std::vector<table_array> arrays;
    for (std::uint64_t i = 0; i < archive.count(); ++i) {
        if (const std::string foreign = about_foreign_member(archive.place(i)); !foreign.empty()) {
            throw input_error(file, foreign);
        }
    }
    for (std::uint64_t i = 0; i < archive.count(); ++i) {
        at_place(file, archive.place(i), [&] {
            const npz_member member = archive.member(i);
            const npy_start start = read_npy_start(*archive.open(member));
            // Texts and single numbers may be there, but are no columns.
            if (start.header.type == npy_header::kind::text || start.header.shape.empty()) {
                return;
            }
            const std::uint64_t left = member.bytes - std::min(member.bytes, start.bytes);
            if (left != start.header.bytes()) {
                refuse(fmt::format("need {} bytes of numbers for its shape, got {}",
                                   start.header.bytes(), left));
            }
            (void)table_shape(start.header);
            arrays.push_back({member.name, start.header, [archive, member, start] {
                                  auto source = archive.open(member);
                                  (void)source->take(start.bytes);
                                  return std::make_unique<array_rows>(
                                      start.header, std::move(source), start.bytes);
                              }});
        });
    }
    need(!arrays.empty(), file, "need an array of rows, got none");
    return make_array_table(file, std::move(arrays), options, archive.bytes());
}

}  // namespace fusionflow::data
