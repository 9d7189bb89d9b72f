#include "fusionflow/cli/interruption.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "fusionflow/validation/files/unfinished_file.hpp"

namespace fusionflow::cli {

namespace {

sigset_t set_of(const std::vector<int>& signals) {
    sigset_t set;
    (void)::sigemptyset(&set);
    for (const int signal : signals) {
        (void)::sigaddset(&set, signal);
    }
    return set;
}

}  // namespace

interruption::interruption(std::function<void()> last_words) : last_words_(std::move(last_words)) {
    for (const int signal : {SIGINT, SIGTERM}) {
        struct sigaction now {};
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) {
            signals_.push_back(signal);
        }
    }
    if (signals_.empty()) {
        return;
    }
    const sigset_t set = set_of(signals_);
    (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    waiting_ = std::thread([this] { wait(); });
}

// The thread that waits is woken by a signal of its own.
interruption::~interruption() {
    if (!waiting_.joinable()) {
        return;
    }
    over_ = true;
    (void)::pthread_kill(waiting_.native_handle(), signals_.front());
    waiting_.join();
    const sigset_t set = set_of(signals_);
    (void)::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void interruption::wait() {
    const sigset_t set = set_of(signals_);
    int signal = 0;
    (void)::sigwait(&set, &signal);
    if (over_) {
        return;
    }
    last_words_();
    validation::remove_unfinished_files();
    (void)std::signal(signal, SIG_DFL);
    (void)::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    (void)std::raise(signal);
}

}  // namespace fusionflow::cli
