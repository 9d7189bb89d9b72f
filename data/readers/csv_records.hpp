#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/byte_source.hpp"
#include "fusionflow/data/readers/csv_lines.hpp"

namespace fusionflow::data {

/// Places in a text where records of CSV end, the first possible ones at least `step` bytes apart,
/// and the last of all. Line ends inside quotes are none. Empty where no record ends.
///
/// \param text  Begins with a record.
/// \param step  >= 1.
[[nodiscard]] std::vector<std::size_t> record_ends(std::string_view text, std::size_t step);

/// Where the first record ends; 0 where none does.
[[nodiscard]] std::size_t first_record_end(std::string_view text);

/// Text of a CSV file in pieces that end where a record does, in memory that does not grow with
/// the file.
class record_reader {
public:
    /// Bytes of a record, quoted line ends included: 16 MiB.
    static constexpr std::size_t longest_record = std::size_t{16} << 20U;

    /// \param source  Read from here on.
    /// \param file    What errors call it.
    /// \param rules   Lines that nobody is to see.
    record_reader(std::unique_ptr<file_bytes> source, std::string file,
                  const line_rules& rules = {});

    /// The next record alone, with its line end.
    [[nodiscard]] std::string_view one();
    /// The same, which one() or some() gives again.
    [[nodiscard]] std::string_view look();
    /// About 4 MiB of records; empty at the end. What was given before is gone.
    ///
    /// \throws input_error  naming file and line: a record is too long, or the file is damaged.
    [[nodiscard]] std::string_view some();

    /// Says how many lines end in what was given last: who reads it knows, counting takes time.
    void add_lines(std::uint64_t count) {
        line_ += count;
        filter_.forget_before(line_);
    }
    /// The line of the file, from 1, that is so many lines after the one on which what is given
    /// next begins; before add_lines() the one on which the last began.
    [[nodiscard]] std::uint64_t line(std::uint64_t after = 0) const {
        return filter_.line_of(line_ + after);
    }
    /// True if the file ended before all lines were skipped.
    [[nodiscard]] bool skips_on() const noexcept { return filter_.skips_on(); }
    [[nodiscard]] const file_bytes& source() const noexcept { return *source_; }

private:
    void make_room();
    [[nodiscard]] std::string_view give(std::size_t bytes);

    std::unique_ptr<file_bytes> source_;
    std::string file_;
    std::string buffer_;
    std::size_t begin_ = 0;  // of what was not given yet
    std::size_t end_ = 0;
    bool finished_ = false;  // the source is
    bool filters_;
    line_filter filter_;
    std::uint64_t line_ = 1;  // of the filtered text
};

}  // namespace fusionflow::data
