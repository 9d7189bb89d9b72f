#include "fusionflow/validation/diagnosis/diagnosis_figure_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/figures/plot_style.hpp"
#include "fusionflow/validation/figures/svg.hpp"

namespace fusionflow::validation {

std::string axis_text(const diagnosis_request& r) {
    return r.model.training.learning_rate ? "epochs" : "time t (τ)";
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

std::vector<legend_entry> colour_entries(const std::vector<std::string>& names) {
    std::vector<legend_entry> all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        all.push_back({fmt::format("with lines lw 3 lc rgb '{}'", plot_colour(i)), names[i]});
    }
    return all;
}

std::vector<entries> legend_lines(const std::vector<legend_entry>& all, int width) {
    // gnuplot makes all entries of a line as wide as the widest.
    constexpr std::size_t letter = 7;
    constexpr std::size_t around = 60;
    std::vector<entries> lines;
    std::size_t widest = 0;
    for (const legend_entry& one : all) {
        widest = std::max(widest, around + letter * one.name.size());
        const bool fits =
            !lines.empty() && (lines.back().size() + 1) * widest <= static_cast<std::size_t>(width);
        if (!fits) {
            lines.emplace_back();
            widest = around + letter * one.name.size();
        }
        lines.back().push_back(fmt::format("NaN {} title {}", one.style, gnuplot_word(one.name)));
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
    std::string svg = run_gnuplot(script, "svg");
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
