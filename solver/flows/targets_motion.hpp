#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/theory/dual.hpp"

namespace fusionflow::solver {

/// Where the parts of a state of targets_flow are.
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
/// the frames of the network: only rounding is left of these, and it is taken for zero. Learned
/// modes also lean a little on outputs that the trunk does not have yet. A push through that lean
/// is taken for zero, too, while it is below the rounding of the mode's own push.
///
/// While the waiting weights are nothing beside the learned ones, the learned ones are held where
/// they are. Later they follow, and rounding does them no harm, because the residual pulls them
/// back. Waiting weights are not pulled back, and feel residuals without their rounding. Their
/// frames do not turn with those of the learned ones either, which would add up the rounding of the
/// learned ones' speeds; they are made orthogonal again after a step (tidy).
struct targets_rest {
    struct branch {
        std::vector<bool> rows;  // rows of S^T E_m, only with a trunk
        // Rows of U^T diag((p_i/u_f)^p) S^T E_m, or without a trunk of U^T E_m.
        std::vector<bool> modes;
        std::vector<bool> cols;  // columns of S^T E_m V
    };
    std::vector<branch> branches;
    Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic> trunk;  // entries of the trunk's push
    bool held = true;

    explicit targets_rest(const targets_layout& layout);
    [[nodiscard]] bool any() const;
    void clear();
};

/// Reads states of targets_flow and finds their speeds. Number is a double or a double with a
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

    /// \param layout  Must outlive this object and be complete before a state is looked at.
    targets_motion(const targets_layout& layout, const targets_rest& rest)
        : layout_(layout), rest_(rest) {}

    /// Reads a state and finds W (K x D).
    void look_at(const Number* x, matrix& weights);
    /// Finds dx/dc at the state that was read, from E (K x D).
    void move(const matrix& residual, Number* dxdt);

    /// Makes the vectors of waiting modes orthogonal to those of learned ones, at a state that has
    /// just been looked at. \return True where one of them leaned by more than 1e-12.
    bool tidy(Number* x) const;

    /// What is at rest, just after move() was called with nothing taken to be at rest.
    ///
    /// \param rounding  Per modality, what rounding may leave of E_m at rest.
    [[nodiscard]] targets_rest resting(const std::vector<double>& rounding) const;
    /// The part of the rounding of E_m that a mode feels: |diag((p_i/u_f)^p) U_j|, up to 1.
    [[nodiscard]] double felt(std::size_t m, Eigen::Index mode) const;

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
    void move_all(const matrix& residual, bool rested, Number* dxdt);
    void see(const matrix& residual, bool rested);
    void turn_trunk(bool rested);
    void turn(const vector& sizes, int layers, const matrix& push, matrix& left, matrix& right);
    void move_branch(std::size_t m, bool rested, Number* dxdt);

    const targets_layout& layout_;
    const targets_rest& rest_;
    std::vector<branch> branches_;
    matrix trunk_left_;   // S, the left frame of the trunk: C = S diag(p) R^T
    vector trunk_;        // p_i
    vector trunk_parts_;  // p_i / u_f
    vector shares_;       // (p_i / u_f)^p
    Number trunk_norm_;   // u_f
    Number trunk_power_;  // u_f^p
    matrix trunk_push_;   // X of the trunk over u_f^2
    matrix trunk_turn_;   // how fast its left frame turns
    matrix trunk_twist_;  // how fast its right frame turns
    matrix push_, outside_, inner_, turn_left_, turn_right_, scaled_;
    [[nodiscard]] bool waits(const Number& size) const;
    [[nodiscard]] bool mode_waits(std::size_t m, Eigen::Index j) const;
    [[nodiscard]] bool output_waits(Eigen::Index i) const;
    void follow(const Number* all, Number* dxdt) const;

    vector all_speeds_;
};

}  // namespace fusionflow::solver
