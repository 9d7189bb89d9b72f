// Times of all modalities for each way to fuse: what the formula and the best prediction say, and
// the 5 - 95 % range of the networks with its median.

#include <algorithm>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"

namespace fusionflow::validation {

namespace {

look marks(marker shape, const char* colour) {
    const bool median = shape == marker::circle;
    return {.colour = colour,
            .width = 1.3,
            .line = stroke::none,
            .shape = shape,
            .filled = median,
            .size = median ? 0.5 : 1};
}

look range_look(const char* colour) { return {.colour = colour, .width = 4}; }

// The times of one modality. Predictions stand to the left of its place on the x axis and networks
// to the right, so that they do not hide each other.
//
// \param shift  From the layer of fusion to the place of the modality, on the x axis.
// \param apart  From one modality to the next, on the x axis.
std::vector<layer> layers_of_modality(const diagnosis_request& r, const fusions_of_depth& fusions,
                                      std::size_t modality, double shift, double apart) {
    const char* colour = colour_of(modality);
    const double scale = time_scale(r);
    bars ranges{range_look(colour)};
    curve medians{marks(marker::circle, grey)};
    curve formula{marks(marker::triangle, colour)};
    curve best{marks(marker::diamond, colour)};
    std::vector<layer> all;
    for (const fusion_facts* f : fusions) {
        const double left = f->fusion + shift - apart / 5;
        const double right = f->fusion + shift + apart / 5;
        const spread& seen = f->networks.times[modality];
        if (seen.finite > 0) {
            ranges.all.push_back({right, seen.at(0.05) * scale, seen.at(0.95) * scale});
            medians.points.push_back({right, seen.at(0.5) * scale});
        } else if (seen.never > 0) {
            all.emplace_back(hanging_word{right, "never", colour});
        }
        if (const theory::learning* predicted = find_prediction(*f, "formula")) {
            formula.points.push_back({left, predicted->times[modality] * scale});
        }
        if (const theory::learning* predicted = best_answer(*f)) {
            best.points.push_back({left, predicted->times[modality] * scale});
        }
    }
    all.insert(all.end(), {ranges, medians, formula, best});
    return all;
}

std::vector<std::vector<legend_entry>> legend_of_times(const diagnosis& d) {
    std::vector<std::vector<legend_entry>> groups(2);
    for (std::size_t m = 0; m < d.modalities.size(); ++m) {
        groups[0].push_back({{.colour = colour_of(m), .width = 3}, d.modalities[m].name});
    }
    groups[1] = {{range_look(grey), "5 – 95 %"}, {marks(marker::circle, grey), "median"}};
    const fusion_facts& any = d.fusions.front();
    if (find_prediction(any, "formula") != nullptr) {
        groups[1].push_back({marks(marker::triangle, grey), "formula"});
    }
    if (best_answer(any) != nullptr) {
        groups[1].push_back({marks(marker::diamond, grey), "best prediction"});
    }
    return groups;
}

std::optional<figure> draw_times(const diagnosis_request& r, const diagnosis& d) {
    if (d.fusions.empty()) {
        return std::nullopt;
    }
    figure fig = figure_by_depth(d, {.label = "fused at layer", .low = 0.4},
                                 {.label = time_label(r), .log = true});
    fig.title = "Times at which modalities are learned";
    fig.description = "For each depth and layer of fusion: formula, best prediction and networks";
    fig.legend = legend_of_times(d);
    fig.shared_x = false;
    const auto depths = by_depth(d);
    const auto count = static_cast<double>(d.order.size());
    const double apart = std::min(0.25, 0.8 / count);
    for (std::size_t p = 0; p < depths.size(); ++p) {
        const int layers = depths[p].front()->depth;
        fig.panels[p].x.high = layers + 0.6;
        fig.panels[p].x.step = layers > 10 ? 2 : 1;
        for (std::size_t k = 0; k < d.order.size(); ++k) {
            const double shift = (static_cast<double>(k) - (count - 1) / 2) * apart;
            const auto own = layers_of_modality(r, depths[p], static_cast<std::size_t>(d.order[k]),
                                                shift, apart);
            auto& all = fig.panels[p].plots[0].layers;
            all.insert(all.end(), own.begin(), own.end());
        }
    }
    return fig;
}

}  // namespace

const diagnosis_picture times_of_fusions{
    "times", "When each modality is learned",
    "Half of a modality is there by the clock of the diagnosis, for each layer of fusion. Networks "
    "are random: bars are their 5 – 95 % range.",
    draw_times};

}  // namespace fusionflow::validation
