#include "fusionflow/data/readers/sample_rows.hpp"

#include <utility>

namespace fusionflow::data {

samples samples_of_rows(const row_matrix& values, const std::vector<Eigen::Index>& kept,
                        const sample_summary& like, bool classes) {
    using Eigen::Index;
    const Index inputs = like.values.dimension();
    const Index targets = like.values.outputs();
    Eigen::MatrixXd columns(values.rows(), inputs + targets);
    for (Index j = 0; j < columns.cols(); ++j) {
        columns.col(j) = values.col(kept.empty() ? j : kept[static_cast<std::size_t>(j)]);
        const bool as_read =
            like.prepared == preparation::as_read || (classes && like.classes && j >= inputs);
        if (!as_read) {
            columns.col(j) =
                ((columns.col(j).array() - like.mean(j)) - like.mean_rest(j)) / like.scale(j);
        }
    }
    return {like.values.names(), like.values.dims(), columns.leftCols(inputs),
            columns.rightCols(targets)};
}

}  // namespace fusionflow::data
