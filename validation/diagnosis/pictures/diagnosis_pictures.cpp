#include "fusionflow/validation/diagnosis/pictures/diagnosis_pictures.hpp"

#include <fmt/format.h>

namespace fusionflow::validation {

std::string time_label(const diagnosis_request& request) {
    return request.model.training.learning_rate ? "epochs" : "time t (τ)";
}

std::vector<fusions_of_depth> by_depth(const diagnosis& d) {
    std::vector<fusions_of_depth> all;
    for (const fusion_facts& f : d.fusions) {
        if (all.empty() || f.fusion <= all.back().back()->fusion) {
            all.emplace_back();
        }
        all.back().push_back(&f);
    }
    return all;
}

figure figure_by_depth(const diagnosis& d, const axis& x, const axis& y) {
    figure fig{.shared_x = true, .shared_y = true, .plot_widths = {442, 250, 220}};
    for (const fusions_of_depth& fusions : by_depth(d)) {
        fig.panels.push_back({fmt::format("{} layers", fusions.front()->depth), x, {{.y = y}}});
    }
    return fig;
}

}  // namespace fusionflow::validation
