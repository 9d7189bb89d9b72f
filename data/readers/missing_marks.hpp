#pragma once

#include <string_view>
#include <vector>

#include "fusionflow/data/readers/table_options.hpp"

namespace fusionflow::data {

/// The texts that stand for a missing value: an empty field and, unless options say otherwise,
///
///     NA  N/A  #N/A  <NA>  NaN  -NaN  null    in capitals or not
///     None  ?  -  .                           likewise, but not in columns of labels
///
/// \see docs/file-formats.md#missing-values; tests/data/missing_marks_test.cpp
class missing_marks {
public:
    missing_marks() : missing_marks(table_options{}) {}
    explicit missing_marks(const table_options& options);

    /// Whether a text in a column of numbers stands for a missing value.
    [[nodiscard]] bool is_gap(std::string_view text) const;
    /// Whether a text in a column of labels stands for a missing value.
    [[nodiscard]] bool is_gap_of_labels(std::string_view text) const;
    /// Whether a number is one of the marks that options give.
    [[nodiscard]] bool is_gap(double number) const {
        return !numbers_.empty() && is_marked(number);
    }

private:
    [[nodiscard]] bool is_marked(double number) const;
    [[nodiscard]] bool is_marked(std::string_view text) const;

    std::vector<std::string> marks_;
    std::vector<double> numbers_;
    bool usual_;
};

}  // namespace fusionflow::data
