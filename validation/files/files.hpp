#pragma once

#include <memory>
#include <string>
#include <string_view>

// The one way in which files are written.
namespace fusionflow::validation {

/// Refuses a file that could not be written, before anything is computed: it is a folder, a block
/// device or a socket, its folder does not exist, permission is missing, or its name is too long.
///
/// \param option  Name of the option that gave the file.
/// \param beside  An ending of a second file beside it, such as ".rows", whose name must fit too.
/// \throws data::input_error naming the option.
void check_writable(const std::string& option, const std::string& file,
                    const std::string& beside = {});

/// True if bytes written to it go elsewhere at once (a pipe, a terminal, /dev/stdout), so that
/// nothing can be kept beside it or read back.
[[nodiscard]] bool is_stream(const std::string& file);

/// A file on its way to be written: as a whole or not at all.
///
/// The bytes go to a new file beside it, under a name that nobody can foresee, which takes its
/// place only in commit(): neither an error nor an interruption leaves half a file or loses the one
/// that was there. Links are followed to the file that they lead to. A file that was there keeps
/// its mode, and its owner and group where the system allows it; a new one gets the mode of the
/// umask. Pipes and devices are written to directly.
///
/// \see tests/validation/files_test.cpp
class output_file {
public:
    /// \param option  Name of the option that gave the file.
    /// \throws data::input_error naming the option, the file and the reason, as all functions here.
    output_file(std::string option, std::string file);
    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;
    /// Without commit() the file that was there stays as it was.
    ~output_file();

    /// Adds bytes at the end.
    void write(std::string_view bytes);

    /// Waits until all bytes are on the disk, and gives the file its name.
    void commit();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// Writes a file as a whole: an output_file in one go.
///
/// \throws data::input_error naming the option.
void write_file(const std::string& option, const std::string& file, std::string_view text);

}  // namespace fusionflow::validation
