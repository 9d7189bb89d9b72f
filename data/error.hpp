#pragma once

#include <stdexcept>
#include <string>

namespace fusionflow::data {

/// Input that breaks a rule: an option, a key of a file, an argument of a function.
///
/// `what()` is one line, `field: rule`, for example `rho: need -1 < rho < 1, got 1.5` (control
/// characters become `?`). Options of the command line carry the name of the field they set, so the
/// program can put the dashes back.
class input_error : public std::invalid_argument {
public:
    /// \param field  What was wrong: an option's name without dashes, a key, or a file.
    /// \param rule   What is needed and what was found, for example `need L >= 1, got 0`.
    input_error(std::string field, std::string rule);

    [[nodiscard]] const std::string& field() const noexcept { return field_; }
    [[nodiscard]] const std::string& rule() const noexcept { return rule_; }

private:
    std::string field_;
    std::string rule_;
};

}  // namespace fusionflow::data
