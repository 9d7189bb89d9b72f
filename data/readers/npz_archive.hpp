#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fusionflow/data/byte_source.hpp"

struct zip;

namespace fusionflow::data {

/// The ending of the names of an archive's members.
inline constexpr std::string_view npz_member_suffix = ".npy";

/// An array in an .npz file, as the archive's directory describes it.
struct npz_member {
    std::string name;         ///< without `.npy`; UTF-8
    std::uint64_t index = 0;  ///< in the archive
    std::uint64_t bytes = 0;  ///< size before compression
};

/// An .npz file: a zip archive of arrays, stored or deflated. The sizes it claims are checked
/// against that of the file before anything is read.
class npz_archive {
public:
    /// \throws input_error  naming the file: it cannot be opened or is no archive.
    explicit npz_archive(const std::string& file);

    /// Size of the file in bytes.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return file_bytes_; }
    /// Number of members.
    [[nodiscard]] std::uint64_t count() const;
    /// The name of a member, for refusals.
    [[nodiscard]] std::string place(std::uint64_t index) const;
    /// \throws input_error  with an empty field: damaged, encrypted, a name that does not end in
    ///         .npy, or larger than the file can hold.
    [[nodiscard]] npz_member member(std::uint64_t index) const;

    /// Opens a member for reading. Several may be open at once, also after the archive is gone. The
    /// checksum of a member is verified where its bytes end.
    ///
    /// \throws input_error  with an empty field: truncated or damaged; reading throws the same.
    [[nodiscard]] std::unique_ptr<byte_source> open(const npz_member& member) const;

private:
    std::uint64_t file_bytes_ = 0;
    std::shared_ptr<zip> archive_;
};

}  // namespace fusionflow::data
