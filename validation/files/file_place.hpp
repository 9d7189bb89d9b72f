#pragma once

#include <sys/stat.h>

#include <string>

namespace fusionflow::validation {

/// What stands where a path leads, all links followed.
struct file_place {
    enum class kind {
        nothing,     ///< a new file could stand there
        regular,     ///< a file
        stream,      ///< a pipe or a character device: takes bytes, keeps none
        descriptor,  ///< an open file of this process, as /dev/stdout is
        folder,
        other  ///< a block device or a socket: no place for a file
    };

    kind what = kind::nothing;
    std::string path;      ///< without links, except in the names of folders
    int number = -1;       ///< of a descriptor
    struct stat state {};  ///< of what is there
    int trouble = 0;       ///< error number where the path cannot be followed, else 0

    /// The folder of `path`, "." where none is named.
    [[nodiscard]] std::string folder() const;
    /// The last part of `path`.
    [[nodiscard]] std::string name() const;
};

/// Finds where a path leads; changes nothing.
[[nodiscard]] file_place find_place(const std::string& file);

/// What stands behind an open file of this process.
[[nodiscard]] file_place place_of_descriptor(int number);

/// True where both are the same file or pipe, by whatever names (links, hard links, other
/// spellings), or the same new file that is not there yet. It is false for devices and folders.
///
/// \see tests/validation/file_plan_test.cpp
[[nodiscard]] bool same_place(const file_place& a, const file_place& b);

}  // namespace fusionflow::validation
