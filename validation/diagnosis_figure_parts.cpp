#include "validation/diagnosis_figure_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "validation/gnuplot.hpp"
#include "validation/plot_style.hpp"
#include "validation/svg.hpp"

namespace fusionflow::validation {

std::string axis_text(const diagnosis_request& r) {
    return r.model.learning_rate() ? "epochs" : "time t (τ)";
}

std::vector<depth_panel> by_depth(const diagnosis& d) {
    std::vector<depth_panel> all;
    for (const fusion_facts& f : d.fusions) {
        if (all.empty() || f.fusion <= all.back().back()->fusion) {
            all.emplace_back();
        }
        all.back().push_back(&f);
    }
    return all;
}

std::string plot_of(const entries& parts) {
    return fmt::format("plot {}\n", parts.empty()
                                        ? "NaN notitle"
                                        : fmt::format("{}", fmt::join(parts, ", \\\n     ")));
}

std::string panel_title(const depth_panel& panel) {
    return fmt::format("set title '{} layers' offset 0,-0.5\n", panel.front()->depth);
}

std::vector<entries> legend_lines(const entries& names, int width) {
    constexpr double letter = 7;
    constexpr double around = 70;
    std::vector<entries> lines;
    double used = width;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double needed = around + letter * static_cast<double>(names[i].size());
        if (used + needed > width) {
            lines.emplace_back();
            used = 0;
        }
        used += needed;
        lines.back().push_back(fmt::format("NaN with lines lw 3 lc rgb '{}' title {}",
                                           plot_colour(i), gnuplot_word(names[i])));
    }
    return lines;
}

std::string begin_figure(const chart_layout& where, char axis, const log_range& range) {
    return "set encoding utf8\n" + plot_terminal(where.width, where.height, "svg") + begin_plots() +
           fmt::format("set logscale {0}\nset {0}range [{1:.8g}:{2:.8g}]\nset {0}tics {3}\n", axis,
                       range.low(), range.high(), log_tics(range.low(), range.high()));
}

std::string draw_svg(const std::string& script, const std::string& title,
                     const std::string& about) {
    std::string svg = run_gnuplot(script);
    describe_svg(svg, title, about);
    return svg;
}

void add_block(const std::string& name, const std::string& rows, const entries& drawn,
               std::string& data, entries& plots) {
    if (!rows.empty()) {
        data += fmt::format("{} << END\n{}END\n", name, rows);
        for (const std::string& how : drawn) {
            plots.push_back(fmt::format("{} using {}", name, how));
        }
    }
}

}  // namespace fusionflow::validation
