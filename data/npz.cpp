#include "data/npz.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>

#include "data/error.hpp"
#include "data/npy.hpp"

namespace fusionflow::data {

namespace {

constexpr std::string_view suffix = ".npy";
constexpr std::uint64_t most_deflated = 1032;   // bytes that one byte of deflate can stand for
constexpr zip_uint16_t first_day = 1 << 5 | 1;  // 1 January 1980, the first that zip knows

struct discard_archive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct close_member {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};
struct free_source {
    void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using archive_ptr = std::unique_ptr<zip_t, discard_archive>;
using member_ptr = std::unique_ptr<zip_file_t, close_member>;
using source_ptr = std::unique_ptr<zip_source_t, free_source>;

// A rule is broken at a place that the caller names.
[[noreturn]] void refuse(const std::string& rule) { throw input_error("", rule); }

std::string described(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

archive_ptr open_archive(const std::string& file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
        throw input_error(file, "it is a folder");
    }
    int code = 0;
    archive_ptr archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
    if (archive == nullptr) {
        throw input_error(file, code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS
                                    ? "not an .npz file (a zip archive), or truncated"
                                    : described(code));
    }
    return archive;
}

std::string read_bytes(zip_file_t* member, std::uint64_t count) {
    std::string bytes(count, '\0');
    std::uint64_t done = 0;
    while (done < count) {
        const zip_int64_t got = zip_fread(member, bytes.data() + done, count - done);
        if (!(got > 0)) {
            refuse("truncated or damaged");
        }
        done += static_cast<std::uint64_t>(got);
    }
    return bytes;
}

// What the archive claims of a member.
zip_stat_t claims(zip_t* archive, zip_uint64_t index) {
    zip_stat_t about;
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                    ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive, index, ZIP_FL_ENC_GUESS, &about) != 0 ||
        (about.valid & needed) != needed) {
        refuse(fmt::format("entry {} of the archive is damaged", index + 1));
    }
    return about;
}

// Held against the size of the file.
void check_claims(const zip_stat_t& about, std::uint64_t file_bytes) {
    if (about.encryption_method != ZIP_EM_NONE) {
        refuse("is encrypted");
    }
    const bool stored = about.comp_method == ZIP_CM_STORE;
    if (!(stored || about.comp_method == ZIP_CM_DEFLATE)) {
        refuse("need stored or deflated members");
    }
    const std::uint64_t most = stored ? about.comp_size : about.comp_size * most_deflated;
    if (!(about.comp_size <= file_bytes && about.size <= most)) {
        refuse("its size is more than the file can hold");
    }
}

// Null for text.
std::unique_ptr<named_array> read_member(zip_t* archive, zip_uint64_t index,
                                         const zip_stat_t& about, std::uint64_t& budget) {
    const member_ptr member(zip_fopen_index(archive, index, 0));
    if (member == nullptr) {
        refuse("truncated or damaged");
    }
    const std::size_t length_bytes = npy_length_bytes(read_bytes(member.get(), npy_preamble));
    const std::size_t length = npy_header_length(read_bytes(member.get(), length_bytes));
    const std::uint64_t before = npy_preamble + length_bytes + length;
    if (!(before <= about.size)) {
        refuse("truncated or damaged");
    }
    const npy_header header = parse_npy_header(read_bytes(member.get(), length));
    if (about.size - before != header.bytes()) {
        refuse(fmt::format("need {} bytes of numbers for its shape, got {}", header.bytes(),
                           about.size - before));
    }
    if (header.type == npy_header::kind::text) {
        return nullptr;
    }
    // As they are in memory: float32 grows.
    const std::uint64_t taken = header.count * sizeof(double);
    if (!(taken <= budget)) {
        refuse("need arrays of at most 8 GiB in all");
    }
    budget -= taken;
    const std::string bytes = read_bytes(member.get(), header.bytes());
    char beyond = 0;
    if (zip_fread(member.get(), &beyond, 1) != 0) {  // also where the checksum is wrong
        refuse("truncated or damaged");
    }
    return std::make_unique<named_array>(named_array{"", header.shape, decode_npy(header, bytes)});
}

std::string member_name(const zip_stat_t& about) {
    std::string name = about.name;
    if (!name.ends_with(suffix)) {
        refuse("need members that end in .npy");
    }
    name.resize(name.size() - suffix.size());
    return name;
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

// Failure here is not the user's: names that are not UTF-8, or memory.
void must(bool done) {
    if (!done) {
        throw std::runtime_error("npz: libzip cannot write the archive");
    }
}

void add_member(zip_t* archive, const std::string& name, const std::string& bytes) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    must(source != nullptr);
    const zip_int64_t index =
        zip_file_add(archive, (name + std::string(suffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
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
    const archive_ptr archive = open_archive(file);
    std::error_code error;
    const std::uint64_t file_bytes = std::filesystem::file_size(file, error);
    std::uint64_t budget = most_npz_bytes;
    named_arrays arrays;
    std::set<std::string> names;
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const auto index = static_cast<zip_uint64_t>(i);
        std::string place = fmt::format("member {}", i + 1);
        try {
            const zip_stat_t about = claims(archive.get(), index);
            place = about.name;
            check_claims(about, file_bytes);
            std::string name = member_name(about);
            if (!names.insert(name).second) {
                refuse("is there twice");
            }
            if (const auto array = read_member(archive.get(), index, about, budget)) {
                array->name = std::move(name);
                arrays.push_back(std::move(*array));
            }
        } catch (const input_error& e) {
            throw input_error(file, fmt::format("{}: {}", place, e.rule()));
        }
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
