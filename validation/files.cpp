#include "validation/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "data/error.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& file,
                         const std::string& reason) {
    throw data::input_error(option, fmt::format("cannot write '{}': {}", file, reason));
}

}  // namespace

void check_writable(const std::string& option, const std::string& file) {
    const fs::path path(file);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::error_code error;
    if (!path.has_filename() || fs::is_directory(path, error)) {
        refuse(option, file, "it is a folder");
    }
    if (!fs::is_directory(folder, error)) {
        refuse(option, file, "there is no such folder");
    }
    if (::access(folder.c_str(), W_OK) != 0) {
        refuse(option, file, std::strerror(errno));
    }
}

void write_file(const std::string& option, const std::string& file, const std::string& text) {
    const std::string fresh = fmt::format("{}.tmp-{}", file, ::getpid());
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    std::error_code error;
    if (out) {
        fs::rename(fresh, file, error);
    }
    if (!out || error) {
        const std::string reason = error ? error.message() : std::strerror(errno);
        std::error_code ignored;
        fs::remove(fresh, ignored);
        refuse(option, file, reason);
    }
}

}  // namespace fusionflow::validation
