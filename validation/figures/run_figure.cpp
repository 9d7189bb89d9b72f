#include "fusionflow/validation/figures/run_figure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/figures/path_figure.hpp"

namespace fusionflow::validation {

namespace {

path_style style_of(const solver::method& how) {
    if (how.kind == solver::method_kind::network) {
        return path_style::markers;
    }
    return how.name.starts_with("exact") ? path_style::dashed : path_style::line;
}

std::string path_label(const solver::method& how, const settings& s) {
    std::string name = solver::label(how, s.init, s.training);
    if (how.kind != solver::method_kind::network) {
        return name;
    }
    return s.init.widths.empty() ? fmt::format("{}, H = {}", name, s.init.width)
                                 : fmt::format("{}, H = {}", name, fmt::join(s.init.widths, ", "));
}

void add_method(const settings& s, const std::string& name, path_panel& to) {
    const solver::method& how = solver::find_method(name);
    const solver::model about = build_model(s);
    if (how.refusal(about)) {
        return;
    }
    solver::run_options options = s.run;
    options.record = true;
    solver::answer found = solver::run(how, about, options);
    if (how.kind == solver::method_kind::formula) {
        to.marks.insert(to.marks.end(), found.times.begin(), found.times.end());
    } else {
        to.paths.push_back({path_label(how, s), style_of(how), std::move(found.path)});
    }
}

std::string network_title(const settings& s) {
    if (!s.branches.empty()) {
        return fmt::format("branches of {} layers, {} shared", fmt::join(s.branches, ", "),
                           s.shared);
    }
    return fmt::format("depth {}, fused at layer {}", s.depth,
                       s.fusion.value_or(s.depth == 1 ? 1 : 2));
}

// The provenance is the description of the figure, and its small print.
figure figure_of(const std::vector<path_panel>& panels, const std::string& provenance) {
    figure fig = path_figure(panels);
    fig.description = provenance;
    fig.small_print = provenance;
    return fig;
}

}  // namespace

void check_table_figure(const grid& points) {
    data::need(points.size() <= most_panels, "plot", "need at most {} grid points to draw, got {}",
               most_panels, points.size());
}

figure table_figure(const settings& base, const grid& points,
                    const std::vector<std::string>& methods, const std::string& provenance) {
    check_table_figure(points);
    std::vector<path_panel> panels;
    for (std::size_t p = 0; p < points.size(); ++p) {
        path_panel one;
        const settings s = points.at(base, p);
        one.title = points.axes().empty() ? network_title(s) : points.describe(p);
        for (const std::string& name : methods) {
            add_method(s, name, one);
        }
        panels.push_back(std::move(one));
    }
    return figure_of(panels, provenance);
}

figure one_run_figure(const settings& s, const solver::method& how, const solver::trajectory& path,
                      const std::string& provenance) {
    path_panel one;
    one.title = network_title(s);
    add_method(s, "formula", one);
    if (how.kind == solver::method_kind::network) {
        const bool exact = !solver::find_method("exact").refusal(build_model(s));
        // Only networks that form their weights have the draw that exact-drawn starts from.
        const char* drawn = how.forms_weights ? "exact-drawn" : "exact";
        add_method(s, exact ? drawn : "flow", one);
    }
    one.paths.push_back({path_label(how, s), style_of(how), path});
    return figure_of({one}, provenance);
}

}  // namespace fusionflow::validation
