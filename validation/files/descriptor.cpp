#include "fusionflow/validation/files/descriptor.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace fusionflow::validation {

namespace {

sigset_t of_broken_pipes() noexcept {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool broken_pipe_is_pending() noexcept {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

// An interrupted close() has closed the descriptor all the same.
int descriptor::close() noexcept {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0 || errno == EINTR ? 0 : errno;
}

int write_all(int number, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t done = ::write(number, text.data(), text.size());
        if (done > 0) {
            text.remove_prefix(static_cast<std::size_t>(done));
        } else if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            pollfd room{number, POLLOUT, 0};
            (void)::poll(&room, 1, -1);
        } else if (done == 0 || errno != EINTR) {
            return done == 0 ? EIO : errno;
        }
    }
    return 0;
}

broken_pipes_are_errors::broken_pipes_are_errors() noexcept
    : was_pending_(broken_pipe_is_pending()) {
    const sigset_t set = of_broken_pipes();
    (void)pthread_sigmask(SIG_BLOCK, &set, &before_);
}

broken_pipes_are_errors::~broken_pipes_are_errors() {
    if (!was_pending_) {
        const sigset_t set = of_broken_pipes();
        const timespec at_once{};
        while (broken_pipe_is_pending() && ::sigtimedwait(&set, nullptr, &at_once) < 0 &&
               errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace fusionflow::validation
