#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/error.hpp"

// What the readers of JSON files have in common. Refusals have an empty field: naming() gives them
// that of the file.
namespace fusionflow::data {

/// A whole JSON text, of moments: of what is none it is said how a table becomes moments.
///
/// \throws input_error  as parse_json().
[[nodiscard]] nlohmann::json parse_json_of_moments(std::string_view text);

/// A whole JSON text. \throws input_error  not JSON (line and column), a key twice, far too many
/// values, nested too deep, a number beyond double precision.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);

/// Refuses what is not an object of these keys: all that are needed, others only if allowed.
void check_json_keys(const nlohmann::json& tree, const std::set<std::string>& needed,
                     const std::set<std::string>& allowed);

/// `"key": need ..., got ...`
[[noreturn]] void refuse_json(const char* key, const char* need, const nlohmann::json& got);

/// The value itself, if it is a list.
[[nodiscard]] const nlohmann::json& json_list(const nlohmann::json& value, const char* key,
                                              const char* need);
/// The value as a number, if it is one.
[[nodiscard]] double json_number(const nlohmann::json& value, const char* key, const char* need);

/// A list of texts.
[[nodiscard]] std::vector<std::string> json_texts(const nlohmann::json& value, const char* key);

/// A list of lists of numbers of equal length.
///
/// \param dimension  Of rows of different lengths the first that has not so many is named.
[[nodiscard]] Eigen::MatrixXd json_rows(const nlohmann::json& rows, const char* key,
                                        std::size_t dimension);

/// The result of an action; every failure becomes an input_error about `source`.
template <typename Action>
auto naming(const std::string& source, Action&& action) {
    try {
        return action();
    } catch (const input_error& e) {
        throw input_error(source, e.field().empty() ? e.rule() : e.what());
    } catch (const std::bad_alloc&) {
        throw input_error(source, "does not fit into memory");
    } catch (const std::exception& e) {
        throw input_error(source, e.what());
    }
}

}  // namespace fusionflow::data
