#include "fusionflow/data/readers/csv_fields.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/number_text.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/readers/number_advice.hpp"

namespace fusionflow::data {
namespace {

/// Makes rows of numbers from fields, whether libcsv or plain_reader finds these.
class csv_row_builder {
public:
    csv_row_builder(const csv_layout& layout, csv_piece& piece)
        : layout_(layout), piece_(piece), row_(layout.labels.size()) {
        piece_.seen.resize(layout.labels.size());
    }

    /// Takes the next field of the record, without the spaces around it. An error in it becomes the
    /// piece's fault. Never throws.
    void field(std::string_view text) noexcept;
    /// Takes the next field as a number, which is finite, has a place in the row and is no mark.
    void number(double value) noexcept {
        row_[static_cast<std::size_t>(layout_.place[column_++])] = value;
    }
    /// Ends the record at this character, or at the end of the text (-1). Never throws.
    void record_end(int character) noexcept;

    /// True if a number stands for a missing value.
    [[nodiscard]] bool is_mark(double number) const { return layout_.marks.is_gap(number); }
    /// True if the next field is to become a number with a decimal point.
    [[nodiscard]] bool wants_number() const noexcept {
        return layout_.decimal == '.' && column_ < layout_.place.size() &&
               layout_.place[column_] >= 0 &&
               layout_.labels[static_cast<std::size_t>(layout_.place[column_])] == nullptr;
    }
    /// Line ends so far.
    [[nodiscard]] std::uint64_t lines() const noexcept { return line_; }
    /// Line ends before the record that was begun last.
    [[nodiscard]] std::uint64_t record_line() const noexcept { return record_line_; }
    /// True if memory ran out on the way.
    [[nodiscard]] bool out_of_memory() const noexcept { return out_of_memory_; }

private:
    template <typename Action>
    void guarded(const Action& action) noexcept;
    void refuse(std::size_t column, std::string rule);
    void value(std::string_view text, std::size_t place);
    [[nodiscard]] double gap(std::string_view text);
    [[nodiscard]] double label(std::size_t place, std::string_view text);
    [[nodiscard]] double unusual(std::string_view text, number_text::kind what);
    void record();

