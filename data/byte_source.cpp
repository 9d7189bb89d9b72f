#include "data/byte_source.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t peeked = 16;

std::string system_says(int code) { return std::generic_category().message(code); }

}  // namespace

std::string byte_source::take(std::size_t count) {
    std::string bytes(count, '\0');
    if (read(bytes) != count) {
        refuse("truncated: it ends too early");
    }
    return bytes;
}

// zlib passes through what is not compressed.
struct file_bytes::handle {
    explicit handle(gzFile opened) : gz(opened) {}
    handle(const handle&) = delete;
    handle& operator=(const handle&) = delete;
    ~handle() { gzclose(gz); }
    gzFile gz;
};

file_bytes::file_bytes(const std::string& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
        throw input_error(file, "is a directory, need a file");
    }
    errno = 0;
    gzFile const opened = gzopen(file.c_str(), "rb");
    if (opened == nullptr) {
        throw input_error(file, "cannot be opened: " + system_says(errno == 0 ? ENOMEM : errno));
    }
    file_ = std::make_unique<handle>(opened);
    gzbuffer(opened, 1U << 17U);
    if (std::filesystem::is_regular_file(file, ignored)) {
        all_ = std::filesystem::file_size(file, ignored);
    }
    head_.resize(peeked);
    head_.resize(at_place(file, [this] { return read_on(head_); }));
}

file_bytes::~file_bytes() = default;

std::size_t file_bytes::read_on(std::span<char> bytes) {
    constexpr std::size_t most = std::size_t{1} << 28U;  // zlib counts in ints
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t wanted = std::min(bytes.size() - done, most);
        errno = 0;
        const int got = gzread(file_->gz, bytes.data() + done, static_cast<unsigned>(wanted));
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        }
        if (got < 0 || static_cast<std::size_t>(got) < wanted) {
            int code = Z_OK;
            (void)gzerror(file_->gz, &code);
            if (code == Z_ERRNO) {
                refuse("cannot be read: " + system_says(errno));
            }
            if (code != Z_OK && code != Z_STREAM_END) {
                refuse(code == Z_BUF_ERROR ? "truncated: the compressed data end too early"
                                           : "damaged: the compressed data are wrong");
            }
            break;
        }
    }
    return done;
}

std::size_t file_bytes::read(std::span<char> bytes) {
    const std::size_t first = std::min(bytes.size(), head_.size() - given_);
    std::copy_n(head_.data() + given_, first, bytes.data());
    given_ += first;
    return first + read_on(bytes.subspan(first));
}

bool file_bytes::plain() const { return gzdirect(file_->gz) != 0; }

bool file_bytes::seekable() const { return all_ > 0 && plain(); }

void file_bytes::seek(std::uint64_t place) {
    given_ = head_.size();
    if (gzseek(file_->gz, static_cast<z_off_t>(place), SEEK_SET) < 0) {
        refuse("cannot be read: there is no going back in it");
    }
}

std::uint64_t file_bytes::bytes_done() const {
    const z_off_t done = gzoffset(file_->gz);
    return done < 0 ? 0 : static_cast<std::uint64_t>(done);
}

}  // namespace fusionflow::data
