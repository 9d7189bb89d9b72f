#include <cmath>

#include "fusionflow/solver/networks/dense_kernels_body.hpp"
#include "fusionflow/solver/networks/dense_kernels_isa.hpp"

namespace fusionflow::solver::kernels {

namespace {

// One number at a time. std::fma rounds once on every machine; without an instruction it is slow.
struct single {
    static constexpr int lanes = 1;
    static constexpr int product_rows = 4;
    static constexpr int product_vecs = 2;
    static constexpr int dots_rows = 1;
    static constexpr int dots_columns = 1;
    using vec = double;

    static vec load(const double* from) { return *from; }
    static void store(double* to, vec x) { *to = x; }
    static vec spread(double x) { return x; }
    static vec fused(vec a, vec b, vec c) { return std::fma(a, b, c); }
    static double sum(const vec* x) {
        return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
    }
    static vec gated(vec gate, vec x, vec y) { return gate > 0 ? x : y; }
};

}  // namespace

dense_kernels portable() { return {"portable", multiply<single>, add_dots<single>}; }

}  // namespace fusionflow::solver::kernels