    const csv_layout& layout_;
    csv_piece& piece_;
    std::vector<double> row_;
    std::size_t column_ = 0;
    std::uint64_t gaps_ = 0;
    std::uint64_t line_ = 0;
    std::uint64_t record_line_ = 0;
    char first_ = 0;           // first character of the record, unless it begins a number
    int before_ = 0;           // what ended the record before; 0: none
    bool fault_here_ = false;  // the fault is in a field of this record
    bool out_of_memory_ = false;
};

}  // namespace

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// The start of a long field, without cutting a character in two.
std::string shortened_field(std::string_view text) {
    constexpr std::size_t longest = 30;
    if (text.size() <= longest) {
        return std::string(text);
    }
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace

template <typename Action>
void csv_row_builder::guarded(const Action& action) noexcept {
    try {
        action();
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
        piece_.fault.emplace();
    }
}

void csv_row_builder::field(std::string_view text) noexcept {
    if (!piece_.fault && column_ < layout_.place.size() && layout_.place[column_] >= 0) {
        guarded([&] { value(text, static_cast<std::size_t>(layout_.place[column_])); });
    }
    first_ = column_ == 0 && !text.empty() ? text[0] : first_;
    ++column_;
    line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void csv_row_builder::record_end(int character) noexcept {
    // The LF of CR LF ends no record; a blank line does, as an empty field if there is one column.
    const bool blank = column_ == 0;
    const bool second = blank && character == '\n' && before_ == '\r';
    if (blank && !second && layout_.place.size() == 1) {
        field({});
    }
    // A wrong number of fields is reported in place of a fault in one of the fields.
    if (column_ > 0 && (!piece_.fault || (fault_here_ && column_ != layout_.place.size()))) {
        guarded([&] { record(); });
    }
    fault_here_ = false;
    first_ = 0;
    line_ += character == '\n' ? 1 : 0;
    record_line_ = line_;
    before_ = character;
    column_ = 0;
    gaps_ = 0;
}

void csv_row_builder::refuse(std::size_t column, std::string rule) {
    piece_.fault = {line_, column, std::move(rule)};
    fault_here_ = true;
}

void csv_row_builder::value(std::string_view text, std::size_t place) {
    if (layout_.labels[place] != nullptr) {
        row_[place] = layout_.marks.is_gap_of_labels(text) ? gap(text) : label(place, text);
        return;
    }
    const number_text number = read_number(text, layout_.decimal);
    if (number.what == number_text::kind::finite && !is_mark(number.value)) {
        row_[place] = number.value;
    } else {
        row_[place] = unusual(text, number.what);
    }
}

double csv_row_builder::gap(std::string_view text) {
    ++gaps_;
    if (layout_.missing == missing_rule::refuse) {
        refuse(column_ + 1,
               fmt::format("a value is missing{} (--missing skip leaves such rows out)",
                           text.empty() ? "" : fmt::format(", '{}'", shortened_field(text))));
    }
    return missing;
}

double csv_row_builder::label(std::size_t place, std::string_view text) {
    const class_labels& labels = *layout_.labels[place];
    if (!labels.frozen()) {
        class_labels::label_set& seen = piece_.seen[place];
        if (seen.find(text) == seen.end()) {
            if (!is_utf8(text)) {
                refuse(column_ + 1, fmt::format("need labels in UTF-8 {}", convert_to_utf8));
            }
            seen.emplace(text);
        }
        if (!(seen.size() <= class_labels::most)) {
            refuse(column_ + 1,
                   fmt::format("need at most {} classes, got more", class_labels::most));
        }
        return 0;
    }
    const int code = labels.code(text);
    if (code < 0) {
        refuse(column_ + 1, fmt::format("'{}' was not there when the file was read first",
                                        shortened_field(text)));
    }
    return code;
}

// The value of a text that is not simply a number: it is missing, a truth value, or wrong.
double csv_row_builder::unusual(std::string_view text, number_text::kind what) {
    if (what == number_text::kind::finite || layout_.marks.is_gap(text)) {
        return gap(text);
    }
    if (const auto truth = truth_value(text)) {
        return *truth;
    }
    const std::string advice =
        what == number_text::kind::none ? number_advice(text, layout_.decimal) : "";
    refuse(column_ + 1, fmt::format("need a {}number, got '{}'{}{}",
                                    what == number_text::kind::none ? "" : "finite ",
                                    shortened_field(text), advice.empty() ? "" : " ", advice));
    return 0;
}

void csv_row_builder::record() {
    const std::size_t columns = layout_.place.size();
    if (column_ != columns) {
        const bool remark = first_ == '#' || first_ == '%';
        piece_.fault = {record_line_, 0,
                        fmt::format("need {} field{}, got {}{}", columns, columns == 1 ? "" : "s",
                                    column_,
                                    remark ? fmt::format(" (--comment '{}' passes over lines that "
                                                         "begin with it)",
                                                         first_)
                                           : "")};
        return;
    }
    if (gaps_ == 0) {
        piece_.values.insert(piece_.values.end(), row_.begin(), row_.end());
        piece_.rows.push_back(piece_.records);
    }
    piece_.missing_values += gaps_;
    ++piece_.records;
}

namespace {

constexpr const char* wrong_quotes =
    "need quotes around whole fields, and doubled inside, got others";

// A parser of libcsv. Exceptions must not pass through C: builders of rows keep what they throw.
class parser {
public:
    explicit parser(char delimiter) {
        constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
        if (csv_init(&parser_, options) != 0) {
            throw std::bad_alloc();
        }
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
        csv_set_blk_size(&parser_, std::size_t{1} << 12U);
    }
    parser(const parser&) = delete;
    parser& operator=(const parser&) = delete;
    ~parser() { csv_free(&parser_); }

    // Calls target.field(text) and target.record_end(character) all along `text`.
    //
    // Returns the number of bytes read: less than the whole text if quotes are wrong, more if one
    // is not closed.
    template <typename Target>
    std::size_t read(std::string_view text, Target& target) {
        const auto on_field = [](void* field, std::size_t size, void* to) {
            static_cast<Target*>(to)->field({static_cast<const char*>(field), size});
        };
        const auto on_end = [](int character, void* to) {
            static_cast<Target*>(to)->record_end(character);
        };
        const std::size_t done =
            csv_parse(&parser_, text.data(), text.size(), on_field, on_end, &target);
        if (done < text.size()) {
            if (csv_error(&parser_) != CSV_EPARSE) {
                throw std::bad_alloc();
            }
            return done;
        }
        return csv_fini(&parser_, on_field, on_end, &target) == 0 ? done : done + 1;
    }

private:
    csv_parser parser_{};
};

std::uint64_t line_ends(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_memory(const auto& builder) {
    if (builder.out_of_memory()) {
        throw std::bad_alloc();
    }
}

// Reads records without quotes, whose fields are cut at delimiters. libcsv looks at every byte,
// which takes three times as long as the numbers.
class plain_reader {
public:
    plain_reader(std::string_view text, char delimiter)
        : at_(text.data()), end_(at_ + text.size()), delimiter_(delimiter) {}

    void read(csv_row_builder& builder) {
        while (at_ < end_) {
            pass_spaces();
            if (at_ < end_ && !ends_line()) {
                read_fields(builder);
                builder.record_end(at_ < end_ ? *at_ : -1);
            } else if (at_ < end_) {
                builder.record_end(*at_);
            }
            ++at_;
        }
    }

private:
    [[nodiscard]] bool ends_line() const { return *at_ == '\n' || *at_ == '\r'; }
    [[nodiscard]] bool ends_field() const {
        return at_ == end_ || *at_ == delimiter_ || ends_line();
    }
    [[nodiscard]] bool is_space(char c) const { return (c == ' ' || c == '\t') && c != delimiter_; }
    void pass_spaces() {
        while (at_ < end_ && is_space(*at_)) {
            ++at_;
        }
    }

    void read_fields(csv_row_builder& builder) {
        for (;; ++at_) {
            const char* const begin = at_;
            if (builder.wants_number()) {
                double value = 0;
                const auto [stop, error] = std::from_chars(at_, end_, value);
                at_ = stop;
                if (error == std::errc() && ends_field() && std::isfinite(value) &&
                    !builder.is_mark(value)) {
                    builder.number(value);
                } else {
                    at_ = begin;
                    pass_field(builder);
                }
            } else {
                pass_field(builder);
            }
            if (at_ == end_ || ends_line()) {
                return;
            }
        }
    }

    void pass_field(csv_row_builder& builder) {
        pass_spaces();
        const char* const begin = at_;
        while (!ends_field()) {
            ++at_;
        }
        const char* last = at_;
        while (last > begin && is_space(last[-1])) {
            --last;
        }
        builder.field({begin, static_cast<std::size_t>(last - begin)});
    }

    const char* at_;
    const char* end_;
    char delimiter_;
};

csv_piece read_plain(std::string_view text, const csv_layout& layout) {
    csv_piece piece;
    csv_row_builder builder(layout, piece);
    plain_reader(text, layout.delimiter).read(builder);
    check_memory(builder);
    piece.lines = builder.lines();
    return piece;
}

// Keeps the fields of the first record and counts all records.
struct header_builder {
    void field(std::string_view text) {
        if (records == 0 && fields.size() <= most_columns) {
            fields.emplace_back(text);
        }
        ++columns;
    }
    void record_end(int /*character*/) {
        records += columns > 0 ? 1 : 0;
        columns = 0;
    }

    std::vector<std::string> fields;
    std::size_t columns = 0;
    std::size_t records = 0;
};

// Adds the fields of all columns to the facts of these.
class survey_builder {
public:
    survey_builder(const csv_layout& layout, std::vector<column_facts>& facts, csv_piece& piece)
        : layout_(layout), facts_(facts), piece_(piece) {}

    void field(std::string_view text) noexcept {
        if (column_ < facts_.size()) {
            guarded([&] { facts_[column_].add(text, layout_.marks, layout_.decimal); });
        }
        ++column_;
        piece_.lines += line_ends(text);
    }
    void record_end(int character) noexcept {
        if (column_ == 0 && facts_.size() == 1 && !(character == '\n' && before_ == '\r')) {
            field({});
        }
        if (column_ > 0 && column_ != facts_.size() && !piece_.fault) {
            guarded([&] {
                piece_.fault = {record_line_, 0,
                                fmt::format("need {} field{}, got {}", facts_.size(),
                                            facts_.size() == 1 ? "" : "s", column_)};
            });
        }
        piece_.lines += character == '\n' ? 1 : 0;
        record_line_ = piece_.lines;
        before_ = character;
        column_ = 0;
    }
    [[nodiscard]] std::uint64_t record_line() const noexcept { return record_line_; }
    [[nodiscard]] bool out_of_memory() const noexcept { return out_of_memory_; }

private:
    void guarded(const auto& action) noexcept {
        try {
            action();
        } catch (const std::bad_alloc&) {
            out_of_memory_ = true;
        }
    }

    const csv_layout& layout_;
    std::vector<column_facts>& facts_;
    csv_piece& piece_;
    std::size_t column_ = 0;
    std::uint64_t record_line_ = 0;
    int before_ = 0;
    bool out_of_memory_ = false;
};

// Makes a fault of what libcsv found wrong with quotes.
void check_quotes(std::size_t done, std::string_view text, std::uint64_t record_line,
                  csv_piece& piece) {
    if (!piece.fault && done < text.size()) {
        piece.fault = {line_ends(text.substr(0, done)), 0, wrong_quotes};
    } else if (!piece.fault && done > text.size()) {
        piece.fault = {record_line, 0, "a quote is not closed"};
    }
}

}  // namespace

csv_piece survey_csv(std::string_view text, const csv_layout& layout,
                     std::vector<column_facts>& facts) {
    csv_piece piece;
    survey_builder builder(layout, facts, piece);
    const std::size_t done = parser(layout.delimiter).read(text, builder);
    check_memory(builder);
    check_quotes(done, text, builder.record_line(), piece);
    return piece;
}

csv_piece read_csv(std::string_view text, const csv_layout& layout) {
    if (text.find('"') == std::string_view::npos) {
        csv_piece piece = read_plain(text, layout);
        if (!piece.fault) {
            return piece;
        }
    }
    return read_quoted(text, layout);
}

csv_piece read_quoted(std::string_view text, const csv_layout& layout) {
    csv_piece piece;
    csv_row_builder builder(layout, piece);
    const std::size_t done = parser(layout.delimiter).read(text, builder);
    check_memory(builder);
    piece.lines = builder.lines();
    check_quotes(done, text, builder.record_line(), piece);
    return piece;
}

std::vector<std::string> read_csv_header(std::string_view text, char delimiter) {
    header_builder builder;
    const std::size_t done = parser(delimiter).read(text, builder);
    if (done != text.size()) {
        refuse(done < text.size() ? wrong_quotes : "a quote is not closed");
    }
    if (builder.records > 1) {
        refuse("need lines that end in LF or CR LF, got CR alone");
    }
    if (!(builder.fields.size() <= most_columns)) {
        refuse(fmt::format("need at most {} columns", most_columns));
    }
    return std::move(builder.fields);
}

}  // namespace fusionflow::data
