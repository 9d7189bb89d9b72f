#include "validation/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "data/error.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const std::string& reason) { throw data::input_error("plot", reason); }

/// A folder for gnuplot's script, picture and messages; removed at the end.
class work_folder {
public:
    work_folder() {
        std::string name = (fs::temp_directory_path() / "fusionflow-plot-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            refuse(fmt::format("cannot make a temporary folder: {}", std::strerror(errno)));
        }
        path_ = name;
    }
    work_folder(const work_folder&) = delete;
    work_folder& operator=(const work_folder&) = delete;
    work_folder(work_folder&&) = delete;
    work_folder& operator=(work_folder&&) = delete;
    ~work_folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

private:
    fs::path path_;
};

std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Runs `gnuplot -d script`, output and messages into files; its wait status.
int run(const std::string& script, const std::string& out, const std::string& err) {
    constexpr int fresh = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), fresh, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), fresh, 0600);
    std::string program = "gnuplot";
    std::string no_defaults = "-d";
    std::string name = script;
    std::array<char*, 4> words{program.data(), no_defaults.data(), name.data(), nullptr};
    pid_t child = 0;
    const int error =
        ::posix_spawnp(&child, program.c_str(), &files, nullptr, words.data(), ::environ);
    posix_spawn_file_actions_destroy(&files);
    if (error == ENOENT) {
        refuse("gnuplot was not found; install it (Debian: gnuplot-nox)");
    }
    if (error != 0) {
        refuse(fmt::format("cannot run gnuplot: {}", std::strerror(error)));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/// The line of gnuplot's messages that says what is wrong: the last that is not empty.
std::string last_line(std::string text) {
    text.erase(text.find_last_not_of(" \n") + 1);
    const std::size_t start = text.find_last_of('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

}  // namespace

std::string run_gnuplot(const std::string& script) {
    const work_folder folder;
    std::ofstream(folder.file("script"), std::ios::binary) << script;
    const int status = run(folder.file("script"), folder.file("picture"), folder.file("messages"));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        refuse(fmt::format("gnuplot failed: {}", last_line(read(folder.file("messages")))));
    }
    return read(folder.file("picture"));
}

// Single quotes are of no use: gnuplot 5.4 takes three in a row for an empty string and a loose
// quote. In double quotes it runs what stands in backquotes, but looks for them before escapes.
std::string gnuplot_word(const std::string& text) {
    std::string word = "\"";
    bool escaped = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        // After an escape gnuplot takes a digit for the fourth one of it.
        const bool digit = c >= '0' && c <= '9' && !escaped;
        const bool plain =
            c == ' ' || digit || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || byte >= 0x80;
        escaped = !plain;
        if (plain) {
            word += c;
        } else {
            word += byte < 0x20 || byte == 0x7f ? " " : fmt::format("\\{:03o}", byte);
        }
    }
    return word + '"';
}

}  // namespace fusionflow::validation
