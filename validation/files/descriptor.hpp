#pragma once

#include <csignal>
#include <string_view>
#include <utility>

// Helpers for system calls that write: descriptors that close themselves, writes of whole texts.
namespace fusionflow::validation {

/// A file descriptor that is closed with this object; a negative number: none.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { (void)close(); }

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
    /// Closes it. \return  0, or the error number: then what was written before may be lost.
    int close() noexcept;

private:
    int number_ = -1;
};

/// Writes all of a text, however often the system takes only a part of it.
///
/// \return  0, or the error number of the write that failed.
[[nodiscard]] int write_all(int number, std::string_view text) noexcept;

/// While it lives, a write of this thread to a pipe whose reader is gone fails with EPIPE instead
/// of ending the program.
class broken_pipes_are_errors {
public:
    broken_pipes_are_errors() noexcept;
    broken_pipes_are_errors(const broken_pipes_are_errors&) = delete;
    broken_pipes_are_errors& operator=(const broken_pipes_are_errors&) = delete;
    ~broken_pipes_are_errors();

private:
    sigset_t before_{};
    bool was_pending_ = false;
};

}  // namespace fusionflow::validation
