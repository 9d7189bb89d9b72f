// A library to load before a program (LD_PRELOAD) that kills the program at a place of its work
// instead of at a time on the clock: at the N-th time that it writes to a file. The environment
// says where:
//
//     KILL_AT_WRITE=NAME:N:PERCENT
//
// NAME is a part of the file's path, N counts from 1, and PERCENT of what the N-th call is to write
// are written before the end, so that a line may be torn. Linux only.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct place {
    std::string name;
    long count = 0;
    std::size_t percent = 0;
};

place read_place() {
    const char* given = std::getenv("KILL_AT_WRITE");
    const std::string text = given != nullptr ? given : "";
    const std::size_t last = text.rfind(':');
    const std::size_t middle = last == std::string::npos ? last : text.rfind(':', last - 1);
    if (middle == std::string::npos) {
        return {};
    }
    return {text.substr(0, middle), std::atol(text.c_str() + middle + 1),
            static_cast<std::size_t>(std::atol(text.c_str() + last + 1))};
}

bool is_watched(int file, const place& wanted) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    return size > 0 &&
           std::string_view(path.data(), static_cast<std::size_t>(size)).find(wanted.name) !=
               std::string_view::npos;
}

// Comes before a write of `size` bytes; returns unless this is the place to end.
void pass_or_end(int file, const void* bytes, std::size_t size) {
    static const place wanted = read_place();
    static std::atomic<long> count = 0;
    if (wanted.count > 0 && is_watched(file, wanted) && ++count == wanted.count) {
        (void)::syscall(SYS_write, file, bytes, size * wanted.percent / 100);
        ::kill(::getpid(), SIGKILL);
    }
}

}  // namespace

extern "C" ssize_t write(int file, const void* bytes, std::size_t size) {
    pass_or_end(file, bytes, size);
    return ::syscall(SYS_write, file, bytes, size);
}

extern "C" ssize_t writev(int file, const iovec* parts, int count) {
    if (count > 0) {
        pass_or_end(file, parts[0].iov_base, parts[0].iov_len);
    }
    return ::syscall(SYS_writev, file, parts, count);
}
