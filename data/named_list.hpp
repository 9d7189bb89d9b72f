#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

/// All objects of a kind, each with a `name`.
template <typename Named>
struct named_list {
    std::string_view field;             ///< what errors call a name: the option that takes one
    std::span<const Named* const> all;  ///< in the order of the help

    /// \throws input_error naming `field`: what there is, and what was asked for.
    [[nodiscard]] const Named& find(std::string_view name) const {
        const auto found = std::find_if(all.begin(), all.end(),
                                        [name](const Named* n) { return n->name == name; });
        if (found == all.end()) {
            throw input_error(std::string(field),
                              "need " + names() + ", got '" + std::string(name) + "'");
        }
        return **found;
    }

    [[nodiscard]] std::string names() const {
        return names([](const Named& /*any*/) { return true; });
    }
    /// `a, b or c` of those that are wanted.
    template <typename Wanted>
    [[nodiscard]] std::string names(const Wanted& wanted) const {
        std::string text;
        std::string_view last;
        for (const Named* n : all) {
            if (wanted(*n)) {
                text.append(text.empty() ? "" : ", ").append(last);
                last = n->name;
            }
        }
        return text.append(text.empty() ? "" : " or ").append(last);
    }
};

}  // namespace fusionflow::data
