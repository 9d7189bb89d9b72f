#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace fusionflow::validation {

/// Rows that no thread has taken yet. Any thread may call the functions.
class open_rows {
public:
    /// \param rows     They must outlive this object.
    /// \param threads  How many will take rows, >= 1.
    open_rows(const std::vector<std::size_t>& rows, std::size_t threads)
        : rows_(rows), threads_(threads) {}

    /// The next rows: at most `wanted`, and at most half of a thread's share of the rest, or one:
    /// towards the end no thread waits long for another. Empty: there are no more.
    [[nodiscard]] std::vector<std::size_t> take(std::size_t wanted);

    /// Ends the handing out of rows. The first failure is kept.
    void fail(const std::exception_ptr& thrown);

    /// The first failure, or null.
    [[nodiscard]] std::exception_ptr failure() const;

private:
    const std::vector<std::size_t>& rows_;
    std::size_t threads_;
    std::size_t taken_ = 0;
    mutable std::mutex mutex_;
    std::exception_ptr failure_;
};

/// How many rows a thread should take at once: for about 20 ms of work, so that asking for them
/// costs little; one where a row takes longer.
class piece_size {
public:
    [[nodiscard]] std::size_t next() const noexcept { return next_; }
    /// Learns from the last piece.
    void took(std::size_t rows, std::chrono::duration<double> time);

private:
    std::size_t next_ = 1;
};

/// Runs `loop`, which takes rows until there are none, on `jobs` threads; it may not throw.
void on_threads(int jobs, const std::function<void()>& loop);

/// An exception as text, for another process to throw again; empty for null.
[[nodiscard]] std::string pack_failure(const std::exception_ptr& thrown);

/// What pack_failure() wrote: data::input_error, std::bad_alloc, or std::runtime_error for others.
[[nodiscard]] std::exception_ptr unpack_failure(const std::string& text);

}  // namespace fusionflow::validation
