#include "solver/integrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "data/error.hpp"
#include "solver/adaptive.hpp"
#include "solver/reduced_flow.hpp"
#include "solver/two_layer_flow.hpp"

namespace fusionflow::solver {

namespace {

struct named_stepper {
    stepper value;
    std::string_view name;
};

constexpr auto stepper_names = std::to_array<named_stepper>({
    {stepper::automatic, "auto"},
    {stepper::dopri5, "dopri5"},
    {stepper::cash_karp, "cash-karp"},
    {stepper::fehlberg78, "fehlberg78"},
    {stepper::bulirsch_stoer, "bulirsch-stoer"},
    {stepper::radau, "radau"},
});

}  // namespace

stepper parse_stepper(std::string_view name) {
    for (const named_stepper& known : stepper_names) {
        if (name == known.name) {
            return known.value;
        }
    }
    throw data::input_error("stepper",
                            fmt::format("need auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer "
                                        "or radau, got '{}'",
                                        name));
}

void integrate_options::validate() const {
    if (!(rtol >= 1e-14 && rtol <= 0.1)) {
        throw data::input_error("rtol", fmt::format("need 1e-14 <= rtol <= 0.1, got {}", rtol));
    }
    if (!(max_steps >= 1)) {
        throw data::input_error("max-steps", fmt::format("need at least 1, got {}", max_steps));
    }
    if (!(max_time > 0)) {
        throw data::input_error("max-time", fmt::format("need a time > 0, got {}", max_time));
    }
    if (!(tail >= 0 && std::isfinite(tail))) {
        throw data::input_error("tail", fmt::format("need a fraction >= 0, got {}", tail));
    }
}

integration integrate(const data::moments& moments, const theory::architecture& arch,
                      const theory::initialisation& init, const integrate_options& options) {
    reduced_flow system(moments, arch, init);
    return run_flow(system, moments, arch, theory::race_saddles(moments, arch, init), options);
}

bool has_exact_flow(const data::moments& moments, const theory::architecture& arch,
                    const theory::initialisation& init) {
    const bool scalar =
        std::all_of(moments.dims().begin(), moments.dims().end(), [](int dim) { return dim == 1; });
    return arch.two_layer_late() && scalar && init.drawn != theory::scheme::balanced;
}

integration integrate_exact(const data::moments& moments, const theory::architecture& arch,
                            const theory::initialisation& init, const integrate_options& options) {
    arch.match(moments);
    init.validate(moments.count());
    if (!has_exact_flow(moments, arch, init)) {
        throw data::input_error("methods", "the exact flow needs two-layer late fusion of scalar "
                                           "modalities and gaussian or gaussian-iid weights");
    }
    std::vector<double> plus;
    std::vector<double> minus;
    for (const auto& gram : theory::expected_grams(moments, init)) {
        plus.push_back((gram(0, 0) + 2 * gram(0, 1) + gram(1, 1)) / 4);
        minus.push_back((gram(0, 0) - 2 * gram(0, 1) + gram(1, 1)) / 4);
    }
    two_layer_flow system(moments, plus, minus);
    return run_flow(system, moments, arch, theory::race_saddles(moments, arch, init), options);
}

}  // namespace fusionflow::solver
