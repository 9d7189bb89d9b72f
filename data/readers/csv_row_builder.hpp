#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/number_text.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"

namespace fusionflow::data {

/// Makes rows of numbers from fields, wherever these come from: what read_csv() is inside.
class csv_row_builder {
public:
    csv_row_builder(const csv_layout& layout, csv_piece& piece)
        : layout_(layout), piece_(piece), row_(layout.labels.size()) {
        piece_.seen.resize(layout.labels.size());
    }

    /// The next field of the record, without the spaces around it. What is wrong with it becomes
    /// the piece's fault. Never throws.
    void field(std::string_view text) noexcept;
    /// The next field where it is a finite number that takes a place in the row and is no mark.
    void number(double value) noexcept {
        row_[static_cast<std::size_t>(layout_.place[column_++])] = value;
    }
    /// The character that ends the record; -1 at the end of the text. Never throws.
    void record_end(int character) noexcept;

    /// True if a number stands for a missing value.
    [[nodiscard]] bool is_mark(double number) const { return layout_.marks.is_gap(number); }
    /// True if the next field becomes a number with a point.
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
    char first_ = 0;           // character of the record, where it begins with no number
    int before_ = 0;           // what ended the record before
    bool fault_here_ = false;  // the fault is one of a field of this record
    bool out_of_memory_ = false;
};

}  // namespace fusionflow::data
