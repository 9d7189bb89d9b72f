#include "data/csv_row_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <new>

namespace fusionflow::data {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// At most so many bytes, none of the characters cut in two.
std::string shortened(std::string_view text) {
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

bool is_missing(std::string_view text) {
    constexpr std::array<std::string_view, 5> spellings = {"", "NA", "NaN", "nan", "null"};
    return std::find(spellings.begin(), spellings.end(), text) != spellings.end();
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
    if (column_ > 0 && !piece_.fault) {
        guarded([&] { record(); });
    }
    line_ += character == '\n' ? 1 : 0;
    record_line_ = line_;
    before_ = character;
    column_ = 0;
    gaps_ = 0;
}

void csv_row_builder::refuse(std::size_t column, std::string rule) {
    piece_.fault = {line_, column, std::move(rule)};
}

void csv_row_builder::value(std::string_view text, std::size_t place) {
    if (const class_labels* labels = layout_.labels[place]) {
        row_[place] = is_missing(text) ? gap() : label(*labels, text);
        return;
    }
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, row_[place]);
    if (!(error == std::errc() && stop == end && std::isfinite(row_[place]))) {
        row_[place] = unusual(text);
    }
}

double csv_row_builder::gap() {
    ++gaps_;
    if (layout_.missing == missing_rule::refuse) {
        refuse(column_ + 1, "a value is missing (--missing skip leaves such rows out)");
    }
    return missing;
}

double csv_row_builder::label(const class_labels& labels, std::string_view text) {
    if (!labels.frozen()) {
        if (piece_.seen.find(text) == piece_.seen.end()) {
            piece_.seen.emplace(text);
        }
        if (!(piece_.seen.size() <= class_labels::most)) {
            refuse(column_ + 1,
                   fmt::format("need at most {} classes, got more", class_labels::most));
        }
        return 0;
    }
    const int code = labels.code(text);
    if (code < 0) {
        refuse(column_ + 1,
               fmt::format("'{}' was not there when the file was read first", shortened(text)));
    }
    return code;
}

// What is not simply a number: missing, with a plus sign, too small, or wrong.
double csv_row_builder::unusual(std::string_view text) {
    if (is_missing(text)) {
        return gap();
    }
    const std::string_view digits =
        text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
    double number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    const bool whole = stop == end;
    if (whole && error == std::errc() && std::isfinite(number)) {
        return number;
    }
    if (whole && error == std::errc::result_out_of_range) {
        // It is not said whether the number is too large or too small.
        const std::size_t exponent = digits.find_first_of("eE");
        if (exponent + 1 < digits.size() && digits[exponent + 1] == '-') {
            return 0;
        }
    }
    const bool is_number = whole && error != std::errc::invalid_argument;
    refuse(column_ + 1,
           fmt::format("need a {}number, got '{}'", is_number ? "finite " : "", shortened(text)));
    return 0;
}

void csv_row_builder::record() {
    const std::size_t columns = layout_.place.size();
    if (column_ != columns) {
        piece_.fault = {record_line_, 0, fmt::format("need {} fields, got {}", columns, column_)};
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
