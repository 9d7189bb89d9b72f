#include "fusionflow/data/modality_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace fusionflow::data {

bool contains(const modality_set& set, int modality) {
    return std::binary_search(set.begin(), set.end(), modality);
}

modality_set with(modality_set set, int modality) {
    const auto place = std::lower_bound(set.begin(), set.end(), modality);
    if (place == set.end() || *place != modality) {
        set.insert(place, modality);
    }
    return set;
}

modality_set united(modality_set a, const modality_set& b) {
    for (const int modality : b) {
        a = with(std::move(a), modality);
    }
    return a;
}

modality_set all_modalities(int count) {
    modality_set all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

std::vector<std::string> default_names(std::size_t count) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::vector<std::string> names;
    names.reserve(count);
    for (std::size_t m = 0; m < count; ++m) {
        names.push_back(m < letters.size() ? std::string(1, letters[m])
                                           : fmt::format("M{}", m + 1));
    }
    return names;
}

}  // namespace fusionflow::data
