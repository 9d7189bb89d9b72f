#include "fusionflow/solver/networks/gradient.hpp"

#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

namespace {

// to += a b. With one target b is a vector, for which Eigen has a faster product.
template <typename Matrix, typename Left>
void add_product(Matrix&& to, const Left& a, const Eigen::MatrixXd& b) {
    if (b.cols() == 1) {
        to.col(0).noalias() += a * b.col(0);
    } else {
        to.noalias() += a * b;
    }
}

}  // namespace

network_gradient::network_gradient(const network_shape& shape, const data::moments& moments,
                                   bool biased)
    : moments_(&moments), total_(moments.correlations().size()), residual_(total_.size()) {
    const Eigen::Index outputs = moments.outputs();
    const auto stages_of = [outputs](const std::vector<layer>& layers) {
        std::vector<stage> stages;
        stages.reserve(layers.size());
        for (const layer& l : layers) {
            stages.push_back(
                {l, Eigen::MatrixXd(l.rows, outputs), Eigen::MatrixXd(l.cols, outputs)});
        }
        return stages;
    };
    for (int m = 0; m < shape.count(); ++m) {
        branches_.push_back(stages_of(shape.branch(m)));
        input_rows_.emplace_back(moments.dim(m), outputs);
    }
    trunk_ = stages_of(shape.trunk());
    fused_row_.setIdentity(shape.branch(0).back().rows, outputs);
    if (!trunk_.empty()) {
        trunk_.back().row.setIdentity();
    }
    if (biased) {
        centered_ = moments.centered();
        moments_ = &*centered_;
        means_ = *moments.means();
        mean_error_.setZero(outputs);
        place_biases(shape.size());
    }
}

// Gives every space its biases, in the order of network_shape::size_with_biases().
void network_gradient::place_biases(Eigen::Index first) {
    const auto place = [&](const Eigen::MatrixXd& row) {
        biases_.push_back({first, row.rows(), &row});
        first += row.rows();
        return biases_.back().offset;
    };
    for (std::vector<stage>& stages : branches_) {
        for (std::size_t j = 0; j + 1 < stages.size(); ++j) {
            stages[j].bias = place(stages[j].row);
        }
    }
    fused_bias_ = place(fused_row_);
    for (stage& s : trunk_) {
        s.bias = place(s.row);
    }
}

void network_gradient::find_mean_error(const double* parameters, const Eigen::VectorXd& total) {
    mean_error_ = means_.targets;
    mean_error_.noalias() -= moments_->matrix(total) * means_.inputs;
    for (const bias_place& b : biases_) {
        mean_error_.noalias() -=
            b.row->transpose() * Eigen::Map<const Eigen::VectorXd>(parameters + b.offset, b.units);
    }
}

// What a column is before layers add to it: the part of the biases of its space.
void network_gradient::begin_column(const double* parameters, Eigen::MatrixXd& column,
                                    Eigen::Index bias) const {
    if (bias < 0) {
        column.setZero();
    } else {
        column.noalias() = Eigen::Map<const Eigen::VectorXd>(parameters + bias, column.rows()) *
                           mean_error_.transpose();
    }
}

// Carries rows from the top of the stages down; `below` gets what reaches the input of the lowest.
void network_gradient::backward(const double* weights, std::vector<stage>& stages,
                                Eigen::MatrixXd& below) {
    for (std::size_t j = stages.size(); j-- > 0;) {
        Eigen::MatrixXd& target = j == 0 ? below : stages[j - 1].row;
        target.setZero();
        add_product(target, matrix(weights, stages[j].where).transpose(), stages[j].row);
    }
}

void network_gradient::total_weights(const double* weights, Eigen::VectorXd& total) {
    if (!trunk_.empty()) {
        backward(weights, trunk_, fused_row_);
    }
    const Eigen::Index outputs = moments_->outputs();
    for (int m = 0; m < moments_->count(); ++m) {
        const auto i = static_cast<std::size_t>(m);
        branches_[i].back().row = fused_row_;
        backward(weights, branches_[i], input_rows_[i]);
        Eigen::Map<Eigen::MatrixXd>(total.data() + outputs * moments_->offset(m), outputs,
                                    moments_->dim(m)) = input_rows_[i].transpose();
    }
    if (centered_) {
        find_mean_error(weights, total);
    }
}

// Carries columns from the bottom of the stages up and calls `change` on each stage. What leaves
// the highest is added to `above`, unless null. A layer is read before it is changed.
template <typename Change>
void network_gradient::forward(const double* weights, std::vector<stage>& stages,
                               Eigen::MatrixXd* above, const Change& change) {
    for (std::size_t j = 0; j < stages.size(); ++j) {
        stage& s = stages[j];
        if (j + 1 < stages.size()) {
            begin_column(weights, stages[j + 1].column, s.bias);
            add_product(stages[j + 1].column, matrix(weights, s.where), s.column);
        } else if (above != nullptr) {
            add_product(*above, matrix(weights, s.where), s.column);
        }
        change(s);
    }
}

template <typename Change>
void network_gradient::change_all(const double* weights, const Change& change) {
    Eigen::MatrixXd* fused = trunk_.empty() ? nullptr : &trunk_.front().column;
    if (fused != nullptr) {
        begin_column(weights, *fused, fused_bias_);
    }
    const auto residuals = moments_->matrix(residual_);
    for (int m = 0; m < moments_->count(); ++m) {
        auto& stages = branches_[static_cast<std::size_t>(m)];
        stages.front().column =
            residuals.middleCols(moments_->offset(m), moments_->dim(m)).transpose();
        if (centered_) {
            stages.front().column.noalias() +=
                means_.inputs.segment(moments_->offset(m), moments_->dim(m)) *
                mean_error_.transpose();
        }
        forward(weights, stages, fused, change);
    }
    forward(weights, trunk_, nullptr, change);
}

void network_gradient::descent(const double* weights, double* descent) {
    total_weights(weights, total_);
    solver::residual(*moments_, total_, residual_);
    change_all(weights, [descent](const stage& s) {
        if (s.row.cols() == 1) {
            matrix(descent, s.where).noalias() = s.row.col(0) * s.column.col(0).transpose();
        } else {
            matrix(descent, s.where).noalias() = s.row * s.column.transpose();
        }
    });
    for (const bias_place& b : biases_) {
        Eigen::Map<Eigen::VectorXd>(descent + b.offset, b.units).noalias() = *b.row * mean_error_;
    }
}

void network_gradient::step(double* weights, const Eigen::VectorXd& total, const descent_law& law) {
    solver::residual(*moments_, total, residual_);
    change_all(weights, [&, keep = law.keep()](stage& s) {
        auto w = matrix(weights, s.where);
        if (keep != 1) {
            w *= keep;
        }
        s.column *= law.rate;  // not the row: that of the top stage is never computed again
        w.noalias() += s.row * s.column.transpose();
    });
    // Columns needed the biases of before the step, and rows are still those of then.
    for (const bias_place& b : biases_) {
        Eigen::Map<Eigen::VectorXd>(weights + b.offset, b.units).noalias() +=
            law.rate * (*b.row * mean_error_);
    }
}

}  // namespace fusionflow::solver
