// Errors over time: the loss on the training data and the generalisation error.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/chart_parts.hpp"
#include "fusionflow/validation/experiments/excess_loss.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"

namespace fusionflow::validation {

namespace {

// Columns of the data after time.
struct error_kind {
    const char* name;
    const char* colour;
};
constexpr auto kinds = std::to_array<error_kind>(
    {{"training loss", "#333333"}, {"generalisation error E_g", "#0072b2"}});

// Rows of time, training loss and E_g, those that can be told apart in the picture.
std::string error_rows(const solver::trajectory& path, const excess_loss& error, bool markers) {
    const double apart = markers ? 0.04 : 0.004;
    std::string rows;
    std::array<double, 3> last{-1, -1, -1};
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::array<double, 3> now{path.time[i] / path.time.back(),
                                        path.loss[i] / path.loss.front(),
                                        error.of(path.weights[i]) / path.loss.front()};
        double moved = 0;
        for (std::size_t k = 0; k < now.size(); ++k) {
            moved = std::max(moved, std::abs(now[k] - last[k]));
        }
        if (moved > apart) {
            rows += fmt::format("{:.6g} {:.6g} {:.6g}\n", path.time[i], path.loss[i],
                                error.of(path.weights[i]));
            last = now;
        }
    }
    return rows;
}

}  // namespace

std::string errors_script(const experiment& e, const measurements& m, const std::string& format) {
    const std::size_t panels = e.points.size();
    const auto shown = shown_series(e);
    const auto where = chart_layout::of(panels, 1);
    std::string script = "set encoding utf8\n" + plot_terminal(where.width, where.height, format);
    std::vector<std::vector<std::string>> plots(panels);
    std::vector<std::string> legend;
    for (const std::size_t s : shown) {
        const bool network =
            solver::find_method(e.all[s].method).kind == solver::method_kind::network;
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            const std::string style =
                network ? fmt::format("with points pt {} ps 0.6 lw 1.2 lc rgb '{}'", open_marker(k),
                                      kinds[k].colour)
                        : series_style(e.all[s], 0, kinds[k].colour);
            for (std::size_t p = 0; p < panels; ++p) {
                plots[p].push_back(fmt::format("$path_{}_{} using 1:{} {}", p, s, 2 + k, style));
            }
            legend.push_back(
                fmt::format("NaN {} title {}", style,
                            gnuplot_word(fmt::format("{}, {}", kinds[k].name, e.all[s].name))));
        }
        for (std::size_t p = 0; p < panels; ++p) {
            const excess_loss error(build_model(e.at(e.all[s], p)));
            script += fmt::format("$path_{}_{} << END\n{}END\n", p, s,
                                  error_rows(m.runs[p][s].front().path, error, network));
        }
    }
    script += begin_plots() + "set xlabel 'time t (τ)'\nset yrange [0:*]\n";
    script += e.figure->log_x ? "set logscale x\n" : "";
    for (std::size_t p = 0; p < panels; ++p) {
        script += set_frame(where.frame(p));
        script += fmt::format("set title {} offset 0,-0.5\n",
                              gnuplot_word(e.points.axes().empty() ? "" : e.points.describe(p)));
        script += where.y_label(p, "error (target²)");
        script += fmt::format("plot {}\n", fmt::join(plots[p], ", \\\n     "));
    }
    return script + where.legend({legend}) + "unset multiplot\n";
}

}  // namespace fusionflow::validation
