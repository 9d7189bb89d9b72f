#include "fusionflow/data/error.hpp"

#include <utility>

#include "fusionflow/data/printable.hpp"

namespace fusionflow::data {

// Names of files and keys may hold line ends; printable() keeps the message on one line.
input_error::input_error(std::string field, std::string rule)
    : std::invalid_argument(printable(field + ": " + rule)), field_(std::move(field)),
      rule_(std::move(rule)) {}

void refuse(const std::string& rule) { throw input_error("", rule); }

}  // namespace fusionflow::data
