#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/files/file_place.hpp"

namespace fusionflow::validation {

/// The files that a command will read and write, checked before it does any work: a file that is
/// written is neither one that is read nor written twice, and can be written.
///
/// Files are compared by same_place(), not as texts, so that a link, a hard link, `./x` for `x`,
/// and the file that standard output was sent to are recognised.
///
/// \see tests/validation/file_plan_test.cpp
class file_plan {
public:
    /// Adds a file that is read.
    ///
    /// \param what  The option that named it, without dashes, or empty for a word that stands by
    ///              itself.
    /// \param file  "-" is standard input.
    void reads(const std::string& what, const std::string& file);

    /// Adds a file that is written.
    ///
    /// \param option  The option that named it, without dashes.
    /// \param beside  The ending of a second file, `file` + `beside`, such as a journal.
    /// \throws data::input_error naming the option, as check_writable().
    void writes(const std::string& option, const std::string& file, const std::string& beside = {});

    /// Adds a folder, which need not exist, in which files of these names are written, and others
    /// that have one of these endings.
    void writes_into(const std::string& option, const std::string& folder,
                     const std::vector<std::string>& names,
                     const std::vector<std::string>& endings = {});

    /// Adds standard output and standard error, in case they are files.
    void writes_streams();

    /// Refuses files that are written and also read, or written twice.
    ///
    /// \throws data::input_error naming the option of such a file.
    void check() const;

private:
    struct planned {
        std::string what;
        std::string file;
        file_place place;
    };
    struct planned_folder {
        std::string option;
        std::string folder;
        std::vector<std::string> endings;
    };

    static std::string named(const planned& one);
    static void refuse_same(const planned& one, const planned& other, const std::string& text);
    void check_folders(const planned& one) const;

    std::vector<planned> read_;
    std::vector<planned> written_;
    std::vector<planned> streams_;
    std::vector<planned_folder> folders_;
};

}  // namespace fusionflow::validation
