#include "fusionflow/validation/files/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/files/descriptor.hpp"
#include "fusionflow/validation/files/file_place.hpp"
#include "fusionflow/validation/files/unfinished_file.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

using kind = file_place::kind;

#ifdef O_PATH
constexpr int open_folder = O_PATH | O_DIRECTORY | O_CLOEXEC;  // needs no permission to list it
#else
constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

[[noreturn]] void refuse(const std::string& option, const std::string& file,
                         const std::string& reason) {
    throw data::input_error(option, fmt::format("cannot write '{}': {}", file, reason));
}

std::string system_says(int code) { return std::generic_category().message(code); }

// Why a file cannot stand at a place, in words; empty where it can.
std::string no_place(const std::string& file, const file_place& place) {
    if (file.empty()) {
        return "its name is empty";
    }
    if (place.what == kind::folder || !fs::path(file).has_filename()) {
        return "it is a folder";
    }
    if (place.what == kind::other) {
        return S_ISBLK(place.state.st_mode) ? "it is a block device" : "it is a socket";
    }
    return place.trouble == 0 || place.trouble == ENOTDIR ? "" : system_says(place.trouble);
}

void check_name(const std::string& option, const std::string& file, const std::string& folder,
                const std::string& beside) {
    const long limit = ::pathconf(folder.c_str(), _PC_NAME_MAX);
    const std::string name = fs::path(file).filename().string() + beside;
    if (limit > 0 && name.size() > static_cast<std::size_t>(limit)) {
        refuse(option, file,
               fmt::format("need a name of at most {} bytes{}, got {}", limit,
                           beside.empty() ? "" : fmt::format(" with '{}'", beside), name.size()));
    }
}

// 0 where this program may write to a stream, else the error number.
int stream_trouble(const file_place& place) {
    if (place.what != kind::descriptor) {
        return ::access(place.path.c_str(), W_OK) == 0 ? 0 : errno;
    }
    const int flags = ::fcntl(place.number, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY ? 0 : EBADF;
}

bool is_stream(const file_place& place) {
    return place.what == kind::stream || place.what == kind::descriptor;
}

// Gives a file the owner, the group and the mode of the one that it replaces. Where the group stays
// another one, it does not get the rights of the old group.
void take_over(int number, const struct stat& old) {
    constexpr mode_t all_bits = 07777;
    mode_t mode = old.st_mode & all_bits;
    if (::fchown(number, old.st_uid, static_cast<gid_t>(-1)) != 0) {
        mode &= ~static_cast<mode_t>(S_ISUID);
    }
    if (::fchown(number, static_cast<uid_t>(-1), old.st_gid) != 0) {
        mode &= ~static_cast<mode_t>(S_ISGID | S_IRWXG);
    }
    (void)::fchmod(number, mode);
}

// Returns 0 or the error number. EINVAL and ENOTSUP, from file systems without fsync, count as 0.
int flush_to_disk(int number) {
    int result = 0;
    do {
        result = ::fsync(number);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

// A failure is not reported: it could not undo that the file has its name already.
void flush_folder(const std::string& folder) {
    const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.open()) {
        (void)::fsync(opened.number());
    }
}

}  // namespace

void check_writable(const std::string& option, const std::string& file, const std::string& beside) {
    const fs::path path(file);
    const std::string named_folder = path.has_parent_path() ? path.parent_path().string() : ".";
    check_name(option, file, named_folder, beside);
    const file_place place = find_place(file);
    if (const std::string reason = no_place(file, place); !reason.empty()) {
        refuse(option, file, reason);
    }
    if (is_stream(place)) {
        if (const int trouble = stream_trouble(place); trouble != 0) {
            refuse(option, file, system_says(trouble));
        }
        return;
    }
    if (const int trouble = beside.empty() ? 0 : find_place(file + beside).trouble; trouble != 0) {
        refuse(option, file + beside, system_says(trouble));
    }
    std::error_code error;
    if (!fs::is_directory(place.folder(), error)) {
        refuse(option, file, "there is no such folder");
    }
    const bool writable = (place.what == kind::nothing || ::access(place.path.c_str(), W_OK) == 0);
    if (!writable || ::access(place.folder().c_str(), W_OK | X_OK) != 0) {
        refuse(option, file, system_says(errno));
    }
}

bool is_stream(const std::string& file) { return is_stream(find_place(file)); }

struct output_file::parts {
    parts(std::string named_by, std::string path)
        : option(std::move(named_by)), file(std::move(path)), place(find_place(file)) {}

    std::string option;
    std::string file;
    file_place place;
    descriptor folder{};
    std::optional<unfinished_file> fresh{};  // nothing for streams
    descriptor out{};

    [[noreturn]] void refuse(int trouble) const {
        validation::refuse(option, file, system_says(trouble));
    }
    void open_stream();
    void open_fresh();
};

void output_file::parts::open_stream() {
    if (place.what == kind::descriptor) {
        (void)std::fflush(nullptr);  // puts what was printed earlier first
        out = descriptor(::fcntl(place.number, F_DUPFD_CLOEXEC, 3));
    } else {
        out = descriptor(::open(place.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    }
    if (!out.open()) {
        refuse(errno);
    }
}

void output_file::parts::open_fresh() {
    folder = descriptor(::open(place.folder().c_str(), open_folder));
    if (!folder.open()) {
        refuse(errno);
    }
    const bool replaces = place.what == kind::regular;
    fresh.emplace(folder.number(), replaces ? 0600 : 0666);
    out = descriptor(fresh->number());
    if (!out.open()) {
        refuse(errno);
    }
    if (replaces) {
        take_over(out.number(), place.state);
    }
}

output_file::output_file(std::string option, std::string file)
    : parts_(std::make_unique<parts>(std::move(option), std::move(file))) {
    if (const std::string reason = no_place(parts_->file, parts_->place); !reason.empty()) {
        refuse(parts_->option, parts_->file, reason);
    }
    if (is_stream(parts_->place)) {
        parts_->open_stream();
    } else {
        parts_->open_fresh();
    }
}

output_file::~output_file() = default;

void output_file::write(std::string_view bytes) {
    const broken_pipes_are_errors quietly;
    if (const int trouble = write_all(parts_->out.number(), bytes); trouble != 0) {
        parts_->refuse(trouble);
    }
}

void output_file::commit() {
    parts& p = *parts_;
    int trouble = p.fresh ? flush_to_disk(p.out.number()) : 0;
    const int of_closing = p.out.close();
    trouble = trouble != 0 ? trouble : of_closing;
    if (trouble == 0 && p.fresh) {
        trouble = p.fresh->rename_to(p.place.name());
    }
    if (trouble != 0) {
        p.refuse(trouble);
    }
    if (p.fresh) {
        flush_folder(p.place.folder());
    }
}

void write_file(const std::string& option, const std::string& file, std::string_view text) {
    output_file out(option, file);
    out.write(text);
    out.commit();
}

}  // namespace fusionflow::validation
