#include "fusionflow/data/readers/npz.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/npy.hpp"
#include "fusionflow/data/readers/npz_archive.hpp"

namespace fusionflow::data {

namespace {

constexpr zip_uint16_t first_day = 1 << 5 | 1;  // 1 January 1980, the first that zip knows

struct discard_archive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct free_source {
    void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using archive_ptr = std::unique_ptr<zip_t, discard_archive>;
using source_ptr = std::unique_ptr<zip_source_t, free_source>;

// Reads an array; returns nothing for text.
std::optional<named_array> read_member(const npz_archive& archive, const npz_member& member,
                                       std::uint64_t& budget) {
    const std::unique_ptr<byte_source> source = archive.open(member);
    const auto [header, before] = read_npy_start(*source);
    const std::uint64_t left = member.bytes - std::min(member.bytes, before);
    if (left != header.bytes()) {
        refuse(fmt::format("need {} bytes of numbers for its shape, got {}", header.bytes(), left));
    }
    if (header.type == npy_header::kind::text) {
        return std::nullopt;
    }
    // Numbers take 8 bytes each in memory, more than float32 in the file.
    const std::uint64_t taken = header.count * sizeof(double);
    if (!(taken <= budget)) {
        refuse("need arrays of at most 8 GiB in all");
    }
    budget -= taken;
    const std::string bytes = source->take(header.bytes());
    char beyond = 0;
    if (source->read({&beyond, 1}) != 0) {
        refuse("truncated or damaged");
    }
    return named_array{member.name, header.shape, decode_npy(header, bytes)};
}

void require(bool rule_holds, const char* rule) {
    if (!rule_holds) {
        throw std::invalid_argument(rule);
    }
}

std::vector<std::string> encode_members(const named_arrays& arrays,
                                        const std::vector<named_text>& texts) {
    std::vector<std::string> members;
    for (const named_array& a : arrays) {
        std::size_t count = 1;
        for (const std::int64_t extent : a.shape) {
            count *= static_cast<std::size_t>(extent);
        }
        require(count == a.values.size(), "npz: need as many numbers as the shape says");
        members.push_back(format_npy_header("<f8", a.shape) + encode_npy(a.values));
    }
    for (const named_text& t : texts) {
        require(!t.text.empty(), "npz: need texts that are not empty");
        members.push_back(format_npy_header(fmt::format("|S{}", t.text.size()), {}) + t.text);
    }
    return members;
}

// A failure here is no mistake of the user: names are not UTF-8, or memory ran out.
void must(bool done) {
    if (!done) {
        throw std::runtime_error("npz: libzip cannot write the archive");
    }
}

void add_member(zip_t* archive, const std::string& name, const std::string& bytes) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    must(source != nullptr);
    const zip_int64_t index = zip_file_add(archive, (name + std::string(npz_member_suffix)).c_str(),
                                           source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
    }
    must(index >= 0);
    const auto place = static_cast<zip_uint64_t>(index);
    must(zip_set_file_compression(archive, place, ZIP_CM_STORE, 0) == 0);
    must(zip_file_set_dostime(archive, place, 0, first_day, 0) == 0);
}

std::string contents(zip_source_t* source) {
    zip_stat_t about;
    must(zip_source_stat(source, &about) == 0 && zip_source_open(source) == 0);
    std::string bytes(about.size, '\0');
    const zip_int64_t got = zip_source_read(source, bytes.data(), bytes.size());
    zip_source_close(source);
    must(got == static_cast<zip_int64_t>(bytes.size()));
    return bytes;
}

}  // namespace

named_arrays read_npz(const std::string& file) {
    const npz_archive archive(file);
    std::uint64_t budget = most_npz_bytes;
    named_arrays arrays;
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < archive.count(); ++i) {
        at_place(file, archive.place(i), [&] {
            const npz_member member = archive.member(i);
            if (!names.insert(member.name).second) {
                refuse("is there twice");
            }
            if (auto array = read_member(archive, member, budget)) {
                arrays.push_back(std::move(*array));
            }
        });
    }
    return arrays;
}

std::string format_npz(const named_arrays& arrays, const std::vector<named_text>& texts) {
    require(!arrays.empty(), "npz: need at least one array");
    std::set<std::string> names;
    const std::vector<std::string> members = encode_members(arrays, texts);
    const source_ptr whole(zip_source_buffer_create(nullptr, 0, 0, nullptr));
    must(whole != nullptr);
    zip_source_keep(whole.get());
    archive_ptr archive(zip_open_from_source(whole.get(), ZIP_TRUNCATE | ZIP_CREATE, nullptr));
    if (archive == nullptr) {
        zip_source_free(whole.get());
    }
    must(archive != nullptr);
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::string& name =
            i < arrays.size() ? arrays[i].name : texts[i - arrays.size()].name;
        require(names.insert(name).second, "npz: need different names");
        add_member(archive.get(), name, members[i]);
    }
    must(zip_close(archive.get()) == 0);
    (void)archive.release();  // zip_close() has freed it
    return contents(whole.get());
}

}  // namespace fusionflow::data
