#include "fusionflow/solver/networks/descent.hpp"

#include <algorithm>

#include "fusionflow/solver/networks/moment_products.hpp"

namespace fusionflow::solver {

namespace {

// For up to this many inputs a layer's product with the first layers replaces a second reading.
constexpr int few_inputs = 4;

}  // namespace

network_descent::network_descent(const network_shape& shape, const data::moments& moments,
                                 state weights, descent_law law)
    : moments_(&moments), shape_(shape), law_(std::move(law)), weights_(std::move(weights)),
      total_(moments.dimension()), residual_(moments.dimension()) {
    space* output = add_space(1);
    output->row.setOnes();
    space* meeting = shape.trunk().empty() ? output : add_space(shape.trunk().front().cols);
    for (int m = 0; m < shape.count(); ++m) {
        add_chain(shape.branch(m), nullptr, meeting, moments.offset(m), moments.dim(m));
    }
    add_chain(shape.trunk(), meeting, output, 0, moments.dimension());
    choose_roles();
    choose_turns();
    descend(true);
    find_total();
}

network_descent::space* network_descent::add_space(Eigen::Index units) {
    spaces_.push_back({Eigen::VectorXd(units), Eigen::VectorXd(units)});
    return &spaces_.back();
}

void network_descent::add_chain(const std::vector<layer>& layers, space* below, space* top,
                                int from, int inputs) {
    for (std::size_t j = 0; j < layers.size(); ++j) {
        space* above = j + 1 < layers.size() ? add_space(layers[j].rows) : top;
        nodes_.push_back({layers[j], role::between, below, above, from, inputs});
        below = above;
    }
}

void network_descent::choose_roles() {
    const space* output = &spaces_.front();
    const auto fed_by_first_layers = [this](const space* s) {
        return std::all_of(nodes_.begin(), nodes_.end(),
                           [s](const node& n) { return n.above != s || n.below == nullptr; });
    };
    const auto below_last = [this, output](const space* s) {
        return std::any_of(nodes_.begin(), nodes_.end(), [s, output](const node& n) {
            return n.below == s && n.above == output;
        });
    };
    for (node& n : nodes_) {
        if (n.below == nullptr) {
            n.is = role::first;
        } else if (n.above == output) {
            n.is = role::last;
            n.below->row = weights_of(n).transpose();
        } else if (n.inputs <= few_inputs && fed_by_first_layers(n.below)) {
            n.is = role::lower;
            n.first_layers.resize(n.where.cols, n.inputs);
        } else if (below_last(n.above)) {
            n.is = role::turning;
            const Eigen::MatrixXd row_by_row = weights_of(n).transpose();
            std::copy_n(row_by_row.data(), n.where.size(), weights_.data() + n.where.offset);
        }
        if (n.is != role::first && n.is != role::last) {
            const bool turned = n.is == role::turning;
            n.body = std::make_unique<waiting_layer>(weights_.data() + n.where.offset,
                                                     turned ? n.where.rows : n.where.cols,
                                                     turned ? n.where.cols : n.where.rows);
        }
    }
}

void network_descent::choose_turns() {
    for (node& last : nodes_) {
        if (last.is != role::last) {
            continue;
        }
        std::vector<turning_point::member> members;
        for (node& n : nodes_) {
            if (n.is == role::turning && n.above == last.below) {
                members.push_back({n.body.get(), &n.below->column, &n.below->row});
            }
        }
        turns_.push_back({turning_point(std::move(members)), &last});
    }
}

void network_descent::step() {
    solver::residual(*moments_, total_, residual_);
    climb();
    update();
    for (turn& t : turns_) {
        t.point.turn(law_, t.last->below->row, t.last->below->column);
    }
    descend(false);
    find_total();
}

// Carries columns up to the turning layers, which add their part in turn().
void network_descent::climb() {
    for (space& s : spaces_) {
        s.column.setZero();
    }
    for (node& n : nodes_) {
        const auto weighted = residual_.segment(n.from, n.inputs);
        if (n.is == role::first) {
            n.above->column.noalias() += weights_of(n) * weighted;
        } else if (n.is == role::lower) {
            n.above->column.noalias() += n.products * weighted;
        } else if (n.is == role::between) {
            n.body->sums(n.below->column, scratch_);
            n.above->column += scratch_;
        }
    }
}

// Updates first, lower and between layers by the rows from before the step; turn() does the rest.
void network_descent::update() {
    for (node& n : nodes_) {
        if (n.is == role::first) {
            auto w = weights_of(n);
            if (law_.keep() != 1) {
                w *= law_.keep();
            }
            scratch_ = law_.rate * n.above->row;
            w.noalias() += scratch_ * residual_.segment(n.from, n.inputs).transpose();
        } else if (n.is == role::lower || n.is == role::between) {
            scratch_ = law_.rate * n.below->column;
            n.body->add(law_.keep(), scratch_, n.above->row);
        }
    }
}

// Carries rows down from the last layers. turn() did so for turning layers, except at the start.
void network_descent::descend(bool first_time) {
    for (std::size_t k = nodes_.size(); k-- > 0;) {
        node& n = nodes_[k];
        if (n.is == role::between) {
            n.body->dots(n.above->row, n.below->row);
        } else if (n.is == role::turning && first_time) {
            n.body->sums(n.above->row, n.below->row);
        } else if (n.is == role::lower) {
            for (const node& other : nodes_) {
                if (other.above == n.below) {
                    n.first_layers.middleCols(other.from - n.from, other.inputs) =
                        weights_of(other);
                }
            }
            n.body->dots_and_sums(n.above->row, n.below->row, n.first_layers, n.products);
        }
    }
}

void network_descent::find_total() {
    for (const node& n : nodes_) {
        if (n.is == role::first) {
            total_.segment(n.from, n.inputs).noalias() = weights_of(n).transpose() * n.above->row;
        }
    }
}

double network_descent::branch_norm(int m) const {
    const auto first = std::find_if(nodes_.begin(), nodes_.end(), [&](const node& n) {
        return n.is == role::first && n.from == moments_->offset(m);
    });
    return matrix(weights_.data(), first->where).norm();
}

// Brings the stored weights up to date; turning layers stay stored row by row.
void network_descent::settle() {
    for (node& n : nodes_) {
        if (n.is == role::last) {
            weights_of(n) = n.below->row.transpose();
        } else if (n.body) {
            n.body->settle();
        }
    }
}

bool network_descent::fades(const data::modality_set& fading, const Eigen::VectorXd& residuals) {
    settle();
    return solver::fades(shape_, weights_.data(), fading, residuals, law_.weight_decay);
}

state network_descent::take_weights() && {
    settle();
    for (node& n : nodes_) {
        if (n.is == role::turning) {
            const Eigen::Map<const Eigen::MatrixXd> row_by_row(weights_.data() + n.where.offset,
                                                               n.where.cols, n.where.rows);
            const Eigen::MatrixXd turned = row_by_row.transpose();
            weights_of(n) = turned;
        }
    }
    return std::move(weights_);
}

}  // namespace fusionflow::solver
