#include "fusionflow/solver/run_options.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"

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

void compression_options::validate() const {
    constexpr int most = 1000;
    if (rounds && !(*rounds >= 1 && *rounds <= most)) {
        throw data::input_error("rounds", fmt::format("need 1 ... {}, got {}", most, *rounds));
    }
    if (!estimate && !rounds) {
        throw data::input_error("no-estimate", "needs --rounds, which are chosen by the estimate");
    }
    data::need(at_least >= 0 && at_least <= most, "rounds", "need at least 0 ... {}, got {}", most,
               at_least);
    data::need(accuracy >= 1e-10 && accuracy <= 0.1, "accuracy",
               "need 1e-10 <= accuracy <= 0.1, got {}", accuracy);
}

void run_options::validate() const {
    data::need(rtol >= 1e-14 && rtol <= 0.1, "rtol", "need 1e-14 <= rtol <= 0.1, got {}", rtol);
    data::need(max_steps >= 1, "max-steps", "need at least 1, got {}", max_steps);
    data::need(max_time > 0, "max-time", "need a time > 0, got {}", max_time);
    data::need(until >= 0, "until", "need at least 1 modality, got {}", until);
    data::need(!enough || (*enough > 0 && *enough < 1), "enough",
               "need a part of what can be explained, 0 < F < 1, got {}", enough.value_or(0));
    data::need(!note_at || *note_at > 0, "note-at", "need a time > 0, got {}", note_at.value_or(0));
    data::need(tail >= 0 && std::isfinite(tail), "tail", "need a fraction >= 0, got {}", tail);
    compression.validate();
}

}  // namespace fusionflow::solver
