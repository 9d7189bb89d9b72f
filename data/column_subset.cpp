#include "data/column_subset.hpp"

#include <fmt/format.h>

#include "data/error.hpp"

namespace fusionflow::data {

column_subset varying_columns(const sample_statistics& of, const summary_labels& labels) {
    column_subset subset;
    subset.labels = {labels.names, {}, {{}, labels.columns.targets}, labels.classes};
    Eigen::Index column = 0;
    for (std::size_t m = 0; m < labels.dims.size(); ++m) {
        int kept = 0;
        for (int i = 0; i < labels.dims[m]; ++i, ++column) {
            const std::string& name = labels.columns.inputs[static_cast<std::size_t>(column)];
            if (of.covariance(column, column) > 0) {
                subset.kept.push_back(column);
                subset.labels.columns.inputs.push_back(name);
                ++kept;
            } else {
                subset.dropped.push_back(name);
            }
        }
        if (kept == 0) {
            refuse(fmt::format("need an input of {} that varies, but none does", labels.names[m]));
        }
        subset.labels.dims.push_back(kept);
    }
    for (; column < of.mean.size(); ++column) {
        subset.kept.push_back(column);
    }
    return subset;
}

sample_statistics select_columns(const sample_statistics& of,
                                 const std::vector<Eigen::Index>& kept) {
    return {of.count, of.mean(kept), of.mean_rest(kept), of.covariance(kept, kept)};
}

}  // namespace fusionflow::data
