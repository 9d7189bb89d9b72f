#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

/// `a`, `a or b`, `a, b or c`.
[[nodiscard]] std::string one_of(std::span<const std::string_view> names);

/// one_of() the names of those objects of a list that are wanted.
template <typename Named, typename Wanted>
[[nodiscard]] std::string names_of(std::span<const Named* const> all, const Wanted& wanted) {
    std::vector<std::string_view> names;
    for (const Named* n : all) {
        if (wanted(*n)) {
            names.push_back(n->name);
        }
    }
    return one_of(names);
}
template <typename Named>
[[nodiscard]] std::string names_of(std::span<const Named* const> all) {
    return names_of(all, [](const Named& /*any*/) { return true; });
}

/// The object of a list that has a name.
///
/// \throws input_error naming `field`: what there is, and what was asked for.
template <typename Named>
[[nodiscard]] const Named& find_named(std::span<const Named* const> all, std::string_view field,
                                      std::string_view name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [name](const Named* n) { return n->name == name; });
    if (found == all.end()) {
        throw input_error(std::string(field),
                          "need " + names_of(all) + ", got '" + std::string(name) + "'");
    }
    return **found;
}

}  // namespace fusionflow::data
