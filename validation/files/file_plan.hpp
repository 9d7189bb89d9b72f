#pragma once

#include <string>
#include <vector>

#include "fusionflow/validation/files/file_place.hpp"

namespace fusionflow::validation {

/// The files that a command will read and write, checked before it does any work: a file that is
/// written is neither one that is read nor written twice, and can be written.
///
/// Files are compared as files (same_place), not as texts: a link, a hard link, `./x` for `x`, and
/// what standard output was sent to are seen.
///
/// \see tests/validation/file_plan_test.cpp
class file_plan {
public:
    /// A file that is read.
    ///
    /// \param what  How the user named it: an option without dashes, or empty for a word that
    ///              stands by itself.
    /// \param file  "-" is standard input.
    void reads(const std::string& what, const std::string& file);

    /// A file that is written.
    ///
    /// \param option  Without dashes.
    /// \param beside  An ending: `file` + `beside` is written too, such as a journal.
    /// \throws data::input_error naming the option, as check_writable().
    void writes(const std::string& option, const std::string& file, const std::string& beside = {});

    /// A folder, there or not yet, in which files of these names, and all of these endings, are
    /// written.
    void writes_into(const std::string& option, const std::string& folder,
                     const std::vector<std::string>& names,
                     const std::vector<std::string>& endings = {});

    /// Standard output and standard error, where they are files.
    void writes_streams();

    /// \throws data::input_error naming the option of a file that is written: the other file it is.
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
