#include "fusionflow/validation/study/grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

constexpr std::size_t most_points = 1'000'000;

[[noreturn]] void refuse(const std::string& rule) { throw data::input_error("grid", rule); }

void add_range(const std::vector<std::string>& parts, const std::string& text,
               std::vector<std::string>& values) {
    const double first = parse_number("grid", parts[0]);
    const double last = parse_number("grid", parts[1]);
    const double step = parts.size() == 3 ? parse_number("grid", parts[2]) : 1;
    const bool whole = std::floor(first) == first && std::floor(last) == last;
    if (parts.size() == 2 && !whole) {
        refuse(fmt::format("need a step in a range of fractions, as in 0:1:0.25, got '{}'", text));
    }
    if (!(step > 0 && last >= first)) {
        refuse(fmt::format("need first <= last and a step > 0, got '{}'", text));
    }
    // The last value is included although steps of a fraction like 0.3 do not meet it exactly.
    const double steps = std::floor((last - first) / step * (1 + 1e-12) + 1e-9);
    if (!(steps < static_cast<double>(most_points))) {
        refuse(fmt::format("need at most {} points, got '{}'", most_points, text));
    }
    for (std::size_t i = 0; i <= static_cast<std::size_t>(steps); ++i) {
        // Values have twelve digits, so that 0.1 + 2 * 0.1 is 0.3, and -0.9 + 3 * 0.3 is 0.
        const double value = first + static_cast<double>(i) * step;
        const bool dust = std::abs(value) < 1e-9 * step;
        values.push_back(fmt::format("{:.12g}", dust ? 0 : value));
    }
}

std::vector<std::string> parse_values(const std::string& text) {
    std::vector<std::string> values;
    for (const std::string& piece : split(text, ',')) {
        const std::vector<std::string> parts = split(piece, ':');
        if (parts.size() == 1) {
            (void)parse_number("grid", piece);
            values.push_back(piece);
        } else if (parts.size() <= 3) {
            add_range(parts, piece, values);
        } else {
            refuse(fmt::format("need first:last or first:last:step, got '{}'", piece));
        }
    }
    return values;
}

void check_option(const std::string& option) {
    const setting_info* info = find_setting(option);
    if (info != nullptr && info->numeric) {
        return;
    }
    std::vector<std::string_view> axes;
    for (const setting_info& i : setting_table()) {
        if (i.numeric) {
            axes.push_back(i.name);
        }
    }
    refuse(fmt::format("'{}' is not an axis; axes are {}", option, fmt::join(axes, ", ")));
}

}  // namespace

grid::grid(std::vector<grid_axis> axes) : axes_(std::move(axes)) {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        const grid_axis& axis = axes_[i];
        check_option(axis.option);
        for (std::size_t j = 0; j < i; ++j) {
            if (axes_[j].option == axis.option) {
                refuse(fmt::format("axis '{}' is there twice", axis.option));
            }
        }
        if (axis.values.empty()) {
            refuse(fmt::format("axis '{}' has no values", axis.option));
        }
        if (axis.values.size() > most_points / size_) {
            refuse(fmt::format("need at most {} points", most_points));
        }
        size_ *= axis.values.size();
    }
}

grid grid::parse(const std::string& text) {
    std::vector<grid_axis> axes;
    for (const std::string& piece : split(text, ';')) {
        const std::size_t equals = piece.find('=');
        if (equals == std::string::npos) {
            refuse(fmt::format("need option=values; option=values, as in 'fusion=1:4; rho=0,0.5', "
                               "got '{}'",
                               piece));
        }
        const std::string option = split(piece.substr(0, equals), '\n').front();
        axes.push_back({option, parse_values(piece.substr(equals + 1))});
    }
    grid result(std::move(axes));
    result.given_ = text;
    return result;
}

std::string grid::text() const {
    if (!given_.empty()) {
        return given_;
    }
    std::string listed;
    for (const grid_axis& axis : axes_) {
        listed += fmt::format("{}{}={}", listed.empty() ? "" : "; ", axis.option,
                              fmt::join(axis.values, ","));
    }
    return listed;
}

std::vector<std::string> grid::point(std::size_t index) const {
    std::vector<std::string> values(axes_.size());
    for (std::size_t a = axes_.size(); a-- > 0;) {
        values[a] = axes_[a].values[index % axes_[a].values.size()];
        index /= axes_[a].values.size();
    }
    return values;
}

settings grid::at(const settings& base, std::size_t index) const {
    settings s = base;
    const std::vector<std::string> values = point(index);
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        set_option(s, axes_[a].option, values[a]);
    }
    return s;
}

std::string grid::describe(std::size_t index) const {
    const std::vector<std::string> values = point(index);
    std::string text;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        text += fmt::format("{}{} = {}", a == 0 ? "" : ", ", axes_[a].option, values[a]);
    }
    return text;
}

}  // namespace fusionflow::validation
