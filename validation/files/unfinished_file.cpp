#include "fusionflow/validation/files/unfinished_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>

namespace fusionflow::validation {

namespace {

// A signal handler may not lock or allocate. The list has a fixed length therefore, far above the
// number of files that are written at a time.
constexpr std::size_t most_listed = 64;
constexpr std::size_t name_bytes = 32;

enum class entry_state { free, changing, listed };

struct entry {
    std::atomic<entry_state> state{entry_state::free};
    int folder = -1;
    std::array<char, name_bytes> name{};
};
static_assert(std::atomic<entry_state>::is_always_lock_free);

std::array<entry, most_listed> list;

std::size_t take_place() noexcept {
    for (std::size_t i = 0; i < most_listed; ++i) {
        entry_state expected = entry_state::free;
        if (list[i].state.compare_exchange_strong(expected, entry_state::changing)) {
            return i;
        }
    }
    return most_listed;
}

bool random_name(std::array<char, name_bytes>& name) noexcept {
    std::uint64_t number = 0;
    if (::getentropy(&number, sizeof number) != 0) {
        return false;
    }
    (void)std::snprintf(name.data(), name.size(), ".fusionflow-%016llx",
                        static_cast<unsigned long long>(number));
    return true;
}

extern "C" void end_by_signal(int signal) {
    remove_unfinished_files();
    (void)std::signal(signal, SIG_DFL);
    (void)std::raise(signal);
}

}  // namespace

void remove_unfinished_files() noexcept {
    const int before = errno;
    for (const entry& e : list) {
        if (e.state.load() == entry_state::listed) {
            (void)::unlinkat(e.folder, e.name.data(), 0);
        }
    }
    errno = before;
}

// The file is listed before it is made, so that no signal can come between.
unfinished_file::unfinished_file(int folder, mode_t mode) noexcept
    : folder_(folder), place_(take_place()) {
    if (place_ == most_listed) {
        errno = EMFILE;
        return;
    }
    entry& mine = list[place_];
    mine.folder = folder;
    constexpr int attempts = 10;
    for (int i = 0; i < attempts && !there_; ++i) {
        mine.state = entry_state::changing;
        if (!random_name(mine.name)) {
            return;
        }
        mine.state = entry_state::listed;
        number_ = ::openat(folder, mine.name.data(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        there_ = number_ >= 0;
        if (!there_ && errno != EEXIST && errno != EINTR) {
            return;
        }
    }
}

unfinished_file::~unfinished_file() {
    if (place_ == most_listed) {
        return;
    }
    if (there_) {
        (void)::unlinkat(folder_, list[place_].name.data(), 0);
    }
    list[place_].state = entry_state::free;
}

int unfinished_file::rename_to(const std::string& name) noexcept {
    if (::renameat(folder_, list[place_].name.data(), folder_, name.c_str()) != 0) {
        return errno;
    }
    there_ = false;
    return 0;
}

void clean_up_on_signals() noexcept {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGPIPE}) {
        struct sigaction now {};
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
            now.sa_handler = end_by_signal;
            now.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
            (void)::sigaction(signal, &now, nullptr);
        }
    }
    (void)std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace fusionflow::validation
