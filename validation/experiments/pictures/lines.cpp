// A quantity over an axis of the grid. Each value of another axis may have a panel. Each
// combination of values of further axes has a colour; without further axes each series has one.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

// A point of the grid as the picture sees it.
struct place {
    double x = 0;
    std::string panel{};   // the value of the panels' axis
    std::string colour{};  // the values of further axes
};

std::vector<place> places_of(const experiment& e) {
    std::vector<place> all(e.points.size());
    for (std::size_t p = 0; p < all.size(); ++p) {
        const std::vector<std::string> values = e.points.point(p);
        for (std::size_t a = 0; a < values.size(); ++a) {
            const std::string& option = e.points.axes()[a].option;
            const std::string text = fmt::format("{} = {}", option, values[a]);
            if (option == e.figure->x) {
                all[p].x = parse_number(option, values[a]);
            } else if (option == e.figure->panels) {
                all[p].panel = text;
            } else {
                all[p].colour += (all[p].colour.empty() ? "" : ", ") + text;
            }
        }
    }
    return all;
}

std::vector<std::string> distinct(const std::vector<place>& places, std::string place::*text) {
    std::vector<std::string> all;
    for (const place& one : places) {
        if (std::ranges::find(all, one.*text) == all.end()) {
            all.push_back(one.*text);
        }
    }
    return all;
}

// Means of a series over x at the places of one panel and colour; networks have bars of one
// standard error of the mean to either side.
std::vector<layer> layers_of_series(const experiment& e, const measurements& m,
                                    const std::vector<place>& places, const place& like,
                                    std::size_t s, const char* colour) {
    curve means{series_look(e, s, colour)};
    bars errors{{.colour = colour, .width = 1.3}};
    for (std::size_t p = 0; p < places.size(); ++p) {
        const place& at = places[p];
        if (at.panel != like.panel || at.colour != like.colour) {
            continue;
        }
        const auto [mean, error] = m.mean(p, s, e.figure->quantity);
        if (std::isfinite(mean)) {
            means.points.push_back({at.x, mean});
        }
        if (std::isfinite(mean) && std::isfinite(error) && is_network(e.all[s])) {
            errors.all.push_back({at.x, mean - error, mean + error});
        }
    }
    return {errors, means};
}

figure draw_lines(const experiment& e, const measurements& m) {
    const std::vector<place> places = places_of(e);
    const std::vector<std::string> colours = distinct(places, &place::colour);
    const bool by_series = colours.front().empty();
    const axis x{.label = axis_label(e.figure->x), .log = e.figure->log_x};
    const axis y{.label = quantity_label(e.figure->quantity), .log = e.figure->log_y};
    figure fig;
    for (const std::string& title : distinct(places, &place::panel)) {
        plot all{y};
        for (std::size_t k = 0; k < colours.size(); ++k) {
            for (const std::size_t s : shown_series(e)) {
                const auto own = layers_of_series(e, m, places, {0, title, colours[k]}, s,
                                                  colour_of(by_series ? s : k));
                all.layers.insert(all.layers.end(), own.begin(), own.end());
            }
        }
        fig.panels.push_back({title, x, {all}});
    }
    fig.legend.resize(2);
    for (std::size_t k = 0; k < colours.size() && !by_series; ++k) {
        fig.legend[0].push_back({{.colour = colour_of(k), .width = 3}, colours[k]});
    }
    for (const std::size_t s : shown_series(e)) {
        fig.legend[1].push_back(
            {series_look(e, s, by_series ? colour_of(s) : grey), e.all[s].name});
    }
    return fig;
}

}  // namespace

const picture_kind lines_picture{.name = "lines", .axes = 1, .draw = draw_lines};

}  // namespace fusionflow::validation
