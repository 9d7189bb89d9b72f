#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"

#include <algorithm>
#include <map>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/figures/render.hpp"

namespace fusionflow::validation {

std::string draw_picture(const experiment& e, const measurements& m, const std::string& format) {
    if (!e.figure) {
        return "";
    }
    figure fig = e.figure->kind->draw(e, m);
    fig.title = e.title;
    fig.description = e.claim;
    return render(fig, format);
}

std::vector<std::size_t> shown_series(const experiment& e) {
    std::vector<std::size_t> all;
    for (std::size_t s = 0; s < e.all.size(); ++s) {
        if (e.shows(e.all[s])) {
            all.push_back(s);
        }
    }
    return all;
}

bool is_network(const series& s) {
    return solver::find_method(s.method).kind == solver::method_kind::network;
}

look series_look(const experiment& e, std::size_t s, const char* colour) {
    const solver::method_kind kind = solver::find_method(e.all[s].method).kind;
    const auto nth = static_cast<std::size_t>(std::count_if(
        e.all.begin(), e.all.begin() + static_cast<std::ptrdiff_t>(s),
        [&](const series& one) { return solver::find_method(one.method).kind == kind; }));
    if (kind == solver::method_kind::network) {
        return {.colour = colour,
                .width = 1.3,
                .line = stroke::none,
                .shape = marker_of(nth),
                .size = nth % 2 == 0 ? 0.9 : 0.6};
    }
    constexpr std::array of_formulas = {stroke::solid, stroke::dash_dot, stroke::dash_dot_dot};
    constexpr std::array of_flows = {stroke::dashed, stroke::dotted};
    return {.colour = colour,
            .width = 1.6,
            .line = kind == solver::method_kind::formula ? of_formulas[nth % of_formulas.size()]
                                                         : of_flows[nth % of_flows.size()]};
}

std::string point_title(const experiment& e, std::size_t p) {
    return e.points.axes().empty() ? "" : e.points.describe(p);
}

std::string axis_label(const std::string& option) {
    static const std::map<std::string, std::string> labels = {{"rho", "correlation ρ"},
                                                              {"ratio", "σ_A / σ_B"},
                                                              {"target-ratio", "w_A / w_B"},
                                                              {"init", "initial scale u0"},
                                                              {"width", "width H"},
                                                              {"fusion", "fusion layer"},
                                                              {"depth", "depth L"},
                                                              {"draws", "samples P"},
                                                              {"samples", "samples P"},
                                                              {"variance", "variance of x_B"},
                                                              {"learning-rate", "step η (τ)"},
                                                              {"data-seed", "data set"}};
    const auto found = labels.find(option);
    return found == labels.end() ? option : found->second;
}

}  // namespace fusionflow::validation
