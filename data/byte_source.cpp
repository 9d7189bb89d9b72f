#include "fusionflow/data/byte_source.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>
#include <vector>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t raw_bytes = std::size_t{1} << 17U;
constexpr std::string_view gzip_magic = "\x1f\x8b";

std::string system_says(int code) { return std::generic_category().message(code); }

// The bytes of a file as they are stored, in a buffer.
class raw_file {
public:
    explicit raw_file(int descriptor) : descriptor_(descriptor) {}
    raw_file(const raw_file&) = delete;
    raw_file& operator=(const raw_file&) = delete;
    ~raw_file() { ::close(descriptor_); }

    // The bytes not taken yet; at least `wanted` of them, unless the file ends before.
    std::string_view look(std::size_t wanted) {
        if (end_ - begin_ < wanted && !ended_) {
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
            end_ -= begin_;
            begin_ = 0;
            while (end_ < wanted && !ended_) {
                end_ += read_some(buffer_.data() + end_, buffer_.size() - end_);
            }
        }
        return {buffer_.data() + begin_, end_ - begin_};
    }
    void pass(std::size_t bytes) {
        begin_ += bytes;
        passed_ += bytes;
    }

    // Reads into `bytes` until it is full or the file ends.
    std::size_t read(std::span<char> bytes) {
        std::size_t done = std::min(bytes.size(), end_ - begin_);
        std::copy_n(buffer_.data() + begin_, done, bytes.data());
        begin_ += done;
        while (done < bytes.size() && !ended_) {
            done += read_some(bytes.data() + done, bytes.size() - done);
        }
        passed_ += done;
        return done;
    }

    void seek(std::uint64_t place) {
        if (::lseek(descriptor_, static_cast<off_t>(place), SEEK_SET) < 0) {
            refuse("cannot be read: it cannot be rewound");
        }
        begin_ = end_ = 0;
        passed_ = place;
        ended_ = false;
    }
    [[nodiscard]] std::uint64_t passed() const noexcept { return passed_; }

private:
    // Makes one call of the system, again if a signal interrupted it.
    std::size_t read_some(char* to, std::size_t room) {
        constexpr std::size_t most = std::size_t{1} << 30U;
        for (;;) {
            const ssize_t got = ::read(descriptor_, to, std::min(room, most));
            if (got >= 0) {
                ended_ = got == 0;
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR) {
                refuse("cannot be read: " + system_says(errno));
            }
        }
    }

    int descriptor_;
    std::vector<char> buffer_ = std::vector<char>(raw_bytes);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t passed_ = 0;
    bool ended_ = false;
};

// Members of a gzip file, one after another. Zeros may follow the last, as tapes and block devices
// add them; anything else is refused, while zlib's own gzread() drops it silently.
class gzip_members {
public:
    gzip_members() {
        constexpr int gzip_only = 15 + 16;
        if (inflateInit2(&stream_, gzip_only) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    gzip_members(const gzip_members&) = delete;
    gzip_members& operator=(const gzip_members&) = delete;
    ~gzip_members() { inflateEnd(&stream_); }

    std::size_t read(raw_file& from, std::span<char> bytes) {
        std::size_t done = 0;
        while (done < bytes.size() && (inside_ || next_member(from))) {
            done += inflate_some(from, bytes.subspan(done));
        }
        return done;
    }

private:
    // Begins the next member; false if the file ends instead.
    bool next_member(raw_file& from) {
        const std::string_view head = from.look(gzip_magic.size());
        if (head.starts_with(gzip_magic)) {
            inflateReset(&stream_);
            inside_ = true;
            return true;
        }
        for (std::string_view rest = head; !rest.empty(); rest = from.look(1)) {
            if (rest.find_first_not_of('\0') != std::string_view::npos) {
                refuse("damaged: what follows its compressed data is neither compressed nor zeros");
            }
            from.pass(rest.size());
        }
        return false;
    }

    std::size_t inflate_some(raw_file& from, std::span<char> bytes) {
        constexpr std::size_t most = std::size_t{1} << 28U;  // zlib counts in unsigned ints
        const std::string_view input = from.look(1);
        // zlib's interface has no const, but it does not write there.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        const std::size_t room = std::min(bytes.size(), most);
        stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
        stream_.avail_out = static_cast<uInt>(room);
        const int code = inflate(&stream_, Z_NO_FLUSH);
        from.pass(input.size() - stream_.avail_in);
        if (code == Z_MEM_ERROR) {
            throw std::bad_alloc();
        }
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            refuse("damaged: the compressed data are wrong");
        }
        inside_ = code != Z_STREAM_END;
        const std::size_t got = room - stream_.avail_out;
        if (inside_ && got == 0 && input.empty()) {
            refuse("truncated: the compressed data end too early");
        }
        return got;
    }

    z_stream stream_{};
    bool inside_ = false;
};

}  // namespace

std::string byte_source::take(std::size_t count) {
    std::string bytes(count, '\0');
    if (read(bytes) != count) {
        refuse("truncated: it ends too early");
    }
    return bytes;
}

struct file_bytes::handle {
    explicit handle(int descriptor) : raw(descriptor) {}
    raw_file raw;
    std::unique_ptr<gzip_members> gzip{};  // null if the file is not compressed
};

file_bytes::file_bytes(const std::string& file) {
    std::error_code ignored;
    const bool piped = file == standard_input;
    if (!piped && std::filesystem::is_directory(file, ignored)) {
        throw input_error(file, "is a directory, need a file");
    }
    const int opened =
        piped ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (opened < 0) {
        throw input_error(file, "cannot be opened: " + system_says(errno));
    }
    file_ = std::make_unique<handle>(opened);
    if (!piped && std::filesystem::is_regular_file(file, ignored)) {
        all_ = std::filesystem::file_size(file, ignored);
    }
    at_place(file, [this] {
        if (file_->raw.look(gzip_magic.size()).starts_with(gzip_magic)) {
            file_->gzip = std::make_unique<gzip_members>();
        }
        head_.resize(peeked);
        head_.resize(read_on(head_));
    });
}

file_bytes::~file_bytes() = default;

std::size_t file_bytes::read_on(std::span<char> bytes) {
    return file_->gzip ? file_->gzip->read(file_->raw, bytes) : file_->raw.read(bytes);
}

std::size_t file_bytes::read(std::span<char> bytes) {
    const std::size_t first = std::min(bytes.size(), head_.size() - given_);
    std::copy_n(head_.data() + given_, first, bytes.data());
    given_ += first;
    return first + read_on(bytes.subspan(first));
}

bool file_bytes::plain() const { return !file_->gzip; }

bool file_bytes::seekable() const { return all_ > 0 && plain(); }

void file_bytes::seek(std::uint64_t place) {
    if (!seekable()) {
        refuse("cannot be read: it cannot be rewound");
    }
    given_ = head_.size();
    file_->raw.seek(place);
}

std::uint64_t file_bytes::bytes_done() const { return file_->raw.passed(); }

}  // namespace fusionflow::data
