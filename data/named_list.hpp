#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

/// The number that an object of a list takes after its name, as `leaky:0.1` does.
struct named_parameter {
    std::string_view letter = {};  ///< as in the help, `A`; empty: the object takes no number
    /// The number where none is given; NaN: one has to be given.
    double usual = std::numeric_limits<double>::quiet_NaN();
    std::string_view range = {};      ///< what is legal, in words, `A >= 0`
    bool (*legal)(double) = nullptr;  ///< not null where there is a letter; false for NaN
};

/// An object of a list and its number, as one asked for them. Where it is a pointer to the object
/// that is meant, `chosen` can be written in its place.
template <typename Named>
struct chosen {
    const Named* kind;  ///< not null
    double number;      ///< the parameter; NaN where there is none

    // NOLINTNEXTLINE(google-explicit-constructor): a name without a number is a choice
    chosen(const Named* object) : kind(object), number(object->parameter.usual) {}
    chosen(const Named* object, double parameter) : kind(object), number(parameter) {}

    [[nodiscard]] const Named& operator*() const noexcept { return *kind; }
    [[nodiscard]] const Named* operator->() const noexcept { return kind; }
    /// True where the number is one that the object takes.
    [[nodiscard]] bool is_legal() const {
        return kind->parameter.letter.empty() || kind->parameter.legal(number);
    }
};

/// `leaky:0.1`: the name, and the number where there is one.
[[nodiscard]] std::string spelled(std::string_view name, const named_parameter& parameter,
                                  double number);
template <typename Named>
[[nodiscard]] std::string to_string(const chosen<Named>& c) {
    return spelled(c.kind->name, c.kind->parameter, c.number);
}

/// The number after the colon of `text`, which begins with `name`; the usual one without a colon.
///
/// \throws input_error naming `field` where it is no number, not legal, or is needed and missing.
[[nodiscard]] double read_parameter(std::string_view field, std::string_view name,
                                    const named_parameter& parameter, std::string_view text);

/// All objects of a kind, each with a `name`; if they have a `parameter`, words are parsed too.
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

    /// The object and the number of `name` or `name:number`.
    ///
    /// \throws input_error naming `field`: as find(), or as read_parameter().
    [[nodiscard]] chosen<Named> parse(std::string_view text) const {
        const std::string_view name = text.substr(0, text.find(':'));
        const auto found = std::find_if(all.begin(), all.end(),
                                        [name](const Named* n) { return n->name == name; });
        if (found == all.end() || (name != text && (*found)->parameter.letter.empty())) {
            return &find(text);
        }
        return {*found, read_parameter(field, name, (*found)->parameter, text)};
    }

    [[nodiscard]] std::string names() const {
        return names([](const Named& /*any*/) { return true; });
    }
    /// The names of the objects that are wanted, as `a, b:X or c`.
    template <typename Wanted>
    [[nodiscard]] std::string names(const Wanted& wanted) const {
        std::string text;
        std::string last;
        for (const Named* n : all) {
            if (wanted(*n)) {
                text.append(text.empty() ? "" : ", ").append(last);
                last = n->name;
                if constexpr (requires { n->parameter.letter; }) {
                    last.append(n->parameter.letter.empty() ? "" : ":").append(n->parameter.letter);
                }
            }
        }
        return text.append(text.empty() ? "" : " or ").append(last);
    }
};

}  // namespace fusionflow::data
