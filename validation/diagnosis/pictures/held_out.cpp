// Held-out loss over time of the first networks, a panel per depth and a curve per layer of fusion;
// the least loss is marked.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"

namespace fusionflow::validation {

namespace {

// A third of the time of the first half-height: earlier, nothing moves.
double begin_of_time(const diagnosis& d) {
    double first = INFINITY;
    for (const fusion_facts& f : d.fusions) {
        for (const double time : f.networks.runs.front().times) {
            first = time > 0 ? std::min(first, time) : first;
        }
    }
    return first / 3;
}

bool has_losses(const fusion_facts& f) {
    return std::ranges::any_of(f.held_out_loss,
                               [](double loss) { return std::isfinite(loss) && loss > 0; });
}

std::optional<figure> draw_held_out(const diagnosis_request& r, const diagnosis& d) {
    if (std::ranges::none_of(d.fusions, has_losses)) {
        return std::nullopt;
    }
    axis time{.label = time_label(r), .log = true};
    if (const double first = begin_of_time(d) * time_scale(r); std::isfinite(first)) {
        time.low = first;
    }
    figure fig = figure_by_depth(d, time, {.label = "held-out loss (target²)", .low = 0});
    fig.title = "Held-out loss of one network over time";
    fig.description = "With the least loss marked";
    fig.legend.resize(1);
    const auto depths = by_depth(d);
    for (std::size_t p = 0; p < depths.size(); ++p) {
        for (const fusion_facts* f : depths[p]) {
            const auto k = static_cast<std::size_t>(f->fusion - 1);
            curve path{.how = {.colour = colour_of(k)}, .dense = true};
            for (std::size_t i = 0; i < f->held_out_loss.size(); ++i) {
                path.points.push_back({f->path.time[i] * time_scale(r), f->held_out_loss[i]});
            }
            fig.panels[p].plots[0].layers.emplace_back(path);
            if (f->stopping) {
                const look disc{.colour = colour_of(k),
                                .line = stroke::none,
                                .shape = marker::circle,
                                .filled = true,
                                .size = 0.8};
                fig.panels[p].plots[0].layers.emplace_back(
                    curve{disc, {{f->stopping->least_time * time_scale(r), f->stopping->least}}});
            }
            if (k == fig.legend[0].size()) {
                fig.legend[0].push_back(
                    {{.colour = colour_of(k), .width = 3}, fmt::format("fused at {}", f->fusion)});
            }
        }
    }
    return fig;
}

}  // namespace

const diagnosis_picture held_out_losses{
    "held-out", "Held-out loss",
    "The loss of the first networks on samples that are not trained on; a disc where it is least.",
    draw_held_out};

}  // namespace fusionflow::validation
