// A shared library with functions of fusionflow in it: the time ratio of the paper's example.

#include <fusionflow/theory.hpp>

extern "C" double time_ratio(double rho) {
    const auto moments = fusionflow::data::toy_moments({.rho = rho, .ratio = 2});
    const auto network = fusionflow::theory::architecture::fused(4, 3, 2);
    return fusionflow::theory::predict(moments, network, {.u0 = 0.1}, {}).leading.time_ratio();
}

// Whether an exception of the libraries is caught by its type.
extern "C" bool refuses(double rho) {
    try {
        (void)time_ratio(rho);
        return false;
    } catch (const fusionflow::data::input_error&) {
        return true;
    }
}
