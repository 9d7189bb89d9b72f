#include "results.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <stdexcept>

namespace peers {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The lines after the first, split; each must have `columns` fields.
std::vector<std::vector<std::string>> read_table(const std::string& file, std::size_t columns) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line)) {
        throw std::runtime_error("cannot read " + file);
    }
    std::vector<std::vector<std::string>> rows;
    while (std::getline(in, line)) {
        rows.push_back(split(line));
        if (rows.back().size() != columns) {
            throw std::runtime_error(file + ": wrong number of fields: " + line);
        }
    }
    return rows;
}

double relative_error(double found, double exact) {
    const double error = std::abs(found - exact) / exact;
    return error <= infinity ? error : infinity;  // NaN is no answer
}

}  // namespace

std::vector<point> read_points(const std::string& results, const std::string& oracle) {
    std::map<std::string, std::array<double, 2>> exact;
    for (const auto& row : read_table(oracle, 4)) {
        exact[row[0]] = {std::stod(row[1]), std::stod(row[2])};
    }
    std::vector<point> points;
    for (const auto& row : read_table(results, 10)) {
        point p{row[0], row[1], std::stod(row[2]), row[3], infinity, infinity, row[9]};
        const auto known = exact.find(p.about);
        if (known == exact.end()) {
            throw std::runtime_error(oracle + ": no case " + p.about);
        }
        if (p.status == "ok") {
            p.seconds = std::stod(row[4]);
            p.error = std::max(relative_error(std::stod(row[5]), known->second[0]),
                               relative_error(std::stod(row[6]), known->second[1]));
        }
        points.push_back(p);
    }
    return points;
}

const std::vector<family>& families() {
    static const std::vector<family> all = {{"SciPy", "scipy-"},
                                            {"CVODE", "cvode-"},
                                            {"Odeint", "odeint-"},
                                            {"fusionflow", "fusionflow"}};
    return all;
}

std::optional<point> fastest(const std::vector<point>& points, const family& of,
                             const test_case& about, double target) {
    std::optional<point> best;
    for (const auto& p : points) {
        if (p.about == about.name && p.method.starts_with(of.prefix) && p.error <= target &&
            (!best || p.seconds < best->seconds)) {
            best = p;
        }
    }
    return best;
}

bool was_run(const std::vector<point>& points, const family& of) {
    return std::any_of(points.begin(), points.end(),
                       [&](const point& p) { return p.method.starts_with(of.prefix); });
}

std::vector<std::string> methods_in(const std::vector<point>& points) {
    std::vector<std::string> methods;
    for (const auto& p : points) {
        if (std::find(methods.begin(), methods.end(), p.method) == methods.end()) {
            methods.push_back(p.method);
        }
    }
    return methods;
}

double median(std::vector<double> values) {
    if (values.empty()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace peers
