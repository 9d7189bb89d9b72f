#include "fusionflow/validation/files/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "fusionflow/validation/files/descriptor.hpp"

namespace fusionflow::validation {

namespace {

struct channel {
    descriptor reading;
    descriptor writing;
};

// Moves a descriptor above the numbers of the standard streams, which it replaces in the child.
descriptor above_standard(int number) {
    const descriptor first(number);
    return descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 3));
}

// Makes a pipe; its descriptors are closed, and errno says why, where the system has none left.
channel open_channel() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        return {};
    }
    channel made{above_standard(ends[0]), above_standard(ends[1])};
    return made.reading.open() && made.writing.open() ? std::move(made) : channel{};
}

// The streams and the signal settings that the child starts with.
class spawn_orders {
public:
    spawn_orders(const channel& in, const channel& out, const channel& err) {
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_adddup2(&files, in.reading.number(), STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, out.writing.number(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files, err.writing.number(), STDERR_FILENO);
        // The child must not inherit the signals that this program ignores or blocks.
        sigset_t ours;
        sigemptyset(&ours);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setsigmask(&attributes, &ours);
        sigaddset(&ours, SIGPIPE);
        sigaddset(&ours, SIGXFSZ);
        posix_spawnattr_setsigdefault(&attributes, &ours);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    spawn_orders(const spawn_orders&) = delete;
    spawn_orders& operator=(const spawn_orders&) = delete;
    ~spawn_orders() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }

    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
};

std::vector<char*> environment_without(const std::vector<std::string>& beginnings) {
    std::vector<char*> kept;
    for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (std::none_of(beginnings.begin(), beginnings.end(),
                         [&](const std::string& b) { return text.starts_with(b); })) {
            kept.push_back(*variable);
        }
    }
    kept.push_back(nullptr);
    return kept;
}

// Reads what is there; closes this end of the pipe where nothing will come any more.
void take(descriptor& from, std::string& to) {
    std::array<char, 1U << 16U> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const ssize_t got = ::read(from.number(), piece.data(), piece.size());
    if (got > 0) {
        to.append(piece.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        (void)from.close();
    }
}

// Writes what there is room for; closes this end once all is written or nobody reads on.
void give(descriptor& to, std::string_view& left) {
    const ssize_t done = ::write(to.number(), left.data(), left.size());
    if (done > 0) {
        left.remove_prefix(static_cast<std::size_t>(done));
    }
    if (left.empty() || (done < 0 && errno != EINTR && errno != EAGAIN)) {
        (void)to.close();
    }
}

// Serves the three pipes at once: waiting for one alone could block the child on another for ever.
void talk(descriptor& in, std::string_view input, descriptor& out, descriptor& err,
          child_result& result) {
    const broken_pipes_are_errors quietly;
    (void)::fcntl(in.number(), F_SETFL, O_NONBLOCK);
    while (in.open() || out.open() || err.open()) {
        // poll() passes over negative numbers.
        std::array<pollfd, 3> ends{
            {{in.number(), POLLOUT, 0}, {out.number(), POLLIN, 0}, {err.number(), POLLIN, 0}}};
        if (::poll(ends.data(), ends.size(), -1) < 0) {
            continue;
        }
        if (ends[0].revents != 0) {
            give(in, input);
        }
        if (ends[1].revents != 0) {
            take(out, result.out);
        }
        if (ends[2].revents != 0) {
            take(err, result.err);
        }
    }
}

}  // namespace

child_result run_child(const std::vector<std::string>& words, const std::string& input,
                       const std::vector<std::string>& without) {
    child_result result;
    channel in = open_channel();
    channel out = open_channel();
    channel err = open_channel();
    if (!in.reading.open() || !out.reading.open() || !err.reading.open()) {
        result.start_error = errno == 0 ? EMFILE : errno;
        return result;
    }
    std::vector<std::string> copies = words;
    std::vector<char*> argv;
    argv.reserve(copies.size() + 1);
    for (std::string& word : copies) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const std::vector<char*> environment = environment_without(without);
    const spawn_orders orders(in, out, err);
    pid_t child = 0;
    result.start_error = ::posix_spawnp(&child, argv.front(), &orders.files, &orders.attributes,
                                        argv.data(), environment.data());
    if (result.start_error != 0) {
        return result;
    }
    (void)in.reading.close();
    (void)out.writing.close();
    (void)err.writing.close();
    talk(in.writing, input, out.reading, err.reading, result);
    // Where this program ignores SIGCHLD the system drops the status (ECHILD), and only the output
    // tells how the child ended.
    while (::waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
    }
    return result;
}

}  // namespace fusionflow::validation
