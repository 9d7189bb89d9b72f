#include <array>

#include "fusionflow/theory/schemes/scheme.hpp"

namespace fusionflow::theory {

// Each is defined in a file of this folder. These two lists are the only places that name it.
extern const scheme gaussian_scheme, gaussian_iid_scheme, torch_scheme, xavier_scheme,
    xavier_normal_scheme, kaiming_scheme, kaiming_normal_scheme;

data::named_list<scheme> schemes() {
    static constexpr auto all = std::to_array<const scheme*>(
        {&balanced_scheme, &gaussian_scheme, &gaussian_iid_scheme, &torch_scheme, &xavier_scheme,
         &xavier_normal_scheme, &kaiming_scheme, &kaiming_normal_scheme});
    return {"scheme", all};
}

}  // namespace fusionflow::theory
