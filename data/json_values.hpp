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

// Helpers of all readers of JSON files. Their refusals have an empty field; naming() puts the name
// of the file there.
namespace fusionflow::data {

/// Parses a JSON text of moments. If the text is not JSON and does not begin with `{`, the error
/// adds how to make moments of a table.
///
/// \throws input_error  as parse_json().
[[nodiscard]] nlohmann::json parse_json_of_moments(std::string_view text);

/// Parses a JSON text. \throws input_error  not JSON (line and column), a key twice, far too many
/// values, nested too deep, a number beyond double precision.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);

/// Refuses a tree unless it is an object with all `needed` keys and no others but `allowed` ones.
void check_json_keys(const nlohmann::json& tree, const std::set<std::string>& needed,
                     const std::set<std::string>& allowed);

/// `"key": need ..., got ...`
[[noreturn]] void refuse_json(const char* key, const char* need, const nlohmann::json& got);

/// The value itself; refused unless it is a list.
[[nodiscard]] const nlohmann::json& json_list(const nlohmann::json& value, const char* key,
                                              const char* need);
/// The value as a number; refused unless it is one.
[[nodiscard]] double json_number(const nlohmann::json& value, const char* key, const char* need);

/// The value as a list of texts; refused unless it is one.
[[nodiscard]] std::vector<std::string> json_texts(const nlohmann::json& value, const char* key);

/// The value as a matrix; refused unless it is a list of lists of numbers of equal length.
///
/// \param dimension  If lengths differ, the error names the first row that is not of this length.
[[nodiscard]] Eigen::MatrixXd json_rows(const nlohmann::json& rows, const char* key,
                                        std::size_t dimension);

/// Runs an action; whatever it throws becomes an input_error about `source`.
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
