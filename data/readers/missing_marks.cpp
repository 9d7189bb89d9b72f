#include "fusionflow/data/readers/missing_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "fusionflow/data/number_text.hpp"
#include "fusionflow/data/small_letter.hpp"

namespace fusionflow::data {

namespace {

constexpr auto everywhere =
    std::to_array<std::string_view>({"na", "n/a", "#n/a", "<na>", "nan", "-nan", "null"});
constexpr auto of_numbers = std::to_array<std::string_view>({"none", "?", "-", "."});

bool is_one_of(std::string_view text, const auto& marks) {
    const auto same = [text](std::string_view mark) {
        return std::equal(text.begin(), text.end(), mark.begin(), mark.end(),
                          [](char a, char b) { return small_letter(a) == b; });
    };
    return std::any_of(marks.begin(), marks.end(), same);
}

}  // namespace

missing_marks::missing_marks(const table_options& options)
    : marks_(options.missing_marks), usual_(options.usual_marks) {
    for (const std::string& mark : marks_) {
        const number_text number = read_number(mark, options.decimal);
        if (number.what == number_text::kind::finite) {
            numbers_.push_back(number.value);
        }
    }
}

bool missing_marks::is_marked(double number) const {
    return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end();
}

bool missing_marks::is_marked(std::string_view text) const {
    return std::find(marks_.begin(), marks_.end(), text) != marks_.end();
}

bool missing_marks::is_gap(std::string_view text) const {
    return is_gap_of_labels(text) || (usual_ && is_one_of(text, of_numbers));
}

bool missing_marks::is_gap_of_labels(std::string_view text) const {
    return text.empty() || is_marked(text) || (usual_ && is_one_of(text, everywhere));
}

}  // namespace fusionflow::data
