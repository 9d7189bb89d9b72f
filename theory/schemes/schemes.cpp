#include <array>

#include "fusionflow/data/named.hpp"
#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

// Each is defined in a file of this folder. These two lists are the only places that name it.
extern const scheme gaussian_scheme, gaussian_iid_scheme;

namespace {

constexpr auto all_schemes =
    std::to_array<const scheme*>({&balanced_scheme, &gaussian_scheme, &gaussian_iid_scheme});

}  // namespace

std::span<const scheme* const> schemes() { return all_schemes; }

const scheme& find_scheme(std::string_view name) {
    return data::find_named(schemes(), "scheme", name);
}

}  // namespace fusionflow::theory
