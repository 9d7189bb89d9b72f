#include "fusionflow/data/named.hpp"

namespace fusionflow::data {

std::string one_of(std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const char* before = i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
        text.append(before).append(names[i]);
    }
    return text;
}

}  // namespace fusionflow::data
