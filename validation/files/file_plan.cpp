#include "fusionflow/validation/files/file_plan.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/files/files.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

bool same_folder(const std::string& a, const std::string& b) {
    std::error_code error;
    return fs::equivalent(a, b, error) ||
           fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

}  // namespace

// "--output 'x'", or "'x'" for a word that stands by itself.
std::string file_plan::named(const planned& one) {
    return one.what.empty() ? fmt::format("'{}'", one.file)
                            : fmt::format("--{} '{}'", one.what, one.file);
}

void file_plan::refuse_same(const planned& one, const planned& other, const std::string& text) {
    if (same_place(one.place, other.place)) {
        throw data::input_error(one.what,
                                fmt::format("need another file than {}, got '{}'", text, one.file));
    }
}

void file_plan::reads(const std::string& what, const std::string& file) {
    read_.push_back(
        {what, file, file == "-" ? place_of_descriptor(STDIN_FILENO) : find_place(file)});
}

void file_plan::writes(const std::string& option, const std::string& file,
                       const std::string& beside) {
    check_writable(option, file, beside);
    written_.push_back({option, file, find_place(file)});
    if (!beside.empty()) {
        written_.push_back({option, file + beside, find_place(file + beside)});
    }
}

void file_plan::writes_into(const std::string& option, const std::string& folder,
                            const std::vector<std::string>& names,
                            const std::vector<std::string>& endings) {
    std::error_code not_yet;
    const bool there = fs::is_directory(folder, not_yet);
    for (const std::string& name : names) {
        const std::string file = (fs::path(folder) / name).string();
        if (there) {
            check_writable(option, file);
        }
        written_.push_back({option, file, find_place(file)});
    }
    folders_.push_back({option, folder, endings});
}

void file_plan::writes_streams() {
    streams_.push_back({"", "standard output", place_of_descriptor(STDOUT_FILENO)});
    streams_.push_back({"", "standard error", place_of_descriptor(STDERR_FILENO)});
}

void file_plan::check_folders(const planned& one) const {
    for (const planned_folder& f : folders_) {
        const bool taken =
            std::any_of(f.endings.begin(), f.endings.end(),
                        [&](const std::string& ending) { return one.file.ends_with(ending); });
        if (taken && one.what != f.option && same_folder(one.place.folder(), f.folder)) {
            throw data::input_error(
                one.what,
                fmt::format("need a file that --{} does not write, got '{}'", f.option, one.file));
        }
    }
}

void file_plan::check() const {
    for (std::size_t i = 0; i < written_.size(); ++i) {
        const planned& one = written_[i];
        for (const planned& other : read_) {
            refuse_same(one, other, named(other) + ", which is read");
        }
        for (std::size_t j = 0; j < i; ++j) {
            refuse_same(one, written_[j], named(written_[j]) + ", which is written too");
        }
        for (const planned& stream : streams_) {
            if (one.place.what != file_place::kind::descriptor) {
                refuse_same(one, stream, stream.file);
            }
        }
        check_folders(one);
    }
    for (const planned& stream : streams_) {
        for (const planned& other : read_) {
            if (same_place(stream.place, other.place)) {
                throw data::input_error(
                    stream.file,
                    fmt::format("need another file than {}, which is read", named(other)));
            }
        }
    }
}

}  // namespace fusionflow::validation
