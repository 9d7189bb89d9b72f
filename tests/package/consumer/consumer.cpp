// What a user of the installed libraries writes: the time ratio of the paper's example.

#include <fusionflow/fusionflow.hpp>
#include <iostream>

int main() {
    const auto moments = fusionflow::data::toy_moments({.rho = 0.5, .ratio = 2});
    const auto network = fusionflow::theory::architecture::fused(4, 3, 2);
    const auto answer = fusionflow::theory::predict(moments, network, {.u0 = 0.1}, {});
    const double ratio = answer.leading.time_ratio();

    std::cout << "fusionflow " << fusionflow::validation::version() << ": time ratio " << ratio
              << '\n';
    // The second modality waits for the first, so the ratio is above one; NaN fails too.
    return ratio > 1 ? 0 : 1;
}
