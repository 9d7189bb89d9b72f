#include "fusionflow/data/readers/table_options.hpp"

#include <fmt/format.h>

#include <cctype>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/printable.hpp"

namespace fusionflow::data {

namespace {

[[noreturn]] void refuse_character(const char* option, const char* rule, char got) {
    throw input_error(option, fmt::format("need {}, got '{}'", rule, escaped(std::string(1, got))));
}

}  // namespace

void table_options::validate() const {
    constexpr std::string_view of_numbers = "+-.\"\r\n";
    if (delimiter && (of_numbers.find(*delimiter) != std::string_view::npos ||
                      std::isalnum(static_cast<unsigned char>(*delimiter)) != 0)) {
        refuse_character("delimiter", "a character that is in no number", *delimiter);
    }
    constexpr std::string_view of_tables = "\"\r\n \t,";
    if (comment && (of_tables.find(*comment) != std::string_view::npos || comment == delimiter)) {
        refuse_character("comment", "a character that is no quote, blank, comma or delimiter",
                         *comment);
    }
    if (decimal != '.' && decimal != ',') {
        refuse_character("decimal", ". or ,", decimal);
    }
}

}  // namespace fusionflow::data
