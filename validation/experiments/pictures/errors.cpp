// The loss on the training data and the generalisation error over time.

#include <fmt/format.h>

#include "fusionflow/validation/experiments/excess_loss.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"

namespace fusionflow::validation {

namespace {

/// How one of the two errors of a series is drawn. \param of  0: training loss; 1: E_g.
look error_look(const experiment& e, std::size_t s, std::size_t of) {
    look how = series_look(e, s, of == 0 ? grey : colour_of(0));
    if (how.line == stroke::none) {
        how.shape = marker_of(of);
        how.size = 0.6;
    }
    return how;
}

figure draw_errors(const experiment& e, const measurements& m) {
    figure fig;
    fig.legend.resize(1);
    for (const std::size_t s : shown_series(e)) {
        fig.legend[0].push_back({error_look(e, s, 0), "training loss, " + e.all[s].name});
        fig.legend[0].push_back(
            {error_look(e, s, 1), "generalisation error E_g, " + e.all[s].name});
    }
    const axis time{.label = "time t (τ)", .log = e.figure->log_x};
    const axis error_axis{.label = "error (target²)", .low = 0};
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        plot both{error_axis};
        for (const std::size_t s : shown_series(e)) {
            const excess_loss error(build_model(e.at(e.all[s], p)));
            const solver::trajectory& path = m.runs[p][s].front().path;
            curve training{.how = error_look(e, s, 0), .dense = true};
            curve excess{.how = error_look(e, s, 1), .dense = true};
            for (std::size_t i = 0; i < path.size(); ++i) {
                training.points.push_back({path.time[i], path.loss[i]});
                excess.points.push_back({path.time[i], error.of(path.weights[i])});
            }
            both.layers.insert(both.layers.end(), {training, excess});
        }
        fig.panels.push_back({point_title(e, p), time, {both}});
    }
    return fig;
}

std::string refuse_unknown_population(const data::moments& /*moments*/, const settings& s) {
    return s.world.draws > 0
               ? ""
               : "the figure 'errors' needs data drawn from a known population (draws > 0)";
}

}  // namespace

const picture_kind errors_picture{.name = "errors",
                                  .keeps = kept_paths::first,
                                  .draw = draw_errors,
                                  .refusal = refuse_unknown_population};

}  // namespace fusionflow::validation
