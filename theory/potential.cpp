#include "theory/potential.hpp"

#include <cmath>

namespace fusionflow::theory {

double potential(int n, double u) {
    if (n == 1) {
        return -u;
    }
    if (n == 2) {
        return -std::log(u);
    }
    return std::pow(u, 2 - n) / (n - 2);
}

double norm_at_potential(int n, double phi) {
    if (n == 1) {
        return -phi;
    }
    if (n == 2) {
        return std::exp(-phi);
    }
    return std::pow((n - 2) * phi, -1.0 / (n - 2));
}

}  // namespace fusionflow::theory
