#include "fusionflow/solver/networks/sample_measures.hpp"

#include "fusionflow/data/need.hpp"
#include "fusionflow/solver/networks/accuracy.hpp"

namespace fusionflow::solver {

blank_inputs parse_blank_inputs(std::string_view name) {
    data::need(name == "mean" || name == "zero", "blank", "need mean or zero, got '{}'", name);
    return name == "mean" ? blank_inputs::mean : blank_inputs::zero;
}

std::string_view to_string(blank_inputs b) { return b == blank_inputs::mean ? "mean" : "zero"; }

Eigen::VectorXd blank_of(const data::samples& data, blank_inputs how) {
    return how == blank_inputs::mean ? Eigen::VectorXd(data.inputs().colwise().mean().transpose())
                                     : Eigen::VectorXd(Eigen::VectorXd::Zero(data.inputs().cols()));
}

sample_score score(const data::chosen<loss_function>& loss, const data::samples& data,
                   const Eigen::MatrixXd& outputs) {
    Eigen::MatrixXd slopes(outputs.rows(), outputs.cols());
    const double sum = loss->judge({.count = data.count(),
                                    .outputs = data.outputs(),
                                    .stride = data.count(),
                                    .targets = data.targets().data(),
                                    .values = outputs.data(),
                                    .slopes = slopes.data(),
                                    .number = loss.number});
    return {sum / static_cast<double>(data.count()), accuracy_of(data, outputs)};
}

Eigen::MatrixXd unimodal_outputs(sample_network& network, const double* parameters, int m,
                                 const Eigen::VectorXd& blank) {
    return network.outputs(parameters, {m}, blank);
}

std::vector<Eigen::MatrixXd> contributions(sample_network& network, const double* parameters,
                                           const Eigen::VectorXd& blank) {
    const Eigen::MatrixXd whole = network.outputs(parameters);
    const int count = network.data().input_moments().count();
    std::vector<Eigen::MatrixXd> all;
    for (int m = 0; m < count; ++m) {
        data::modality_set others;
        for (int other = 0; other < count; ++other) {
            if (other != m) {
                others.push_back(other);
            }
        }
        Eigen::MatrixXd part = whole - network.outputs(parameters, others, blank);
        part.rowwise() -= part.colwise().mean().eval();
        all.push_back(std::move(part));
    }
    return all;
}

}  // namespace fusionflow::solver
