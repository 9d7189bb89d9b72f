#include "collocation.hpp"

namespace peers {

namespace {

struct value_and_slope {
    real value;
    real slope;
};

/// P_s - P_{s-1}, whose roots are the right Radau points of [-1, 1], by Legendre's recurrence.
value_and_slope radau_polynomial(int s, const real& x) {
    real before = 0;
    real now = 1;  // P_0
    real slope_before = 0;
    real slope = 0;
    for (int k = 0; k < s; ++k) {
        const real next = ((2 * k + 1) * x * now - k * before) / (k + 1);
        const real slope_next = slope_before + (2 * k + 1) * now;
        before = now;
        now = next;
        slope_before = slope;
        slope = slope_next;
    }
    return {now - before, slope - slope_before};
}

/// All roots, ascending: Newton's method from the left end, with the roots found divided out, goes
/// up to the next root without passing it.
vector radau_points(int s) {
    vector roots(s);
    for (int found = 0; found < s; ++found) {
        real x = -1;
        for (int i = 0; i < 200; ++i) {
            const auto at = radau_polynomial(s, x);
            real divided = at.slope;
            for (int j = 0; j < found; ++j) {
                divided -= at.value / (x - roots(j));
            }
            const real change = at.value / divided;
            x -= change;
            if (abs(change) < 1e-45) {
                break;
            }
        }
        roots(found) = x;
    }
    return roots;
}

/// Coefficients of the polynomial that is 1 at node j and 0 at the others, lowest power first.
vector lagrange(const vector& nodes, Eigen::Index j) {
    vector c = vector::Zero(nodes.size());
    c(0) = 1;
    Eigen::Index degree = 0;
    for (Eigen::Index k = 0; k < nodes.size(); ++k) {
        if (k == j) {
            continue;
        }
        const real scale = 1 / (nodes(j) - nodes(k));
        ++degree;
        for (Eigen::Index i = degree; i >= 0; --i) {
            c(i) = scale * ((i > 0 ? c(i - 1) : real(0)) - nodes(k) * c(i));
        }
    }
    return c;
}

}  // namespace

radau::radau(int s) : coefficients(s, s) {
    nodes = (radau_points(s).array() + real(1)) / real(2);
    nodes(s - 1) = 1;
    for (int j = 0; j < s; ++j) {
        const vector c = lagrange(nodes, j);
        for (int i = 0; i < s; ++i) {
            real integral = 0;
            for (int k = s - 1; k >= 0; --k) {
                integral = (integral + c(k) / (k + 1)) * nodes(i);
            }
            coefficients(i, j) = integral;
        }
    }
}

}  // namespace peers
