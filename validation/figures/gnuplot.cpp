#include "fusionflow/validation/figures/gnuplot.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/validation/figures/picture.hpp"
#include "fusionflow/validation/files/child_process.hpp"

namespace fusionflow::validation {

namespace {

[[noreturn]] void refuse(const std::string& reason) { throw data::input_error("plot", reason); }

/// The line of gnuplot's messages that says what is wrong: the last one that is not empty.
std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    if (end == std::string::npos) {
        return "it said nothing";
    }
    const std::size_t before = text.find_last_of('\n', end);
    const std::size_t start =
        text.find_first_not_of(" \t\r", before == std::string::npos ? 0 : before + 1);
    return text.substr(start, end + 1 - start);
}

}  // namespace

std::string run_gnuplot(const std::string& script, const std::string& format) {
    const child_result ran = run_child({"gnuplot", "-d", "-"}, script, {"GNUTERM=", "GNUPLOT_"});
    if (ran.start_error == ENOENT) {
        refuse("gnuplot was not found; install it (Debian: gnuplot-nox)");
    }
    if (ran.start_error != 0) {
        refuse("cannot run gnuplot: " + std::generic_category().message(ran.start_error));
    }
    if (!WIFEXITED(ran.status) || WEXITSTATUS(ran.status) != 0) {
        refuse("gnuplot failed: " + last_line(ran.err));
    }
    if (const std::string damage = damage_of(ran.out, format); !damage.empty()) {
        refuse(fmt::format("gnuplot drew no whole {} picture: {}", format, damage));
    }
    return cleaned(ran.out, format);
}

void check_gnuplot(const std::string& format) {
    constexpr int pixels = 96;
    (void)run_gnuplot(terminal(pixels, pixels, format) + "plot [0:1] x\n", format);
}

std::string terminal(int width, int height, const std::string& format) {
    if (format == "svg") {
        return fmt::format("set terminal svg size {},{} noenhanced font 'sans-serif,12' background "
                           "'#ffffff'\n",
                           width, height);
    }
    if (format == "png") {
        return fmt::format("set terminal pngcairo size {},{} noenhanced font 'Sans,9' fontscale 2 "
                           "linewidth 2 pointscale 2\n",
                           2 * width, 2 * height);
    }
    return fmt::format("set terminal pdfcairo size {}in,{}in noenhanced font 'Sans,9'\n",
                       width / 96.0, height / 96.0);
}

// Single quotes do not work: gnuplot 5.4 takes three in a row for an empty string and a loose
// quote. In double quotes it runs what stands in backquotes, but it does not see escaped ones.
std::string gnuplot_word(const std::string& text) {
    std::string word = "\"";
    bool escaped = false;
    for (const char c : data::printable(text, ' ')) {
        const auto byte = static_cast<unsigned char>(c);
        // A digit after an escape is escaped too: gnuplot would read it as part of the escape.
        const bool digit = c >= '0' && c <= '9' && !escaped;
        const bool plain =
            c == ' ' || digit || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || byte >= 0x80;
        escaped = !plain;
        if (plain) {
            word += c;
        } else {
            word += fmt::format("\\{:03o}", byte);
        }
    }
    return word + '"';
}

}  // namespace fusionflow::validation
