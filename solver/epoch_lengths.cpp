#include "fusionflow/solver/epoch_lengths.hpp"

#include <cmath>
#include <limits>

namespace fusionflow::solver {

double epoch_lengths::length(long epoch) const {
    return decay == 1 ? first : first * std::pow(decay, static_cast<double>(epoch - 1));
}

double epoch_lengths::elapsed(long epochs) const {
    const auto count = static_cast<double>(epochs);
    return decay == 1 ? first * count : first * std::expm1(count * std::log(decay)) / (decay - 1);
}

double epoch_lengths::epochs(double time) const {
    if (decay == 1 || std::isnan(time)) {
        return time / first;
    }
    const double left = 1 - time * (1 - decay) / first;  // decay^epochs
    if (!(left > 0)) {
        return std::numeric_limits<double>::infinity();
    }
    const auto whole = static_cast<long>(std::floor(std::log(left) / std::log(decay)));
    return static_cast<double>(whole) + (time - elapsed(whole)) / length(whole + 1);
}

}  // namespace fusionflow::solver
