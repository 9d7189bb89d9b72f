// Phase portraits: paths in the plane of the total weights of two scalar modalities.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/theory/fixed_points.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"

namespace fusionflow::validation {

namespace {

// Rows of the paths of a series; runs are apart by an empty line.
std::string path_rows(const run_records& runs, bool markers) {
    std::string rows;
    for (const run_record& run : runs) {
        double last_a = 1e300;
        double last_b = 1e300;
        for (const Eigen::VectorXd& w : run.path.weights) {
            const double moved = std::max(std::abs(w(0) - last_a), std::abs(w(1) - last_b));
            if (moved > (markers ? 0.04 : 0.004)) {
                rows += fmt::format("{:.6g} {:.6g}\n", w(0), w(1));
                last_a = w(0);
                last_b = w(1);
            }
        }
        rows += '\n';
    }
    return rows;
}

std::string fixed_point_rows(const experiment& e, std::size_t point) {
    const solver::model about = build_model(e.at(e.all.front(), point));
    std::string rows;
    for (const theory::partial_solution& f :
         theory::fixed_points(about.moments, about.architecture)) {
        rows += fmt::format("{:.6g} {:.6g}\n", f.weights(0), f.weights(1));
    }
    return rows;
}

}  // namespace

std::string portrait_script(const experiment& e, const measurements& m, const std::string& format) {
    const std::size_t panels = e.points.size();
    const auto where = chart_layout::of(panels, 1);
    const auto shown = shown_series(e);
    std::string script = "set encoding utf8\n" + plot_terminal(where.width, where.height, format);
    std::vector<std::vector<std::string>> plots(panels);
    for (std::size_t p = 0; p < panels; ++p) {
        for (const std::size_t s : shown) {
            const bool network =
                solver::find_method(e.all[s].method).kind == solver::method_kind::network;
            const std::string name = fmt::format("$path_{}_{}", p, s);
            script += fmt::format("{} << END\n{}END\n", name, path_rows(m.runs[p][s], network));
            plots[p].push_back(
                fmt::format("{} using 1:2 {}", name, series_style(e.all[s], 0, plot_colour(s))));
        }
        script += fmt::format("$fixed_{} << END\n{}END\n", p, fixed_point_rows(e, p));
        plots[p].push_back(
            fmt::format("$fixed_{} using 1:2 with points pt 7 ps 0.9 lc rgb '#000000'", p));
    }
    script += begin_plots();
    script +=
        fmt::format("set xlabel {}\n", gnuplot_word("W_" + m.modalities[0] + " (target / input)"));
    for (std::size_t p = 0; p < panels; ++p) {
        script += set_frame(where.frame(p));
        script += fmt::format("set title {} offset 0,-0.5\n",
                              gnuplot_word(e.points.axes().empty() ? "" : e.points.describe(p)));
        script += where.y_label(p, "W_" + m.modalities[1] + " (target / input)");
        script += fmt::format("plot {}\n", fmt::join(plots[p], ", \\\n     "));
    }
    std::vector<std::string> legend;
    legend.reserve(shown.size() + 1);
    for (const std::size_t s : shown) {
        legend.push_back(fmt::format("NaN {} title {}", series_style(e.all[s], 0, plot_colour(s)),
                                     gnuplot_word(e.all[s].name)));
    }
    legend.emplace_back("NaN with points pt 7 ps 0.9 lc rgb '#000000' title 'fixed points'");
    return script + where.legend({legend}) + "unset multiplot\n";
}

}  // namespace fusionflow::validation
