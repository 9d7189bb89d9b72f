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

/// What a piece of CSV is read for.
struct csv_layout {
    char delimiter = ',';
    missing_rule missing = missing_rule::refuse;
    std::vector<int> place;  ///< of every column: which of the values it becomes; -1: none
    std::vector<const class_labels*> labels;  ///< of every value; null for numbers
    char decimal = '.';                       ///< before the fraction of numbers: . or ,
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
    std::vector<std::uint64_t> rows{};  ///< which records of the piece they are, from 0
    std::uint64_t records = 0;
    std::uint64_t lines = 0;  ///< that end in it
    std::uint64_t missing_values = 0;
    std::vector<class_labels::label_set> seen{};  ///< labels that are collected, of every value
    std::optional<csv_fault> fault{};
};

/// Reads whole records by RFC 4180: numbers in the columns that are asked for. Lines without
/// anything are passed over, unless there is but one column. Any number of threads may do so, each
/// with its piece.
///
/// Text without quotes is only cut at delimiters; read_quoted() says the same of it.
/// \see tests/data/csv_table_test.cpp
[[nodiscard]] csv_piece read_csv(std::string_view text, const csv_layout& layout);

/// As read_csv(), all by libcsv, which takes two to three times as long.
[[nodiscard]] csv_piece read_quoted(std::string_view text, const csv_layout& layout);

/// Adds whole records to what is known of columns: all of them, whatever their values.
///
/// \return  The lines that end in it, and the fault if there is one.
[[nodiscard]] csv_piece survey_csv(std::string_view text, const csv_layout& layout,
                                   std::vector<column_facts>& facts);

/// The fields of the first record of `text`, which is one line or, with quoted line ends, several.
///
/// \throws input_error  with an empty field: quotes are wrong, too many columns, other lines.
[[nodiscard]] std::vector<std::string> read_csv_header(std::string_view text, char delimiter);

}  // namespace fusionflow::data
