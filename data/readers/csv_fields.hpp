#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/readers/class_labels.hpp"
#include "fusionflow/data/readers/column_facts.hpp"
#include "fusionflow/data/readers/missing_marks.hpp"
#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

/// How a piece of CSV is read, and for which values.
struct csv_layout {
    char delimiter = ',';
    missing_rule missing = missing_rule::refuse;
    std::vector<int> place;  ///< for every column, which of the values it becomes; -1: none
    std::vector<const class_labels*> labels;  ///< for every value; null for numbers
    char decimal = '.';                       ///< decimal mark: . or ,
    missing_marks marks{};
};

/// Something that is wrong in a piece.
struct csv_fault {
    std::uint64_t line = 0;  ///< line ends before it in the piece
    std::size_t column = 0;  ///< from 1; 0: the whole line
    std::string rule{};
};

/// What was read of a piece, up to its first fault.
struct csv_piece {
    std::vector<double> values{};       ///< row by row
    std::vector<std::uint64_t> rows{};  ///< for each row, its record in the piece, from 0
    std::uint64_t records = 0;
    std::uint64_t lines = 0;  ///< lines that end in the piece
    std::uint64_t missing_values = 0;
    std::vector<class_labels::label_set> seen{};  ///< for every value, labels to collect
    std::optional<csv_fault> fault{};
};

/// Reads whole records by RFC 4180, and the values in the columns that layout.place names. Empty
/// lines are passed over unless there is only one column. Threads may read different pieces at
/// once.
///
/// Text without quotes is only cut at delimiters; read_quoted() would read the same.
/// \see tests/data/csv_table_test.cpp
[[nodiscard]] csv_piece read_csv(std::string_view text, const csv_layout& layout);

/// Reads the same as read_csv(), all by libcsv, which takes two to three times as long.
[[nodiscard]] csv_piece read_quoted(std::string_view text, const csv_layout& layout);

/// Adds the values of whole records to the facts of all columns, whatever those values are.
///
/// \return  A piece that has only the number of lines and, if there is one, the fault.
[[nodiscard]] csv_piece survey_csv(std::string_view text, const csv_layout& layout,
                                   std::vector<column_facts>& facts);

/// The fields of the first record of `text`, which is one line or, with quoted line ends, several.
///
/// \throws input_error  with an empty field: wrong quotes, too many columns, lines that end in CR.
[[nodiscard]] std::vector<std::string> read_csv_header(std::string_view text, char delimiter);

}  // namespace fusionflow::data
