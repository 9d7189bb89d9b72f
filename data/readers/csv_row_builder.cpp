#include "fusionflow/data/readers/csv_row_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>

#include "fusionflow/data/readers/number_advice.hpp"
#include "fusionflow/data/utf8.hpp"

namespace fusionflow::data {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// At most so many bytes, none of the characters cut in two.
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
    // Of CR LF the second says nothing, of a blank line the only one.
    const bool blank = column_ == 0;
    const bool second = blank && character == '\n' && before_ == '\r';
    if (blank && !second && layout_.place.size() == 1) {
        field({});
    }
    // That a record has too few or too many fields comes before what is wrong with one of them.
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

// What is not simply a number: missing, a truth value, or wrong.
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

}  // namespace fusionflow::data
