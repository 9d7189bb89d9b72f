// A library that is loaded before all others and makes one call of a program fail.
//
// FUSIONFLOW_FAULT=KIND:N:HOW[,KIND:N:HOW...], the N-th call (from 1) of a kind, at most four of
// them, in processes that are called FUSIONFLOW_FAULT_IN (fusionflow). Kinds: open, read, write,
// fsync, rename, close, file (whatever else changes the file system), any (all of these). HOW: the
// number of an error, `short` (half of what was to be written is), or `kill`. What was hit is
// written to FUSIONFLOW_FAULT_LOG, with the file descriptor; nothing is written there where there
// were fewer calls.
//
// Calls inside of libc are not seen, so that its streams are met at fopen, fwrite, fflush, fclose.
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

constexpr int no_failure = 0;
constexpr int cut_short = -1;
constexpr int kill_it = -2;

struct plan {
    char kind[16] = "";
    long number = 0;  // 0: no fault
    int how = EIO;
    std::atomic<long> calls{0};
};

constexpr int most_plans = 4;

struct all_plans {
    plan each[most_plans];
    int count = 0;

    all_plans() {
        const char* text = getenv("FUSIONFLOW_FAULT");
        const char* wanted = getenv("FUSIONFLOW_FAULT_IN");
        if (text == nullptr ||
            strcmp(program_invocation_short_name, wanted == nullptr ? "fusionflow" : wanted) != 0) {
            return;
        }
        for (; text != nullptr && count < most_plans; ++count) {
            plan& p = each[count];
            char name[32] = "";
            if (sscanf(text, "%15[^:]:%ld:%31[^,]", p.kind, &p.number, name) != 3) {
                return;
            }
            p.how = strcmp(name, "kill") == 0    ? kill_it
                    : strcmp(name, "short") == 0 ? cut_short
                                                 : atoi(name);
            text = strchr(text, ',');
            text = text == nullptr ? nullptr : text + 1;
        }
    }
};

// By system calls of its own: those below must not count it.
void note(const char* call, int descriptor) {
    const char* file = getenv("FUSIONFLOW_FAULT_LOG");
    if (file == nullptr) {
        return;
    }
    char text[64];
    const int length = snprintf(text, sizeof text, "%s %d\n", call, descriptor);
    const long log = syscall(SYS_open, file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log >= 0) {
        (void)syscall(SYS_write, log, text, static_cast<size_t>(length));
        (void)syscall(SYS_close, log);
    }
}

// What is to become of this call: no_failure, cut_short, or the number of an error.
int fate(const char* kind, const char* call, int descriptor) {
    static all_plans plans;
    for (int i = 0; i < plans.count; ++i) {
        plan& p = plans.each[i];
        const bool is_of_kind = strcmp(p.kind, kind) == 0 || strcmp(p.kind, "any") == 0;
        if (is_of_kind && ++p.calls == p.number) {
            note(call, descriptor);
            if (p.how == kill_it) {
                (void)syscall(SYS_kill, getpid(), SIGKILL);
            }
            return p.how;
        }
    }
    return no_failure;
}

// True if the call fails; errno is set then.
bool fails(const char* kind, const char* call, int descriptor = -1) {
    const int how = fate(kind, call, descriptor);
    if (how > 0) {
        errno = how;
    }
    return how > 0;
}

// The function that would have been called.
template <typename Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// A stream that failed.
void spoil(FILE* stream) {
    constexpr int error_seen = 0x20;
    stream->_flags |= error_seen;
}

