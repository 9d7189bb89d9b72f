#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusionflow/theory/dual.hpp"

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
/// the frames of the network. Of those only rounding is left, and is taken for zero. What is
/// learned also leans on outputs that the trunk does not have yet, by the small weights there: a
/// push by that lean which is below the rounding of the others is no reason to move, either.
///
/// While the weights that wait are nothing beside those that are learned, the latter are held where
/// they are. Later they follow, and rounding does them no harm, because the residual pulls them
/// back; what waits is not pulled back, and feels residuals without their rounding. Frames of what
/// waits do not turn with those of what follows, either, but are put upright again after a step
/// (tidy): their turn would be the sum of what rounding makes of the others' speeds.
struct targets_rest {
    struct branch {
        std::vector<bool> rows;  // of S^T E_m; with a trunk alone
        std::vector<bool>
            modes;  // rows of U^T diag((p_i/u_f)^p) S^T E_m, without a trunk of U^T E_m
        std::vector<bool> cols;  // of E_m V
    };
    std::vector<branch> branches;
    Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic>
        trunk;  // of the trunk's push, entry by entry
    bool held = true;

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

    /// Makes the frames of what waits orthogonal to those of what follows, at a state that has just
    /// been looked at. \return True where that changed the state.
    bool tidy(Number* x) const;

    /// What is at rest at a state from which it has just been moved while nothing was said to be.
    ///
    /// \param rounding  Per modality, what rounding may leave of E_m at rest.
    [[nodiscard]] targets_rest resting(const std::vector<double>& rounding) const;
    /// How much of what rounding leaves of E_m a mode feels: |diag((p_i/u_f)^p) U_j|, up to 1.
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
    [[nodiscard]] bool waits(const Number& size) const;
    [[nodiscard]] bool mode_waits(std::size_t m, Eigen::Index j) const;
    [[nodiscard]] bool output_waits(Eigen::Index i) const;
    void follow(const Number* all, Number* dxdt) const;

    vector all_speeds_;
};

}  // namespace fusionflow::solver
