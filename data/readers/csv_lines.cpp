#include "fusionflow/data/readers/csv_lines.hpp"

namespace fusionflow::data {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool ends_line(char c) { return c == '\n' || c == '\r'; }

}  // namespace

void line_filter::end_comment() {
    place_ = place::line_start;
    if (gaps_.empty() || gaps_.back().before != lines_) {
        gaps_.push_back({lines_, 0});
    }
    ++gaps_.back().lines;
}

// Writes a character that is kept, and returns where the next goes.
std::size_t line_filter::keep(std::string& text, std::size_t to, char c) {
    if (place_ != place::quoted && rules_.join_blanks) {
        if (is_blank(c)) {
            if (place_ == place::line_start || blanks_ > 0) {
                return to;
            }
            c = ' ';
        } else if (ends_line(c)) {
            to -= blanks_;
            blanks_ = 0;
        }
    }
    blanks_ = is_blank(c) && place_ != place::quoted ? blanks_ + 1 : 0;
    if (c == '"') {
        place_ = place_ == place::quoted ? place::inside : place::quoted;
    } else if (place_ != place::quoted && !is_blank(c)) {
        place_ = c == '\n' ? place::line_start : place::inside;
    }
    lines_ += c == '\n' ? 1 : 0;
    text[to] = c;
    return to + 1;
}

std::size_t line_filter::apply(std::string& text, std::size_t from, std::size_t end) {
    std::size_t to = from;
    for (std::size_t at = from; at < end; ++at) {
        const char c = text[at];
        if (skip_ > 0) {
            skip_ -= c == '\n' ? 1 : 0;
        } else if (place_ == place::comment) {
            if (c == '\n') {
                end_comment();
            }
        } else if (place_ == place::line_start && rules_.comment && c == *rules_.comment) {
            to -= blanks_;
            blanks_ = 0;
            place_ = place::comment;
        } else {
            to = keep(text, to, c);
        }
    }
    return to;
}

std::uint64_t line_filter::line_of(std::uint64_t filtered) const {
    std::uint64_t line = filtered + skipped_;
    for (const gap& g : gaps_) {
        line += g.before < filtered ? g.lines : 0;
    }
    return line;
}

void line_filter::forget_before(std::uint64_t filtered) {
    while (!gaps_.empty() && gaps_.front().before < filtered) {
        skipped_ += gaps_.front().lines;
        gaps_.pop_front();
    }
}

}  // namespace fusionflow::data
