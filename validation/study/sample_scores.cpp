#include "fusionflow/validation/study/sample_scores.hpp"

namespace fusionflow::validation {

namespace {

sample_scores scores_on(const data::samples& samples, const solver::model& about,
                        const solver::trained_network& network, const Eigen::VectorXd& blank) {
    const solver::sample_options how = about.on_samples();
    solver::sample_network trained(network.shape, samples, how);
    const double* parameters = network.at_end.data();
    sample_scores scores{.all = solver::score(how.loss, samples, trained.outputs(parameters)),
                         .alone = {}};
    for (int m = 0; m < about.moments.count(); ++m) {
        scores.alone.push_back(solver::score(
            how.loss, samples, solver::unimodal_outputs(trained, parameters, m, blank)));
    }
    return scores;
}

}  // namespace

trained_scores score_network(const solver::model& about, const solver::trained_network& network,
                             const data::samples* held_out, solver::blank_inputs blank) {
    const Eigen::VectorXd shown = solver::blank_of(*about.samples, blank);
    trained_scores scores{.training = scores_on(*about.samples, about, network, shown)};
    if (held_out != nullptr) {
        scores.held_out = scores_on(*held_out, about, network, shown);
    }
    return scores;
}

}  // namespace fusionflow::validation
