#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/solver/updates/update_rule.hpp"

namespace fusionflow::solver {

/// A matrix W whose rank-one updates wait. It is stored in lines, each contiguous in memory:
///
///     line_i(W) = scale line_i(stored) + sum_k coefs_ik v_k
///
/// Products take waiting updates into account, at a cost of O(lines + length) each. Every eighth
/// update the stored numbers are brought up to date by a product that reads them anyway. A product
/// costs a reading of the matrix, an update an eighth of a writing: docs/numerics.md#a-step.
///
/// Wide layers are worked on by several threads, in chunks that depend on the layer only: the
/// numbers are the same for every number of threads. \see tests/solver/waiting_layer_test.cpp
class waiting_layer {
public:
    /// \param numbers  lines x length, line after line; must outlive this.
    waiting_layer(double* numbers, Eigen::Index lines, Eigen::Index length);

    /// W <- keep W + coefs v^T, W as lines x length.
    void add(double keep, const Eigen::VectorXd& coefs, const Eigen::VectorXd& v);
    /// out_i = line_i . v
    void dots(const Eigen::VectorXd& v, Eigen::VectorXd& out);
    /// out = sum_i coefs_i line_i
    void sums(const Eigen::VectorXd& coefs, Eigen::VectorXd& out);
    /// Both in one reading, with several columns of coefs (lines x n): sum_out is length x n.
    void dots_and_sums(const Eigen::VectorXd& v, Eigen::VectorXd& dot_out,
                       const Eigen::MatrixXd& coefs, Eigen::MatrixXd& sum_out);
    /// Brings the stored numbers up to date.
    void settle();

    [[nodiscard]] Eigen::Index lines() const noexcept { return lines_; }
    [[nodiscard]] Eigen::Index length() const noexcept { return length_; }

private:
    friend class turning_point;
    // The products that one reading forms: dots with v, sums with coefs, or both. Null: not wanted.
    struct reading {
        const Eigen::VectorXd* v = nullptr;
        double* dots = nullptr;
        const double* coefs = nullptr;  // columns of `lines` numbers
        Eigen::Index columns = 0;
    };

    [[nodiscard]] double* line(Eigen::Index i) const { return numbers_ + i * length_; }
    [[nodiscard]] bool full() const noexcept { return waiting_ == coefs_.rows(); }
    void settle_lines(Eigen::Index first, Eigen::Index count);
    void begin_dots(const Eigen::VectorXd& v);
    void dot_lines(const Eigen::VectorXd& v, Eigen::Index first, Eigen::Index count, double* out);
    void sum_lines(const double* coefs, Eigen::Index first, Eigen::Index count, double* out) const;
    void read_lines(const reading& wanted, Eigen::Index first, Eigen::Index last, double* sums);
    void read(const reading& wanted, Eigen::Ref<Eigen::MatrixXd> sums);
    void add_waiting(const double* coefs, Eigen::Ref<Eigen::MatrixXd> sums);
    void forget();

    double* numbers_;
    Eigen::Index lines_;
    Eigen::Index length_;
    double scale_ = 1;
    Eigen::Index waiting_ = 0;
    Eigen::MatrixXd coefs_;    // most that wait x lines
    Eigen::MatrixXd vectors_;  // length x most that wait
    Eigen::VectorXd along_;    // v_k . v of the dots under way, or sums of coefs_k
    bool settles_ = false;     // the reading under way brings the stored numbers up to date
    Eigen::MatrixXd partial_;  // sums of chunks
};

/// The turn of a step of gradient descent from upwards to downwards, at the layers directly below
/// the last one (w, a row). Their products upwards update w, and the new w goes down through them.
/// Both are done line by line in one reading:
///
///     y_i = above_i + sum_layers line_i . column;  w_i <- keep w_i + eta y_i;
///     line_i <- keep line_i + eta w_i(old) column^T;  below += w_i(new) line_i(new)
class turning_point {
public:
    struct member {
        waiting_layer* layer;
        const Eigen::VectorXd* column;  // what comes up to the layer's input
        Eigen::VectorXd* below;         // what goes down from it
    };

    /// \param members  All have the same number of lines; a line is a row of the matrix.
    explicit turning_point(std::vector<member> members);

    /// Takes one step of w and of all members; -dLoss/dW of a member is w(old) column^T.
    ///
    /// \param above  What other layers send up; on return all of y.
    void turn(const descent_law& by, Eigen::VectorXd& w, Eigen::VectorXd& above);

private:
    void turn_lines(const descent_law& by, Eigen::Index chunk, Eigen::Index first,
                    Eigen::Index last);

    std::vector<member> members_;
    Eigen::VectorXd old_;
    Eigen::VectorXd* w_ = nullptr;
    Eigen::VectorXd* above_ = nullptr;
    std::vector<Eigen::MatrixXd> partial_;
};

}  // namespace fusionflow::solver
