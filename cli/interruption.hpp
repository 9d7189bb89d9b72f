#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace fusionflow::cli {

/// While it exists, SIGINT and SIGTERM call a function before they end the program as they would
/// have done. The function runs in a thread of its own, so that it may lock, allocate and print,
/// while the threads that were interrupted go on until the end. A second signal while it runs waits
/// for it. Signals that the program was told to ignore stay ignored.
///
/// Threads and programs that are started meanwhile do not take these signals themselves.
class interruption {
public:
    explicit interruption(std::function<void()> last_words);
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;
    ~interruption();

private:
    void wait();

    std::function<void()> last_words_;
    std::vector<int> signals_;
    std::atomic<bool> over_{false};
    std::thread waiting_;
};

}  // namespace fusionflow::cli
