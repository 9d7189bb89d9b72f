#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace fusionflow::validation {

/// A file under a temporary name that will be renamed or removed. It is listed, so that a signal
/// that ends the program removes it too.
class unfinished_file {
public:
    /// Makes a new file in a folder under a name that nobody can foresee (exclusively, no links
    /// followed).
    ///
    /// \param folder  Descriptor of the folder; it must outlive this object.
    /// \param mode    Permissions of the file, of which the system takes off the umask.
    unfinished_file(int folder, mode_t mode) noexcept;
    unfinished_file(const unfinished_file&) = delete;
    unfinished_file& operator=(const unfinished_file&) = delete;
    /// Removes it, unless it was renamed.
    ~unfinished_file();

    /// Descriptor of the open file, which the caller must close; negative where it could not be
    /// made, and errno says why.
    [[nodiscard]] int number() const noexcept { return number_; }

    /// Renames the file within its folder, and replaces a file that has this name.
    ///
    /// \return  0, or the error number.
    [[nodiscard]] int rename_to(const std::string& name) noexcept;

private:
    int folder_;
    int number_ = -1;
    std::size_t place_;  // in the list
    bool there_ = false;
};

/// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU and SIGPIPE remove unfinished files before
/// they end the program as they would have done; a file larger than `ulimit -f` becomes an error of
/// the write (EFBIG). Signals that the program was told to ignore stay ignored.
void clean_up_on_signals() noexcept;

/// Removes unfinished files at once: for ends of the program that run no destructors.
void remove_unfinished_files() noexcept;

}  // namespace fusionflow::validation
