#include "fusionflow/data/readers/npz_archive.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <filesystem>
#include <utility>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::uint64_t most_deflated = 1032;  // most bytes that one byte of deflate stands for

struct close_member {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using member_ptr = std::unique_ptr<zip_file_t, close_member>;

std::string described(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

// What the archive says about a member.
zip_stat_t claims(zip_t* archive, std::uint64_t index) {
    zip_stat_t about;
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                    ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive, index, ZIP_FL_ENC_GUESS, &about) != 0 ||
        (about.valid & needed) != needed) {
        refuse(fmt::format("entry {} of the archive is damaged", index + 1));
    }
    return about;
}

// Checks what the archive says about a member against the size of the file.
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

class member_bytes final : public byte_source {
public:
    member_bytes(std::shared_ptr<zip> archive, std::uint64_t index)
        : archive_(std::move(archive)), member_(zip_fopen_index(archive_.get(), index, 0)) {
        if (member_ == nullptr) {
            refuse("truncated or damaged");
        }
    }

    [[nodiscard]] std::size_t read(std::span<char> bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const zip_int64_t got =
                zip_fread(member_.get(), bytes.data() + done, bytes.size() - done);
            if (got < 0) {  // also where the checksum is wrong
                refuse("truncated or damaged");
            }
            if (got == 0) {
                break;
            }
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    void seek(std::uint64_t /*place*/) override { refuse("there is no going back in it"); }

private:
    std::shared_ptr<zip> archive_;
    member_ptr member_;
};

}  // namespace

npz_archive::npz_archive(const std::string& file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
        throw input_error(file, "it is a folder");
    }
    int code = 0;
    zip_t* const opened = zip_open(file.c_str(), ZIP_RDONLY, &code);
    if (opened == nullptr) {
        throw input_error(file, code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS
                                    ? "not an .npz file (a zip archive), or truncated"
                                    : described(code));
    }
    archive_ = std::shared_ptr<zip>(opened, [](zip* archive) { zip_discard(archive); });
    file_bytes_ = std::filesystem::file_size(file, error);
}

std::uint64_t npz_archive::count() const {
    return static_cast<std::uint64_t>(zip_get_num_entries(archive_.get(), 0));
}

std::string npz_archive::place(std::uint64_t index) const {
    const char* const name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_GUESS);
    return name == nullptr ? fmt::format("member {}", index + 1) : name;
}

npz_member npz_archive::member(std::uint64_t index) const {
    const zip_stat_t about = claims(archive_.get(), index);
    check_claims(about, file_bytes_);
    std::string name = about.name;
    if (!name.ends_with(npz_member_suffix)) {
        refuse("need members that end in .npy");
    }
    name.resize(name.size() - npz_member_suffix.size());
    return {std::move(name), index, about.size};
}

std::unique_ptr<byte_source> npz_archive::open(const npz_member& member) const {
    return std::make_unique<member_bytes>(archive_, member.index);
}

}  // namespace fusionflow::data
