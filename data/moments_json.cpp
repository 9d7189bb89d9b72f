#include "fusionflow/data/moments_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/json_values.hpp"
#include "fusionflow/data/text_file.hpp"

namespace fusionflow::data {

namespace {

using nlohmann::json;

// Keys that a file of samples' moments adds (data/readers/sample_summary.hpp).
const std::set<std::string> besides{"provenance", "samples", "prepared",  "classes",
                                    "columns",    "mean",    "mean_rest", "scale"};

std::vector<int> read_dims(const json& value) {
    std::vector<int> dims;
    for (const json& dim : json_list(value, "dims", "a list of whole numbers")) {
        if (!dim.is_number_integer()) {
            refuse_json("dims", "whole numbers", dim);
        }
        const bool fits = dim.is_number_unsigned() ? std::in_range<int>(dim.get<std::uint64_t>())
                                                   : std::in_range<int>(dim.get<std::int64_t>());
        if (!fits) {
            refuse_json("dims", "numbers of at most nine digits", dim);
        }
        dims.push_back(dim.get<int>());
    }
    return dims;
}

// Reads a list of numbers or, for several targets, a list with a row of numbers for each.
Eigen::MatrixXd read_correlation(const json& value, std::size_t dimension) {
    (void)json_list(value, "correlation", "a list of numbers");
    if (!value.empty() && value[0].is_array()) {
        return json_rows(value, "correlation", dimension);
    }
    Eigen::MatrixXd correlation(1, static_cast<Eigen::Index>(value.size()));
    for (std::size_t i = 0; i < value.size(); ++i) {
        correlation(0, static_cast<Eigen::Index>(i)) =
            json_number(value[i], "correlation", "numbers");
    }
    return correlation;
}

// Reads {"inputs": [...], "targets": [...]}.
moment_means read_means(const json& value, const moments& of) {
    check_json_keys(value, {"inputs", "targets"}, {});
    const auto numbers = [&value](const char* part, int count) {
        const json& list = json_list(value.at(part), "mean", "a list of numbers");
        if (list.size() != static_cast<std::size_t>(count)) {
            refuse(
                fmt::format("\"mean\": need {} numbers of {}, got {}", count, part, list.size()));
        }
        Eigen::VectorXd all(static_cast<Eigen::Index>(list.size()));
        for (std::size_t i = 0; i < list.size(); ++i) {
            all(static_cast<Eigen::Index>(i)) = json_number(list[i], "mean", "numbers");
        }
        return all;
    };
    return {numbers("inputs", of.dimension()), numbers("targets", of.outputs())};
}

// Adds the means. A file says them by `mean` where samples were not prepared, and by `prepared`
// where their mean was taken off. Those of rows prepared as others were are not known.
moments add_means(const moments& of, const json& tree) {
    const json prepared = tree.value("prepared", json("as_read"));
    if (prepared == "centered" || prepared == "standardized") {
        return of.with_zero_means();
    }
    return prepared == "as_read" && tree.contains("mean")
               ? of.with_means(read_means(tree["mean"], of))
               : of;
}

moments read_tree(const json& tree) {
    check_json_keys(tree, {"names", "dims", "covariance", "correlation", "target_power"}, besides);
    const std::vector<int> dims = read_dims(tree["dims"]);
    const std::int64_t sum = std::accumulate(dims.begin(), dims.end(), std::int64_t{0});
    const auto dimension = static_cast<std::size_t>(std::max<std::int64_t>(sum, 0));
    return add_means(
        moments::of_targets(json_texts(tree["names"], "names"), dims,
                            json_rows(tree["covariance"], "covariance", dimension),
                            read_correlation(tree["correlation"], dimension),
                            json_number(tree["target_power"], "target_power", "a number")),
        tree);
}

}  // namespace

moments parse_moments(std::string_view text, const std::string& source) {
    return naming(source, [&] { return read_tree(parse_json_of_moments(text)); });
}

moments read_moments(const std::filesystem::path& file) {
    return parse_moments(read_text(file), file.string());
}

std::string format_moments(const moments& m, const std::string& more) {
    // Numbers get the fewest digits that read back the same; bytes that are no UTF-8 are replaced.
    const auto dumped = [](const json& value) {
        return value.dump(-1, ' ', false, json::error_handler_t::replace);
    };
    const auto dumped_rows = [&dumped](const Eigen::MatrixXd& matrix) {
        std::string rows;
        for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
            const auto row = matrix.row(i);
            rows += (i == 0 ? "" : ",\n    ") + dumped(std::vector<double>(row.begin(), row.end()));
        }
        return rows;
    };
    const std::string s = dumped_rows(m.matrix(m.correlations()));
    return fmt::format("{{\n  \"names\": {},\n  \"dims\": {},\n  \"covariance\": [\n    {}\n  ],\n"
                       "  \"correlation\": {},\n  \"target_power\": {}{}\n}}\n",
                       dumped(m.names()), dumped(m.dims()), dumped_rows(m.covariance()),
                       m.outputs() == 1 ? s : "[\n    " + s + "\n  ]", dumped(m.target_power()),
                       more);
}

}  // namespace fusionflow::data
