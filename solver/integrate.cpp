#include "fusionflow/solver/integrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "fusionflow/data/error.hpp"
#include "fusionflow/solver/flows/chain_flow.hpp"
#include "fusionflow/solver/flows/early_flow.hpp"
#include "fusionflow/solver/flows/early_reduced_flow.hpp"
#include "fusionflow/solver/flows/gram_flow.hpp"
#include "fusionflow/solver/flows/one_way_flow.hpp"
#include "fusionflow/solver/flows/reduced_flow.hpp"
#include "fusionflow/solver/flows/targets_flow.hpp"
#include "fusionflow/solver/flows/two_layer_flow.hpp"
#include "fusionflow/solver/steps/adaptive.hpp"

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
    {stepper::rkc, "rkc"},
    {stepper::radau, "radau"},
});

// P = |a_+|^2, Q = |a_-|^2 and a_+ . a_- of scalar modalities in late fusion.
struct half_grams {
    std::vector<double> plus;
    std::vector<double> minus;
    std::vector<double> overlap;
};

// Nothing where the sinh coordinates do not exist. Balanced weights have Q = 0 but for rounding.
std::optional<half_grams> sinh_start(const two_layer_start& start) {
    half_grams halves;
    for (const two_layer_start::block& b : start.blocks()) {
        if (b.weights.cols() != 2 || start.keeps_signs()) {
            return std::nullopt;
        }
        const Eigen::VectorXd plus = (b.weights.col(0) + b.weights.col(1)) / 2;
        const Eigen::VectorXd minus = (b.weights.col(0) - b.weights.col(1)) / 2;
        halves.plus.push_back(plus.squaredNorm());
        halves.minus.push_back(minus.squaredNorm());
        halves.overlap.push_back(plus.dot(minus));
        if (!(halves.plus.back() > 0 && halves.minus.back() > 0)) {
            return std::nullopt;
        }
    }
    return halves;
}

}  // namespace

stepper parse_stepper(std::string_view name) {
    for (const named_stepper& known : stepper_names) {
        if (name == known.name) {
            return known.value;
        }
    }
    throw data::input_error("stepper",
                            fmt::format("need auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer, "
                                        "rkc or radau, got '{}'",
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
    if (!(until >= 0)) {
        throw data::input_error("until", fmt::format("need at least 1 modality, got {}", until));
    }
    if (!(tail >= 0 && std::isfinite(tail))) {
        throw data::input_error("tail", fmt::format("need a fraction >= 0, got {}", tail));
    }
}

integration integrate(const data::moments& moments, const theory::architecture& arch,
                      const theory::initialisation& init, const integrate_options& options) {
    if (moments.outputs() > 1) {
        targets_flow system(moments, arch, init);
        integration result = run_flow(system, moments, arch, {}, options);
        result.equations = "targets";
        return result;
    }
    const auto saddles = theory::race_saddles(moments, arch, init);
    std::unique_ptr<flow> system;
    if (early_reduced_flow::serves(moments, arch)) {
        system = std::make_unique<early_reduced_flow>(moments, arch, init);
    } else {
        system = std::make_unique<reduced_flow>(moments, arch, init);
    }
    integration result = run_flow(*system, moments, arch, saddles, options);
    result.equations = "reduced";
    return result;
}

integration integrate_chain(const data::moments& moments, const theory::architecture& arch,
                            const theory::initialisation& init, const integrate_options& options) {
    theory::require_range(arch, init);
    const theory::effective_start start = theory::aligned_start(moments, arch, init);
    if (!start.missing.empty()) {
        throw data::input_error("scheme",
                                fmt::format("no chain flow stands for {} networks here: {}",
                                            theory::to_string(init.drawn), start.missing));
    }
    chain_flow system(moments, start.weights, init.drawn == theory::scheme::balanced);
    integration result =
        run_flow(system, moments, arch, theory::race_saddles(moments, arch, init), options);
    result.equations = "chain";
    return result;
}

bool has_exact_flow(const theory::architecture& arch, const theory::initialisation& init) {
    return has_two_layers(arch) && init.drawn != theory::scheme::balanced;
}

integration integrate_exact(const data::moments& moments, const theory::architecture& arch,
                            const theory::initialisation& init, const two_layer_start& start,
                            const integrate_options& options) {
    arch.match(moments);
    init.validate(moments.count());
    start.match(arch);
    const auto saddles = theory::race_saddles(moments, arch, init);
    const auto halves = sinh_start(start);
    std::unique_ptr<flow> system;
    if (halves) {
        system =
            std::make_unique<two_layer_flow>(moments, halves->plus, halves->minus, halves->overlap);
    } else if (early_flow::serves(moments, start)) {
        system = std::make_unique<early_flow>(moments, start);
    } else {
        system = std::make_unique<gram_flow>(moments, start);
    }
    integration result = run_flow(*system, moments, arch, saddles, options);
    result.equations = halves ? "sinh" : "gram";
    return result;
}

bool has_one_way(const data::moments& moments, const theory::architecture& arch,
                 const theory::initialisation& init) {
    if (!(arch.two_layer_late() && moments.count() == 2 && moments.outputs() == 1)) {
        return false;
    }
    const auto saddles = theory::race_saddles(moments, arch, init);
    return saddles.size() > 1 && saddles[1].learned.size() == 1;
}

integration integrate_one_way(const data::moments& moments, const theory::architecture& arch,
                              const theory::initialisation& init, const two_layer_start& start,
                              const integrate_options& options) {
    arch.match(moments);
    init.validate(moments.count());
    start.match(arch);
    if (!has_one_way(moments, arch, init)) {
        throw data::input_error("one-way",
                                "need two-layer late fusion of two modalities and one target, one "
                                "of them learned before the other");
    }
    const auto saddles = theory::race_saddles(moments, arch, init);
    one_way_flow system(moments, start, saddles[1].learned.front());
    integration result = run_flow(system, moments, arch, saddles, options);
    result.equations = "one-way";
    return result;
}

}  // namespace fusionflow::solver
