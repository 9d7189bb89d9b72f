// What the first network of the deepest depth explains over time, and what each modality
// contributes of what it will contribute, fused at the first layer and at the last.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"

namespace fusionflow::validation {

namespace {

// Where phases differ by more than this factor, the time axis is logarithmic: otherwise all but the
// longest is a corner of the picture.
constexpr double too_different = 20;

struct span_of_time {
    double first = INFINITY;
    double last = 0;
};

// From the first to the last time at which a modality is half there.
span_of_time times_of(const fusion_facts& f) {
    span_of_time span;
    for (const double time : f.networks.runs.front().times) {
        if (std::isfinite(time) && time > 0) {
            span = {std::min(span.first, time), std::max(span.last, time)};
        }
    }
    return span;
}

template <class Value>
curve curve_of(const fusion_facts& f, const axis& time, double scale, const char* colour,
               Value value) {
    curve c{.how = {.colour = colour}, .dense = true};
    for (std::size_t i = 0; i < f.path.size(); ++i) {
        const double t = f.path.time[i] * scale;
        if ((!time.log || t > 0) && (!time.high || t <= *time.high)) {
            c.points.push_back({t, value(i)});
        }
    }
    return c;
}

panel panel_of(const fusion_facts& f, const axis& time, double scale) {
    plot share{{.label = "explained, of all that can be", .low = 0, .high = 1.05}, {}};
    plot progress{{.label = "contribution / that in the end"}, {}};
    share.layers.emplace_back(
        curve_of(f, time, scale, grey, [&](std::size_t i) { return f.path.share[i]; }));
    for (std::size_t m = 0; m < f.path.names.size(); ++m) {
        progress.layers.emplace_back(curve_of(f, time, scale, colour_of(m), [&](std::size_t i) {
            return f.path.progress[i](static_cast<Eigen::Index>(m));
        }));
    }
    return {fmt::format("{} layers, fused at {}{}", f.depth, f.fusion,
                        f.path.partial ? " (cut short)" : ""),
            time,
            {share, progress}};
}

std::vector<panel> panels_of(const diagnosis_request& r, const diagnosis& d) {
    int depth = 0;
    for (const fusion_facts& f : d.fusions) {
        depth = std::max(depth, f.depth);
    }
    std::vector<panel> panels;
    const double scale = time_scale(r);
    for (const fusion_facts& f : d.fusions) {
        if (f.depth != depth || (f.fusion != 1 && f.fusion != depth) || f.path.size() == 0) {
            continue;
        }
        const span_of_time span = times_of(f);
        const double end = span.last > 0 ? 2 * span.last * scale : f.path.time.back() * scale;
        axis time{.label = time_label(r), .low = 0, .high = end};
        if (span.last > too_different * span.first) {
            time.log = true;
            time.low = span.first * scale / 10;
        }
        panels.push_back(panel_of(f, time, scale));
    }
    return panels;
}

figure figure_of(std::vector<panel> panels, const diagnosis& d) {
    figure fig{.title = "What one network explains over time, and by whom",
               .description = "Fused early and late",
               .shared_y = true,
               .plot_height = 190,
               .plot_widths = {600, 340}};
    fig.panels = std::move(panels);
    fig.legend.resize(1);
    for (std::size_t m = 0; m < d.modalities.size(); ++m) {
        fig.legend[0].push_back({{.colour = colour_of(m), .width = 3}, d.modalities[m].name});
    }
    return fig;
}

std::optional<figure> draw_networks(const diagnosis_request& r, const diagnosis& d) {
    std::vector<panel> panels = panels_of(r, d);
    return panels.empty() ? std::nullopt : std::optional(figure_of(std::move(panels), d));
}

}  // namespace

const diagnosis_picture paths_of_networks{
    "paths", "One network, fused early and late",
    "The first network of the deepest depth: the part of what can be explained that it explains, "
    "and the part of its contribution in the end that each modality makes. Time is logarithmic "
    "where phases differ by more than twenty.",
    draw_networks};

}  // namespace fusionflow::validation
