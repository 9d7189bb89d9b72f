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
    std::string_view field;             ///< the field of errors: the option that takes a name
    std::span<const Named* const> all;  ///< in the order of the help

    /// \throws input_error naming `field`, with the names there are and the one asked for.
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
    /// The names of the objects that are wanted, as `a, b or c`.
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