mode_t mode_of(int flags, va_list& more) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    static const auto real = next<int (*)(const char*, int, ...)>("open");
    return fails("open", "open") ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    static const auto real = next<int (*)(const char*, int, ...)>("open64");
    return fails("open", "open64") ? -1 : real(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    static const auto real = next<int (*)(int, const char*, int, ...)>("openat");
    return fails("open", "openat") ? -1 : real(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = mode_of(flags, more);
    va_end(more);
    static const auto real = next<int (*)(int, const char*, int, ...)>("openat64");
    return fails("open", "openat64") ? -1 : real(folder, path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
    static const auto real = next<FILE* (*)(const char*, const char*)>("fopen");
    return fails("open", "fopen") ? nullptr : real(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
    static const auto real = next<FILE* (*)(const char*, const char*)>("fopen64");
    return fails("open", "fopen64") ? nullptr : real(path, mode);
}

ssize_t read(int fd, void* to, size_t size) {
    static const auto real = next<ssize_t (*)(int, void*, size_t)>("read");
    const int how = fate("read", "read", fd);
    if (how > 0) {
        errno = how;
        return -1;
    }
    return real(fd, to, how == cut_short && size > 1 ? size / 2 : size);
}

ssize_t write(int fd, const void* from, size_t size) {
    static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    const int how = fate("write", "write", fd);
    if (how > 0) {
        errno = how;
        return -1;
    }
    return real(fd, from, how == cut_short && size > 1 ? size / 2 : size);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
    static const auto real = next<ssize_t (*)(int, const struct iovec*, int)>("writev");
    const int how = fate("write", "writev", fd);
    if (how > 0) {
        errno = how;
        return -1;
    }
    return real(fd, parts, how == cut_short && count > 1 ? count / 2 : count);
}

size_t fwrite(const void* from, size_t size, size_t count, FILE* stream) {
    static const auto real = next<size_t (*)(const void*, size_t, size_t, FILE*)>("fwrite");
    const int how = fate("write", "fwrite", fileno(stream));
    if (how == no_failure) {
        return real(from, size, count, stream);
    }
    const size_t written = how == cut_short ? real(from, size, count / 2, stream) : 0;
    errno = how == cut_short ? ENOSPC : how;
    spoil(stream);
    return written;
}

int fflush(FILE* stream) {
    static const auto real = next<int (*)(FILE*)>("fflush");
    if (stream != nullptr && fails("write", "fflush", fileno(stream))) {
        spoil(stream);
        return EOF;
    }
    return real(stream);
}

int fsync(int fd) {
    static const auto real = next<int (*)(int)>("fsync");
    return fails("fsync", "fsync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    static const auto real = next<int (*)(int)>("fdatasync");
    return fails("fsync", "fdatasync", fd) ? -1 : real(fd);
}

// A file is closed even where closing it fails, as Linux has it.
int close(int fd) {
    static const auto real = next<int (*)(int)>("close");
    const bool bad = fails("close", "close", fd);
    const int error = errno;
    const int result = real(fd);
    errno = bad ? error : errno;
    return bad ? -1 : result;
}

int fclose(FILE* stream) {
    static const auto real = next<int (*)(FILE*)>("fclose");
    const bool bad = fails("close", "fclose", fileno(stream));
    const int error = errno;
    const int result = real(stream);
    errno = bad ? error : errno;
    return bad ? EOF : result;
}

int rename(const char* from, const char* to) noexcept {
    static const auto real = next<int (*)(const char*, const char*)>("rename");
    return fails("rename", "rename") ? -1 : real(from, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    static const auto real = next<int (*)(int, const char*, int, const char*)>("renameat");
    return fails("rename", "renameat") ? -1 : real(from_folder, from, to_folder, to);
}

int ftruncate(int fd, off_t length) noexcept {
    static const auto real = next<int (*)(int, off_t)>("ftruncate");
    return fails("file", "ftruncate", fd) ? -1 : real(fd, length);
}

int fchmod(int fd, mode_t mode) noexcept {
    static const auto real = next<int (*)(int, mode_t)>("fchmod");
    return fails("file", "fchmod", fd) ? -1 : real(fd, mode);
}

int mkdir(const char* path, mode_t mode) noexcept {
    static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
    return fails("file", "mkdir") ? -1 : real(path, mode);
}

int pipe2(int* ends, int flags) noexcept {
    static const auto real = next<int (*)(int*, int)>("pipe2");
    return fails("file", "pipe2") ? -1 : real(ends, flags);
}

int posix_spawnp(pid_t* child, const char* program, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const words[],
                 char* const variables[]) {
    static const auto real = next<decltype(&posix_spawnp)>("posix_spawnp");
    const int how = fate("file", "posix_spawnp", -1);
    return how > 0 ? how : real(child, program, actions, attributes, words, variables);
}

int poll(struct pollfd* ends, nfds_t count, int patience) {
    static const auto real = next<int (*)(struct pollfd*, nfds_t, int)>("poll");
    return fails("file", "poll") ? -1 : real(ends, count, patience);
}

}  // extern "C"
