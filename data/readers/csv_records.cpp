#include "fusionflow/data/readers/csv_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/printable.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{4} << 20U;
// The buffer has room for a small file as a whole, and for a byte more, by which its end shows.
std::size_t first_buffer(const file_bytes& source) {
    const bool small = source.seekable() && source.bytes_all() < buffer_bytes;
    return small ? source.bytes_all() + 1 : buffer_bytes;
}

}  // namespace

std::vector<std::size_t> record_ends(std::string_view text, std::size_t step) {
    std::vector<std::size_t> ends;
    std::size_t wanted = step - 1;  // the next end is at this line end or after it
    std::size_t last = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t quote = std::min(text.find('"', at), text.size());
        if (!quoted) {
            const std::string_view before = text.substr(0, quote);
            for (std::size_t from = std::max(at, wanted); from < quote; from = wanted) {
                const std::size_t line_end = before.find('\n', from);
                if (line_end == std::string_view::npos) {
                    break;
                }
                ends.push_back(line_end + 1);
                wanted = line_end + step;
            }
            const std::size_t line_end = text.substr(at, quote - at).rfind('\n');
            last = line_end == std::string_view::npos ? last : at + line_end + 1;
        }
        quoted = !quoted;
        at = quote + 1;
    }
    if (last > (ends.empty() ? 0 : ends.back())) {
        ends.push_back(last);
    }
    return ends;
}

std::size_t first_record_end(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        quoted = quoted != (text[i] == '"');
        if (!quoted && text[i] == '\n') {
            return i + 1;
        }
    }
    return 0;
}

record_reader::record_reader(std::unique_ptr<file_bytes> source, std::string file,
                             const line_rules& rules)
    : source_(std::move(source)), file_(std::move(file)), buffer_(first_buffer(*source_), '\0'),
      filters_(!rules.change_nothing()), filter_(rules) {
    if (source_->peek().starts_with(byte_order_mark)) {
        (void)source_->take(byte_order_mark.size());
    }
    make_room();
}

// Moves what is left to the front of the buffer and fills the rest; a full buffer becomes larger.
void record_reader::make_room() {
    if (begin_ == 0 && end_ == buffer_.size()) {
        if (!(end_ < longest_record)) {
            throw input_error(fmt::format("{}, line {}", file_, line()),
                              fmt::format("need records of at most {} MiB with closed quotes",
                                          longest_record >> 20U));
        }
        buffer_.resize(std::min(2 * buffer_.size(), longest_record));
    }
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    const std::size_t space = buffer_.size() - end_;
    const std::size_t got = at_place(file_, [&] {
        return source_->read({buffer_.data() + end_, space});
    });
    finished_ = got < space;
    end_ = filters_ ? filter_.apply(buffer_, end_, end_ + got) : end_ + got;
}

std::string_view record_reader::give(std::size_t bytes) {
    const std::string_view text = std::string_view(buffer_).substr(begin_, bytes);
    begin_ += bytes;
    return text;
}

std::string_view record_reader::one() {
    for (;;) {
        const std::string_view text = std::string_view(buffer_).substr(begin_, end_ - begin_);
        const std::size_t first = first_record_end(text);
        if (first > 0 || finished_) {
            return give(first > 0 ? first : text.size());
        }
        make_room();
    }
}

std::string_view record_reader::look() {
    const std::string_view text = one();
    begin_ -= text.size();
    return text;
}

std::string_view record_reader::some() {
    for (;;) {
        if (!finished_) {
            make_room();
        }
        const std::string_view text = std::string_view(buffer_).substr(begin_, end_ - begin_);
        if (finished_) {
            return give(text.size());
        }
        const auto ends = record_ends(text, text.size());
        if (!ends.empty()) {
            return give(ends.back());
        }
    }
}

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

// Writes a character, unless it is a blank to be joined, and returns where the next goes.
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
