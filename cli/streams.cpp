#include "fusionflow/cli/streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "fusionflow/data/printable.hpp"
#include "fusionflow/validation/files/descriptor.hpp"

namespace fusionflow::cli {

namespace {

int first_trouble = 0;  // error number of standard output's first failure

void note(bool written) noexcept {
    if (!written && first_trouble == 0) {
        first_trouble = errno == 0 ? EIO : errno;
    }
}

void write_to_stdout(std::string_view bytes) noexcept {
    errno = 0;
    note(std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size());
}

}  // namespace

// Streams are opened the wrong way round, so that writing to a closed stdout cannot pass for done.
void keep_standard_streams_apart() noexcept {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) {
            (void)::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

void print_text(std::string_view text) { write_to_stdout(data::printable(text, '?', "\n")); }

// Only texts in JSON have control characters. Those below U+0020 are escaped already; DEL and
// U+0080 to U+009F (two bytes, the first C2) may stand there as they are.
void print_json(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        if (byte == 0x7f) {
            safe += "\\u007f";
        } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
            safe += fmt::format("\\u00{:02x}", next);
            ++i;
        } else {
            safe += text[i];
        }
    }
    write_to_stdout(safe);
}

void say_as_it_is(std::string_view bytes) noexcept {
    const validation::broken_pipes_are_errors quietly;
    (void)validation::write_all(STDERR_FILENO, bytes);
}

void say(std::string_view line) { say_as_it_is(data::printable(line) + '\n'); }

// The line goes out in one write if memory allows, so that lines of several processes do not mix.
void say_error(std::string_view line) noexcept {
    try {
        say(fmt::format("fusionflow: {}", line));
    } catch (...) {
        say_as_it_is("fusionflow: ");
        say_as_it_is(line);
        say_as_it_is("\n");
    }
}

int finish_standard_output() noexcept {
    errno = 0;
    note(std::fflush(stdout) == 0);
    return first_trouble;
}

void print_warnings(const arguments& given, const std::vector<std::string>& warnings) {
    if (given.quiet) {
        return;
    }
    for (const std::string& warning : warnings) {
        say("fusionflow: warning: " + warning);
    }
}

}  // namespace fusionflow::cli
