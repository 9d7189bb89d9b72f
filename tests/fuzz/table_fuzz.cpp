// Any bytes as a file of samples: it is read, or refused by data::input_error. Which format is a
// definition of the build, FUZZED_csv, _npy, _npz or _idx.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"
#include "fusionflow/data/readers/table_source.hpp"

using namespace fusionflow;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// A file in memory.
class memory_file {
public:
    explicit memory_file(std::string_view bytes) : file_(memfd_create("fuzz", 0)) {
        require(file_ >= 0 &&
                ::write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file() { ::close(file_); }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

private:
    int file_;
};

void read_file(std::string_view bytes, data::missing_rule missing) {
    const memory_file file(bytes);
    try {
        const auto source = data::open_table(file.path(), {{}, missing});
        std::vector<data::wanted_column> wanted;
        for (std::size_t i = 0; i < source->columns().size() && i < 50; ++i) {
            wanted.push_back({i});
        }
        source->select(wanted);
        data::row_block block;
        for (int blocks = 0; blocks < 20 && source->next(block); ++blocks) {
            require(block.values.allFinite());
            require(static_cast<std::size_t>(block.values.rows()) == block.rows.size());
        }
    } catch (const data::input_error& e) {
        require(std::string_view(e.what()).find('\n') == std::string_view::npos);
    }
}

#if defined(FUZZED_csv)
constexpr std::string_view head;

// The two ways to read CSV say the same.
void compare(std::string_view text, data::missing_rule missing) {
    const data::csv_layout layout{',', missing, {0, -1, 1}, {nullptr, nullptr}};
    const data::csv_piece quick = data::read_csv(text, layout);
    const data::csv_piece slow = data::read_quoted(text, layout);
    require(quick.fault.has_value() == slow.fault.has_value());
    require(quick.values == slow.values);
    require(quick.rows == slow.rows);
    require(quick.missing_values == slow.missing_values);
}
#elif defined(FUZZED_npy)
constexpr std::string_view head = "\x93NUMPY";
#elif defined(FUZZED_npz)
constexpr std::string_view head = "PK\3\4";
#elif defined(FUZZED_idx)
constexpr std::string_view head("\0\0", 2);
#endif

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto missing = bytes[0] % 2 == 0 ? data::missing_rule::refuse : data::missing_rule::skip;
    const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
#if defined(FUZZED_csv)
    compare(rest, missing);
#endif
    read_file(std::string(head) + std::string(rest), missing);
    return 0;
}
