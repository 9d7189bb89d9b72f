#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace fusionflow::data {

/// A source of bytes that is read once, from beginning to end.
class byte_source {
public:
    byte_source() = default;
    byte_source(const byte_source&) = delete;
    byte_source& operator=(const byte_source&) = delete;
    virtual ~byte_source() = default;

    /// Reads into `bytes` until it is full or the source ends.
    ///
    /// \return  The number of bytes read.
    /// \throws input_error  with an empty field: truncated, damaged, or what the system says.
    [[nodiscard]] virtual std::size_t read(std::span<char> bytes) = 0;

    /// True if seek() is quick.
    [[nodiscard]] virtual bool seekable() const { return false; }
    /// Goes to a byte, counted from 0. Only where seekable().
    virtual void seek(std::uint64_t place) = 0;

    /// Reads exactly `count` bytes. \throws input_error  with an empty field, if there are fewer.
    [[nodiscard]] std::string take(std::size_t count);
};

/// The name of a file that means standard input. (A file of this name is `./-`.)
inline constexpr std::string_view standard_input = "-";

/// A file, a pipe or a device, decompressed if its first bytes are those of gzip. A gzip file may
/// have any number of members, and nothing but zeros after the last.
class file_bytes final : public byte_source {
public:
    /// Size of peek(): enough to tell any format and to look at the first lines of a text.
    static constexpr std::size_t peeked = std::size_t{1} << 16U;

    /// \param file  A name, or standard_input.
    /// \throws input_error  naming the file: it cannot be opened or is a directory.
    explicit file_bytes(const std::string& file);
    ~file_bytes() override;

    /// The first bytes of the content, at most `peeked`. To be called before read().
    [[nodiscard]] std::string_view peek() const { return head_; }
    [[nodiscard]] std::size_t read(std::span<char> bytes) override;
    [[nodiscard]] bool seekable() const override;
    void seek(std::uint64_t place) override;

    /// Bytes of the file that were read so far, counted before decompression.
    [[nodiscard]] std::uint64_t bytes_done() const;
    /// Size of the file in bytes; 0 for a pipe, a device or standard input.
    [[nodiscard]] std::uint64_t bytes_all() const noexcept { return all_; }
    /// True if the file is not compressed.
    [[nodiscard]] bool plain() const;

private:
    struct handle;

    std::size_t read_on(std::span<char> bytes);

    std::unique_ptr<handle> file_;
    std::uint64_t all_ = 0;
    std::string head_;       // the bytes that peek() shows
    std::size_t given_ = 0;  // bytes of head_ that read() gave
};

}  // namespace fusionflow::data
