#pragma once

#include <Eigen/Core>
#include <vector>

#include "theory/dual.hpp"

namespace fusionflow::solver {

/// Where the state of targets_flow has what.
struct targets_layout {
    struct branch {
        int layers = 0;           // n_m
        Eigen::Index inputs = 0;  // D_m
        Eigen::Index rank = 0;    // r = min(K, D_m)
        Eigen::Index offset = 0;  // of its inputs among all
        std::size_t at = 0;       // of z, or of A itself where there is one layer
        std::size_t left = 0;     // of U, where K > 1
        std::size_t right = 0;    // of V, where D_m > 1
        double sign = 1;          // V, where D_m = 1
    };
    Eigen::Index outputs = 1;  // K
    int shared = 0;            // p
    double excess = 0;         // c
    std::vector<branch> branches;
    Eigen::Index inputs = 0;  // D
    std::size_t trunk = 0;    // of the trunk's left frame, where p > 0 and K > 1
    std::size_t time = 0;
};

/// What has been learned is at rest along whole rows (outputs) and columns (inputs) of residuals in
/// the frames of the network. Of those only rounding is left, and is taken for zero.
struct targets_rest {
    struct branch {
        std::vector<bool> rows;  // of S^T E_m, without a trunk of U^T E_m
        std::vector<bool> cols;  // of E_m V
    };
    std::vector<branch> branches;
    Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic>
        trunk;  // of the trunk's push, entry by entry

    explicit targets_rest(const targets_layout& layout);
    [[nodiscard]] bool any() const;
    void clear();
};

/// What a state of targets_flow stands for, and its speeds: for numbers and for numbers with a
/// derivative, so that the Jacobian is that of this very code.
template <typename Number>
class targets_motion {
public:
    using matrix = theory::matrix_of<Number>;
    using vector = theory::vector_of<Number>;

    struct branch {
        vector norms;      // u_i
        matrix left;       // U in the trunk's right frame; of one layer: A
        matrix right;      // V
        matrix seen;       // S^T E_m
        matrix projected;  // S^T E_m V
        matrix push;       // U u^n over u_f^2: what the trunk is pushed along
    };

    /// \param layout  Is to be there as long as this is, and complete before a state is looked at.
    targets_motion(const targets_layout& layout, const targets_rest& rest)
        : layout_(layout), rest_(rest) {}

    /// Reads a state and finds W (K x D).
    void look_at(const Number* x, matrix& weights);
    /// dx/dc at that state, from E (K x D).
    void move(const matrix& residual, Number* dxdt);

    /// What is at rest at a state from which it has just been moved while nothing was said to be.
    ///
    /// \param rounding  Per modality, what rounding may leave of E_m at rest.
    [[nodiscard]] targets_rest resting(const std::vector<double>& rounding) const;

    [[nodiscard]] const branch& part(std::size_t m) const { return branches_[m]; }
    /// p_i, singular values of the trunk's layers; empty without a trunk.
    [[nodiscard]] const vector& trunk() const { return trunk_; }
    [[nodiscard]] const matrix& trunk_left() const { return trunk_left_; }

private:
    static Number norm(int layers, const Number& z);
    static void normalise(matrix& frame);
    static Number raised(const Number& x, int n);
    void read(const Number* x, std::size_t m);
    void find_trunk();
    void see(const matrix& residual);
    void turn_trunk();
    void turn(const vector& sizes, int layers, const matrix& push, matrix& left, matrix& right);
    void move_branch(std::size_t m, Number* dxdt);

    const targets_layout& layout_;
    const targets_rest& rest_;
    std::vector<branch> branches_;
    matrix trunk_left_;   // frames of the trunk: C = left diag(p) right^T
    vector trunk_;        // p_i
    vector trunk_parts_;  // p_i / u_f
    vector shares_;       // (p_i / u_f)^p
    Number trunk_norm_;   // u_f
    Number trunk_power_;  // u_f^p
    matrix trunk_push_;   // X of the trunk over u_f^2
    matrix trunk_turn_;   // how fast its left frame turns
    matrix trunk_twist_;  // and its right one
    matrix push_, outside_, inner_, turn_left_, turn_right_, scaled_;
};

}  // namespace fusionflow::solver
