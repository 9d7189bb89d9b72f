#include "fusionflow/validation/files/file_place.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

file_place::kind kind_of(const struct stat& state) {
    using kind = file_place::kind;
    return S_ISREG(state.st_mode)                              ? kind::regular
           : S_ISDIR(state.st_mode)                            ? kind::folder
           : S_ISFIFO(state.st_mode) || S_ISCHR(state.st_mode) ? kind::stream
                                                               : kind::other;
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// The number that a link in /proc/self/fd stands for. Such links lead to open files, not to names:
// opening a name anew would begin again at the first byte of a file, and fail for sockets.
std::optional<int> descriptor_behind(const fs::path& link) {
    const std::string name = link.filename().string();
    int number = -1;
    const auto [end, trouble] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (trouble != std::errc{} || end != name.data() + name.size()) {
        return std::nullopt;
    }
    std::error_code error;
    const fs::path folder = fs::canonical(folder_of(link), error);
    const fs::path own = fs::canonical("/proc/self", error);
    if (error || folder.filename() != "fd") {
        return std::nullopt;
    }
    const fs::path owner = folder.parent_path();
    const bool of_thread = owner.parent_path() == own / "task";
    return owner == own || of_thread ? std::optional(number) : std::nullopt;
}

file_place in_trouble(const fs::path& path, int trouble) {
    file_place place;
    place.path = path.string();
    place.trouble = trouble;
    return place;
}

}  // namespace

std::string file_place::folder() const { return folder_of(path).string(); }

std::string file_place::name() const { return fs::path(path).filename().string(); }

file_place place_of_descriptor(int number) {
    file_place place;
    place.what = file_place::kind::descriptor;
    place.number = number;
    place.trouble = ::fstat(number, &place.state) == 0 ? 0 : errno;
    return place;
}

file_place find_place(const std::string& file) {
    fs::path path(file);
    constexpr int most_links = 40;
    for (int links = 0; links < most_links; ++links) {
        file_place place;
        place.path = path.string();
        if (::lstat(path.c_str(), &place.state) != 0) {
            place.trouble = errno == ENOENT ? 0 : errno;
            return place;
        }
        if (!S_ISLNK(place.state.st_mode)) {
            place.what = kind_of(place.state);
            return place;
        }
        if (const auto number = descriptor_behind(path)) {
            return place_of_descriptor(*number);
        }
        std::error_code error;
        const fs::path next = fs::read_symlink(path, error);
        if (error) {
            return in_trouble(path, error.value());
        }
        path = folder_of(path) / next;  // an absolute `next` replaces the folder
    }
    return in_trouble(file, ELOOP);
}

bool same_place(const file_place& a, const file_place& b) {
    const auto is_file = [](const file_place& p) {
        return S_ISREG(p.state.st_mode) || S_ISFIFO(p.state.st_mode);
    };
    const auto is_new = [](const file_place& p) {
        return p.what == file_place::kind::nothing && p.trouble == 0;
    };
    if (is_new(a) && is_new(b)) {
        std::error_code no_folder;
        return a.name() == b.name() && fs::equivalent(a.folder(), b.folder(), no_folder);
    }
    return a.trouble == 0 && b.trouble == 0 && is_file(a) && is_file(b) &&
           a.state.st_dev == b.state.st_dev && a.state.st_ino == b.state.st_ino;
}

}  // namespace fusionflow::validation
