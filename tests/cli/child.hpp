#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/folder.hpp"

namespace fusionflow::tests {

/// The program, running beside the test with nothing on its standard streams. A test that leaves it
/// behind kills it.
class child {
public:
    /// \param words        The command line without the program's name.
    /// \param environment  NAME=VALUE, besides what the test has.
    /// \param output       What takes its standard output.
    explicit child(std::vector<std::string> words, std::vector<std::string> environment = {},
                   const std::string& output = "/dev/null") {
        words.insert(words.begin(), FUSIONFLOW_PROGRAM);
        std::vector<char*> arguments = pointers(words);
        std::vector<char*> variables = pointers(environment);
        id_ = ::fork();
        if (id_ == 0) {
            start(arguments, variables, output.c_str());
        }
        BOOST_REQUIRE(id_ > 0);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() {
        if (id_ > 0) {
            send(SIGKILL);
            (void)wait();
        }
    }

    void send(int signal) const { ::kill(id_, signal); }

    /// Writes to a pipe that the program reads, until it has taken all but what a pipe holds.
    ///
    /// \return The pipe's end, still open; fails if the program ends before it has read.
    [[nodiscard]] int feed(const std::string& pipe, const std::string& text) const {
        const auto before = ::signal(SIGPIPE, SIG_IGN);
        int file = -1;
        while ((file = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK)) < 0) {
            BOOST_REQUIRE(errno == ENXIO);  // nobody reads yet
            siginfo_t ended{};
            BOOST_REQUIRE(
                ::waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0);
            BOOST_REQUIRE(ended.si_pid == 0);
            ::sched_yield();
        }
        ::fcntl(file, F_SETFL, 0);  // from now on writing waits for the reader
        for (std::size_t written = 0; written < text.size();) {
            const ssize_t size = ::write(file, text.data() + written, text.size() - written);
            BOOST_REQUIRE(size > 0);
            written += static_cast<std::size_t>(size);
        }
        ::signal(SIGPIPE, before);
        return file;
    }

    /// Waits for its end. \return as waitpid says it: WIFSIGNALED, WEXITSTATUS.
    int wait() {
        int status = 0;
        BOOST_REQUIRE(::waitpid(id_, &status, 0) == id_);
        id_ = -1;
        return status;
    }

private:
    static std::vector<char*> pointers(std::vector<std::string>& words) {
        std::vector<char*> result;
        for (std::string& word : words) {
            result.push_back(word.data());
        }
        result.push_back(nullptr);
        return result;
    }

    // In the child: nothing but calls that are allowed between fork and exec.
    [[noreturn]] static void start(const std::vector<char*>& arguments,
                                   const std::vector<char*>& variables, const char* output) {
        const int nowhere = ::open("/dev/null", O_RDWR);
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::dup2(nowhere, stream);
        }
        ::dup2(::open(output, O_WRONLY), STDOUT_FILENO);
        // A shell's jobs in the background ignore some signals, and all that they start.
        for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) {
            ::signal(signal, SIG_DFL);
        }
        for (char* variable : variables) {
            if (variable != nullptr) {
                ::putenv(variable);
            }
        }
        ::execv(arguments.front(), arguments.data());
        ::_exit(127);
    }

    pid_t id_ = -1;
};

/// A place in a program's work: its N-th write to files whose path contains `file`.
struct write_place {
    std::string file;
    int count = 1;    ///< N, from 1 on
    int percent = 0;  ///< of what it was going to write there, written all the same
};

/// Runs the program and kills it at that place of its work, however fast the machine is.
///
/// \return Whether it got there; otherwise it came to its end before, with exit code 0.
inline bool kill_at(const std::vector<std::string>& words, const write_place& place) {
    const std::string where = "KILL_AT_WRITE=" + place.file + ':' + std::to_string(place.count) +
                              ':' + std::to_string(place.percent);
    // A list of libraries has spaces between them, so that none may be in the path of one.
    const temporary_folder folder;
    std::filesystem::create_symlink(FUSIONFLOW_KILL_AT_WRITE, folder.file("kill.so"));
    // The address sanitizer wants to be the first library, and does not mind this one.
    child program(words, {where, "LD_PRELOAD=" + folder.file("kill.so"),
                          "ASAN_OPTIONS=verify_asan_link_order=0"});
    const int status = program.wait();
    BOOST_TEST_REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status);
}

}  // namespace fusionflow::tests
