#include "fusionflow/validation/experiments/kept_runs.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace fusionflow::validation {

namespace {

using nlohmann::json;

std::string spell(const json& kept) {
    return kept.dump(-1, ' ', true, json::error_handler_t::replace);
}

// JSON has neither infinities nor NaN.
json from_number(double value) {
    if (std::isnan(value)) {
        return nullptr;
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    return value;
}

// Reads what from_number() wrote; throws json::exception for anything else.
double to_number(const json& value) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (value.is_null()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (value.is_string() && (value == "inf" || value == "-inf")) {
        return value == "inf" ? infinity : -infinity;
    }
    return value.get<double>();
}

template <typename Numbers>
json from_numbers(const Numbers& numbers) {
    json list = json::array();
    for (const double value : numbers) {
        list.push_back(from_number(value));
    }
    return list;
}

std::vector<double> to_numbers(const json& list) {
    std::vector<double> numbers;
    numbers.reserve(list.size());
    for (const json& value : list) {
        numbers.push_back(to_number(value));
    }
    return numbers;
}

json from_vectors(const std::vector<Eigen::VectorXd>& vectors) {
    json list = json::array();
    for (const Eigen::VectorXd& v : vectors) {
        list.push_back(from_numbers(v));
    }
    return list;
}

std::vector<Eigen::VectorXd> to_vectors(const json& list) {
    std::vector<Eigen::VectorXd> vectors;
    for (const json& one : list) {
        const std::vector<double> numbers = to_numbers(one);
        vectors.emplace_back(Eigen::Map<const Eigen::VectorXd>(
            numbers.data(), static_cast<Eigen::Index>(numbers.size())));
    }
    return vectors;
}

json from_path(const solver::trajectory& path) {
    return {{"names", path.names},
            {"time", from_numbers(path.time)},
            {"outputs", path.outputs},
            {"weights", from_vectors(path.weights)},
            {"norms", from_vectors(path.norms)},
            {"branch", from_vectors(path.branch)},
            {"loss", from_numbers(path.loss)},
            {"partial", path.partial}};
}

solver::trajectory to_path(const json& kept) {
    solver::trajectory path;
    path.names = kept.at("names").get<std::vector<std::string>>();
    path.time = to_numbers(kept.at("time"));
    path.outputs = kept.at("outputs").get<int>();
    path.weights = to_vectors(kept.at("weights"));
    path.norms = to_vectors(kept.at("norms"));
    path.branch = to_vectors(kept.at("branch"));
    path.loss = to_numbers(kept.at("loss"));
    path.partial = kept.at("partial").get<bool>();
    return path;
}

}  // namespace

journal_row keep_run(const run_record& record, const std::vector<std::string>& quantities,
                     bool with_path) {
    journal_row row{{}, record.outcome, record.failed};
    for (const std::string& quantity : quantities) {
        row.times.push_back(record.values.at(quantity));
    }
    if (with_path) {
        row.more = spell(from_path(record.path));
    }
    return row;
}

std::optional<run_record> read_run(const journal_row& row,
                                   const std::vector<std::string>& quantities, bool with_path) {
    if (row.times.size() != quantities.size()) {
        return std::nullopt;
    }
    run_record record{{}, row.outcome, row.failed};
    for (std::size_t q = 0; q < quantities.size(); ++q) {
        record.values[quantities[q]] = row.times[q];
    }
    if (!with_path) {
        return record;
    }
    const json kept = json::parse(row.more, nullptr, false);
    try {
        record.path = to_path(kept);
    } catch (const json::exception&) {
        return std::nullopt;
    }
    return record;
}

}  // namespace fusionflow::validation
