#include "solver/gradient.hpp"

namespace fusionflow::solver {

network_gradient::network_gradient(const network_shape& shape, const data::moments& moments)
    : moments_(&moments), total_(moments.dimension()), residual_(moments.dimension()) {
    const auto stages_of = [](const std::vector<layer>& layers) {
        std::vector<stage> stages;
        stages.reserve(layers.size());
        for (const layer& l : layers) {
            stages.push_back({l, Eigen::VectorXd(l.rows), Eigen::VectorXd(l.cols)});
        }
        return stages;
    };
    for (int m = 0; m < shape.count(); ++m) {
        branches_.push_back(stages_of(shape.branch(m)));
        input_rows_.emplace_back(moments.dim(m));
    }
    trunk_ = stages_of(shape.trunk());
    fused_row_ = Eigen::VectorXd::Ones(shape.branch(0).back().rows);
    if (!trunk_.empty()) {
        trunk_.back().row.setOnes();
    }
}

// Rows from the top of the stages down; `below` is what reaches the input of the lowest.
void network_gradient::backward(const double* weights, std::vector<stage>& stages,
                                Eigen::VectorXd& below) {
    for (std::size_t j = stages.size(); j-- > 0;) {
        Eigen::VectorXd& target = j == 0 ? below : stages[j - 1].row;
        target.noalias() = matrix(weights, stages[j].where).transpose() * stages[j].row;
    }
}

void network_gradient::total_weights(const double* weights, Eigen::VectorXd& total) {
    if (!trunk_.empty()) {
        backward(weights, trunk_, fused_row_);
    }
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        branches_[i].back().row = fused_row_;
        backward(weights, branches_[i], input_rows_[i]);
        total.segment(moments_->offset(m), moments_->dim(m)) = input_rows_[i];
    }
}

// Columns from the bottom of the stages up, and with them the layers' descent; what leaves the
// highest is added to `above`, if wanted.
void network_gradient::forward(const double* weights, std::vector<stage>& stages,
                               Eigen::VectorXd* above, double* descent) {
    for (std::size_t j = 0; j < stages.size(); ++j) {
        const stage& s = stages[j];
        if (j + 1 < stages.size()) {
            stages[j + 1].column.noalias() = matrix(weights, s.where) * s.column;
        } else if (above != nullptr) {
            above->noalias() += matrix(weights, s.where) * s.column;
        }
        matrix(descent, s.where).noalias() = s.row * s.column.transpose();
    }
}

void network_gradient::descent(const double* weights, double* descent) {
    total_weights(weights, total_);
    residual_ = moments_->correlation();
    residual_.noalias() -= moments_->covariance() * total_;
    Eigen::VectorXd* fused = trunk_.empty() ? nullptr : &trunk_.front().column;
    if (fused != nullptr) {
        fused->setZero();
    }
    for (int m = 0; m < moments_->count(); ++m) {
        auto& stages = branches_[static_cast<std::size_t>(m)];
        stages.front().column = moments_->part(residual_, m);
        forward(weights, stages, fused, descent);
    }
    forward(weights, trunk_, nullptr, descent);
}

}  // namespace fusionflow::solver
