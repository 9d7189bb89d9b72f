#pragma once

#include <stdexcept>
#include <string>

namespace fusionflow::data {

/// Input that breaks a rule: an option, a key of a file, an argument of a function.
///
/// `what()` is one line, `field: rule`, for example `rho: need -1 < rho < 1, got 1.5`, and
/// printable(). Options of the command line carry the name of the field they set, so the program
/// can put the dashes back.
class input_error : public std::invalid_argument {
public:
    /// \param field  What is wrong: an option's name without dashes, a key, or a file.
    /// \param rule   What is needed and what was found, for example `need L >= 1, got 0`.
    input_error(std::string field, std::string rule);

    [[nodiscard]] const std::string& field() const noexcept { return field_; }
    [[nodiscard]] const std::string& rule() const noexcept { return rule_; }

private:
    std::string field_;
    std::string rule_;
};

/// Throws an input_error with an empty field, which at_place() fills in.
[[noreturn]] void refuse(const std::string& rule);

/// Runs an action and names the place in what refuse() throws there; other errors pass unchanged.
///
/// \param place  The field of the error: an option, a file.
/// \param part   A part of the place; unless it is empty, the rule becomes `part: rule`.
template <typename Action>
auto at_place(const std::string& place, const std::string& part, const Action& action) {
    try {
        return action();
    } catch (const input_error& e) {
        if (!e.field().empty()) {
            throw;
        }
        throw input_error(place, part.empty() ? e.rule() : part + ": " + e.rule());
    }
}
template <typename Action>
auto at_place(const std::string& place, const Action& action) {
    return at_place(place, {}, action);
}

}  // namespace fusionflow::data
