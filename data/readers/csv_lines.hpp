#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace fusionflow::data {

/// Which lines of a text are passed over, and what blanks are.
struct line_rules {
    std::uint64_t skip_lines = 0;   ///< first of all
    std::optional<char> comment{};  ///< lines that begin with it, also after blanks
    /// Blanks are delimiters: any number of blanks and tabs is one blank, none at the ends of
    /// lines.
    bool join_blanks = false;

    [[nodiscard]] bool change_nothing() const {
        return skip_lines == 0 && !comment && !join_blanks;
    }
};

/// Takes out of a text, piece by piece, what nobody is to see; quotes hide what is inside. Line
/// numbers of the whole text stay known.
class line_filter {
public:
    explicit line_filter(const line_rules& rules)
        : rules_(rules), skip_(rules.skip_lines), skipped_(rules.skip_lines) {}

    /// Filters what was added to a text.
    ///
    /// \param from  Where it begins; before it, back to the last line end, is what apply() left.
    /// \param end   Of it. \return Where the text ends now, possibly before `from`.
    [[nodiscard]] std::size_t apply(std::string& text, std::size_t from, std::size_t end);

    /// The line in the whole text of a line of the filtered one, both from 1.
    [[nodiscard]] std::uint64_t line_of(std::uint64_t filtered) const;
    /// No line before this one of the filtered text is asked for any more.
    void forget_before(std::uint64_t filtered);
    /// True if the text ended before all lines were skipped.
    [[nodiscard]] bool skips_on() const noexcept { return skip_ > 0; }

private:
    enum class place { line_start, inside, quoted, comment };
    struct gap {
        std::uint64_t before = 0;  // lines of the filtered text
        std::uint64_t lines = 0;   // that were taken out there
    };

    void end_comment();
    [[nodiscard]] std::size_t keep(std::string& text, std::size_t to, char c);

    line_rules rules_;
    std::uint64_t skip_;     // lines left to skip
    std::uint64_t skipped_;  // and lines taken out that were forgotten
    place place_ = place::line_start;
    std::size_t blanks_ = 0;   // kept last
    std::uint64_t lines_ = 0;  // kept
    std::deque<gap> gaps_;
};

}  // namespace fusionflow::data
