// Phase portraits: paths in the plane of the total weights of two scalar modalities.

#include "fusionflow/theory/fixed_points.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"

namespace fusionflow::validation {

namespace {

const look fixed_look{.colour = "#000000",
                      .line = stroke::none,
                      .shape = marker::circle,
                      .filled = true,
                      .size = 0.9};

figure draw_portrait(const experiment& e, const measurements& m) {
    figure fig;
    fig.legend.resize(1);
    for (const std::size_t s : shown_series(e)) {
        fig.legend[0].push_back({series_look(e, s, colour_of(s)), e.all[s].name});
    }
    fig.legend[0].push_back({fixed_look, "fixed points"});
    const axis across{.label = "W_" + m.modalities[0] + " (target / input)"};
    const axis up{.label = "W_" + m.modalities[1] + " (target / input)"};
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        plot plane{up};
        for (const std::size_t s : shown_series(e)) {
            for (const run_record& run : m.runs[p][s]) {
                curve path{.how = series_look(e, s, colour_of(s)), .dense = true};
                for (const Eigen::VectorXd& w : run.path.weights) {
                    path.points.push_back({w(0), w(1)});
                }
                plane.layers.emplace_back(path);
            }
        }
        curve fixed{.how = fixed_look};
        const solver::model about = build_model(e.at(e.all.front(), p));
        for (const auto& f : theory::fixed_points(about.moments, about.architecture)) {
            fixed.points.push_back({f.weights(0), f.weights(1)});
        }
        plane.layers.emplace_back(fixed);
        fig.panels.push_back({point_title(e, p), across, {plane}});
    }
    return fig;
}

std::string refuse_vectors(const data::moments& moments, const settings& /*s*/) {
    return moments.count() == 2 && moments.dimension() == 2
               ? ""
               : "a portrait needs two scalar modalities";
}

}  // namespace

const picture_kind portrait_picture{
    .name = "portrait", .keeps = kept_paths::all, .draw = draw_portrait, .refusal = refuse_vectors};

}  // namespace fusionflow::validation
