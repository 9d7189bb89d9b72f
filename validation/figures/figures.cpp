#include "fusionflow/validation/figures/figures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/method.hpp"

namespace fusionflow::validation {

namespace {

curve_style style_of(const solver::method& how) {
    if (how.kind == solver::method_kind::network) {
        return curve_style::markers;
    }
    return how.name.starts_with("exact") ? curve_style::dashed : curve_style::line;
}

std::string curve_label(const solver::method& how, const settings& s) {
    std::string name = solver::label(how, s.init, s.training);
    if (how.kind != solver::method_kind::network) {
        return name;
    }
    return s.init.widths.empty() ? fmt::format("{}, H = {}", name, s.init.width)
                                 : fmt::format("{}, H = {}", name, fmt::join(s.init.widths, ", "));
}

void add_marks(const theory::learning& answer, panel& to) {
    for (const double time : answer.times) {
        if (std::isfinite(time)) {
            to.marks.push_back(time);
        }
    }
}

void add_method(const settings& s, const std::string& name, panel& to) {
    const solver::method& how = solver::find_method(name);
    const solver::model about = build_model(s);
    if (how.refusal(about)) {
        return;
    }
    solver::run_options options = s.run;
    options.record = true;
    solver::answer found = solver::run(how, about, options);
    if (how.kind == solver::method_kind::formula) {
        add_marks(found, to);
    } else {
        to.curves.push_back({curve_label(how, s), style_of(how), std::move(found.path)});
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

}  // namespace

void check_table_figure(const grid& points) {
    if (!(points.size() <= most_panels)) {
        throw data::input_error("plot", fmt::format("need at most {} grid points to draw, got {}",
                                                    most_panels, points.size()));
    }
}

figure table_figure(const settings& base, const grid& points,
                    const std::vector<std::string>& methods, const std::string& provenance) {
    check_table_figure(points);
    figure fig;
    fig.provenance = provenance;
    for (std::size_t p = 0; p < points.size(); ++p) {
        panel one;
        const settings s = points.at(base, p);
        one.title = points.axes().empty() ? network_title(s) : points.describe(p);
        for (const std::string& name : methods) {
            add_method(s, name, one);
        }
        fig.panels.push_back(std::move(one));
    }
    return fig;
}

figure one_run_figure(const settings& s, const solver::method& how, const solver::trajectory& path,
                      const std::string& provenance) {
    figure fig;
    fig.provenance = provenance;
    panel one;
    one.title = network_title(s);
    add_method(s, "formula", one);
    if (how.kind == solver::method_kind::network) {
        const bool exact = !solver::find_method("exact").refusal(build_model(s));
        // A sampled network is not the draw that the exact flow would start from.
        const char* drawn = how.forms_weights ? "exact-drawn" : "exact";
        add_method(s, exact ? drawn : "flow", one);
    }
    one.curves.push_back({curve_label(how, s), style_of(how), path});
    fig.panels.push_back(std::move(one));
    return fig;
}

}  // namespace fusionflow::validation
