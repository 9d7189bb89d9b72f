#include "fusionflow/data/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30U;

}  // namespace

std::string read_text(const std::filesystem::path& file) {
    const auto refuse = [&file](const std::string& rule) {
        throw input_error(file.string(), rule);
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
        refuse("is a directory, need a file");
    }
    const std::string too_large = fmt::format("is larger than {} bytes", largest_file);
    if (std::filesystem::is_regular_file(file, ignored) &&
        std::filesystem::file_size(file, ignored) > largest_file) {
        refuse(too_large);
    }
    errno = 0;
    // Standard input is opened by the name that the system has for it.
    std::ifstream in(file == standard_input ? "/dev/stdin" : file, std::ios::binary);
    if (!in) {
        refuse("cannot be opened" +
               (errno == 0 ? "" : ": " + std::generic_category().message(errno)));
    }
    // The file is read in pieces, because pipes and devices have no size.
    std::string text;
    std::vector<char> piece(std::size_t{1} << 16U);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
        if (text.size() > largest_file) {
            refuse(too_large);
        }
    }
    if (in.bad()) {
        refuse("cannot be read");
    }
    return text;
}

}  // namespace fusionflow::data
