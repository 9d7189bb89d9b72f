#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/byte_source.hpp"

namespace fusionflow::data {

/// Which lines of a text are passed over, and whether blanks delimit.
struct line_rules {
    std::uint64_t skip_lines = 0;   ///< lines at the start of the text
    std::optional<char> comment{};  ///< lines that begin with it, also after blanks
    /// Blanks delimit: any number of blanks and tabs becomes one blank, or none at the ends of a
    /// line.
    bool join_blanks = false;

    [[nodiscard]] bool change_nothing() const {
        return skip_lines == 0 && !comment && !join_blanks;
    }
};

/// Takes out of a text, piece by piece, what its rules pass over; inside quotes comments and blanks
/// stay. Line numbers of the whole text stay known.
class line_filter {
public:
    explicit line_filter(const line_rules& rules)
        : rules_(rules), skip_(rules.skip_lines), skipped_(rules.skip_lines) {}

    /// Filters what was added to a text since the last call.
    ///
    /// \param from  Start of what was added; the text before it is as apply() left it.
    /// \param end   End of what was added. \return Where the text ends now, possibly before `from`.
    [[nodiscard]] std::size_t apply(std::string& text, std::size_t from, std::size_t end);

    /// The line in the whole text, from 1, that became a line of the filtered text, from 1.
    [[nodiscard]] std::uint64_t line_of(std::uint64_t filtered) const;
    /// Says that no line before this one of the filtered text will be asked for any more.
    void forget_before(std::uint64_t filtered);
    /// True if the text ended before all lines were skipped.
    [[nodiscard]] bool skips_on() const noexcept { return skip_ > 0; }

private:
    enum class place { line_start, inside, quoted, comment };
    struct gap {
        std::uint64_t before = 0;  // lines of the filtered text before the gap
        std::uint64_t lines = 0;   // lines that were taken out in the gap
    };

    void end_comment();
    [[nodiscard]] std::size_t keep(std::string& text, std::size_t to, char c);

    line_rules rules_;
    std::uint64_t skip_;     // lines left to skip
    std::uint64_t skipped_;  // lines skipped, and lines of forgotten gaps
    place place_ = place::line_start;
    std::size_t blanks_ = 0;   // blanks at the end of the text so far
    std::uint64_t lines_ = 0;  // lines kept so far
    std::deque<gap> gaps_;
};

/// Places in a text where records of CSV end: the first ones that are at least `step` bytes apart,
/// and the last of all. A line end inside quotes ends no record. Empty where no record ends.
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
    /// Most bytes of a record, quoted line ends included: 16 MiB.
    static constexpr std::size_t longest_record = std::size_t{16} << 20U;

    /// \param source  Stands at its first byte.
    /// \param file    What errors call it.
    /// \param rules   What is left out of the text.
    record_reader(std::unique_ptr<file_bytes> source, std::string file,
                  const line_rules& rules = {});

    /// The next record alone, with its line end.
    [[nodiscard]] std::string_view one();
    /// Looks at the next record without taking it: one() or some() gives it again.
    [[nodiscard]] std::string_view look();
    /// The next records, about 4 MiB; empty at the end. Text that was given before is gone.
    ///
    /// \throws input_error  naming file and line: a record is too long, or the file is damaged.
    [[nodiscard]] std::string_view some();

    /// Takes the number of lines that end in the text given last, which its reader has to count.
    void add_lines(std::uint64_t count) {
        line_ += count;
        filter_.forget_before(line_);
    }
    /// The line of the file, from 1, that is `after` lines below the start of what is given next
    /// or, until add_lines() is called, of what was given last.
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
    std::size_t begin_ = 0;  // start of what was not given yet
    std::size_t end_ = 0;
    bool finished_ = false;  // the source has ended
    bool filters_;
    line_filter filter_;
    std::uint64_t line_ = 1;  // line of the filtered text
};

}  // namespace fusionflow::data
