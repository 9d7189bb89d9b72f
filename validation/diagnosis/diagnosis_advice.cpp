#include "fusionflow/validation/diagnosis/diagnosis_advice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace fusionflow::validation {

namespace {

// Stopping early is advised where it lowers the held-out loss by more than this part.
constexpr double worth_stopping = 0.01;

std::string duration(const diagnosis_request& r, double time) {
    const auto rate = r.model.training.learning_rate;
    return rate ? fmt::format("{:.4g} epochs", time / *rate) : fmt::format("{:.4g} tau", time);
}

std::string who_comes_first(const diagnosis& d) {
    const auto& first = d.modalities[static_cast<std::size_t>(d.order.front())];
    const auto& most = d.modalities[static_cast<std::size_t>(d.explains_most)];
    return d.order.front() == d.explains_most
               ? fmt::format("{} is learned first (|s| = {:.4g}) and explains most by itself "
                             "({:.1f} %).",
                             first.name, first.strength, 100 * first.alone)
               : fmt::format("{} is learned first (|s| = {:.4g}) although {} explains more by "
                             "itself ({:.1f} % against {:.1f} %): superficial preference. Rescaled "
                             "by more than {:.3g}, {} would come first.",
                             first.name, first.strength, most.name, 100 * most.alone,
                             100 * first.alone, first.strength / most.strength, most.name);
}

// The modality with the earliest median half-height of |W_m|; nothing where none has a time.
std::optional<std::size_t> earliest(const fusion_facts& f) {
    std::optional<std::size_t> first;
    double least = theory::never;
    for (std::size_t m = 0; m < f.networks.times.size(); ++m) {
        const double time = f.networks.median(static_cast<int>(m));
        if (time < least) {
            least = time;
            first = m;
        }
    }
    return first;
}

// With several targets |s_m| is the strength of the strongest mode alone, and another modality may
// be learned first by all its modes together.
std::string about_modes(const diagnosis_request& r, const diagnosis& d) {
    if (d.plateaus.size() < 2 || data::contains(d.plateaus[1].learned, d.order.front())) {
        return "";
    }
    return fmt::format("{} has the strongest mode, but of all modes together those of {} are half "
                       "learned first (late fusion, by the formula for small weights).",
                       d.modalities[static_cast<std::size_t>(d.order.front())].name,
                       fmt::join(r.model.moments.names_of(d.plateaus[1].learned), ", "));
}

// Names the depths of late fusion at which another modality reaches half of |W| before the
// strongest one, though the strongest one reaches half of its power earlier.
std::string about_conditioning(const diagnosis& d) {
    const auto first = static_cast<std::size_t>(d.order.front());
    const auto& facts = d.modalities[first];
    std::vector<std::string> where;
    std::string other;
    for (const fusion_facts& f : d.fusions) {
        const std::optional<std::size_t> early = earliest(f);
        if (f.fusion == f.depth && early && *early != first &&
            f.half_power[first] < f.half_power[*early]) {
            where.push_back(std::to_string(f.depth));
            other = d.modalities[*early].name;
        }
    }
    return where.empty()
               ? ""
               : fmt::format(
                     "Late fusion of {} layers has half of |W| of {} first, but half of the "
                     "power of {}: inputs of {} are nearly collinear (condition {:.3g}), "
                     "and most of its weights lie along directions that add little and are "
                     "learned late.",
                     fmt::join(where, ", "), other, facts.name, facts.name, facts.condition);
}

// The formula's slope d ln t of a modality by a parameter; NaN where the table does not have it.
double slope(const theory::sensitivity_table& table, int modality, theory::parameter::kind what,
             int of = -1) {
    const auto column = find_parameter(table.parameters, what, of);
    return column ? table.leading(modality, *column) : std::numeric_limits<double>::quiet_NaN();
}

// What 10 % larger weights or inputs would do to the time of the weakest modality in late fusion.
std::string about_changes(const diagnosis& d, const fusion_facts& f) {
    using kind = theory::parameter::kind;
    constexpr double more = 1.1;
    if (f.fusion != f.depth || !f.sensitivities) {
        return "";
    }
    const int last = d.order.back();
    const double init = slope(*f.sensitivities, last, kind::init);
    const double own = slope(*f.sensitivities, last, kind::scale, last);
    const double first = slope(*f.sensitivities, last, kind::scale, d.order.front());
    if (!(std::isfinite(init) && std::isfinite(own) && std::isfinite(first))) {
        return "";
    }
    const auto per_cent = [&](double by) { return 100 * (std::pow(more, by) - 1); };
    const auto name = [&](int m) { return d.modalities[static_cast<std::size_t>(m)].name; };
    // The table has weight decay for two layers only, as d ln t / d lambda.
    constexpr double some_decay = 0.01;
    const double decay = slope(*f.sensitivities, last, kind::weight_decay);
    return fmt::format("Late fusion of {} layers, by the formula: 10 % larger initial weights "
                       "change the time of {} by {:+.2g} %, 10 % larger inputs of {} by {:+.2g} %, "
                       "of {} by {:+.2g} %{}.",
                       f.depth, name(last), per_cent(init), name(last), per_cent(own),
                       name(d.order.front()), per_cent(first),
                       std::isfinite(decay)
                           ? fmt::format(", a weight decay of {} by {:+.2g} %", some_decay,
                                         100 * std::expm1(some_decay * decay))
                           : "");
}

// Advises the latest layer of fusion at which networks of one depth learn all within the budget.
std::string within_budget(const diagnosis_request& r, const diagnosis& d, int depth) {
    const fusion_facts* deepest = nullptr;
    std::vector<std::string> untimed;
    for (const fusion_facts& f : d.fusions) {
        const double end = f.networks.median_end();
        if (f.depth == depth && std::isnan(end) && networks_that_begin_above(f) > 0) {
            untimed.push_back(std::to_string(f.fusion));
        }
        if (f.depth == depth && end / *r.model.training.learning_rate <= *r.epochs) {
            deepest = &f;
        }
    }
    if (deepest == nullptr && !untimed.empty()) {
        return fmt::format("With {} layers fused at {} nothing tells whether {:g} epochs are "
                           "enough: weights begin above half of what they reach, and |W| does not "
                           "show when they are learned; smaller initial weights would show it.",
                           depth, fmt::join(untimed, ", "), *r.epochs);
    }
    return deepest == nullptr
               ? fmt::format(
                     "With {} layers no fusion learns everything within {:g} epochs; larger "
                     "initial weights or fewer layers would.",
                     depth, *r.epochs)
               : fmt::format("With {} layers fuse at layer {} at the latest: everything is learned "
                             "in {} (median of {} networks), within the budget of {:g}.",
                             depth, deepest->fusion, duration(r, deepest->networks.median_end()),
                             deepest->networks.runs.size(), *r.epochs);
}

// Says what helps a modality to which nothing is left, or that nothing is lost without it.
std::string more_samples(const diagnosis_request& r, const prospect_facts& p) {
    return r.samples > 0 && static_cast<double>(r.samples) <= p.needed
               ? fmt::format(" More than {:.0f} samples, or early fusion, learn all of it.",
                             p.needed)
               : " The fit loses nothing by that.";
}

std::vector<std::string> about_waiting(const diagnosis_request& r, const diagnosis& d) {
    std::vector<std::string> all;
    for (std::size_t m = 0; m < d.prospects.size(); ++m) {
        const prospect_facts& p = d.prospects[m];
        const std::string& name = d.modalities[m].name;
        switch (p.what) {
            case prospect::learned: break;
            case prospect::unreliable:
                all.push_back(fmt::format("{}: {}.", name, p.because));
                break;
            case prospect::leaks:
                all.push_back(fmt::format("Late fusion learns {} in part only: {}.{}", name,
                                          p.because, more_samples(r, p)));
                break;
            case prospect::never:
                all.push_back(fmt::format("Late fusion never learns {}: {}.{}", name, p.because,
                                          more_samples(r, p)));
                break;
        }
    }
    return all;
}

std::string about_stopping(const diagnosis_request& r, const fusion_facts& f) {
    const stopping_facts& s = *f.stopping;
    const std::vector<std::string> learned = r.model.moments.names_of(s.learned_then);
    return fmt::format(
        "With {} layers fused at {}, stopping at {} leaves a held-out loss of {:.4g} rather than "
        "{:.4g} at the end; by then {} learned.",
        f.depth, f.fusion, duration(r, s.least_time), s.least, s.at_end,
        learned.empty()
            ? "nothing is"
            : fmt::format("{} {}", fmt::join(learned, ", "), learned.size() == 1 ? "is" : "are"));
}

}  // namespace

long networks_that_begin_above(const fusion_facts& fusion) {
    const auto& runs = fusion.networks.runs;
    return std::count_if(runs.begin(), runs.end(), [](const ensemble_run& run) {
        return !theory::is_failure(run.ended) && run.ended != theory::outcome::stopped &&
               std::any_of(run.times.begin(), run.times.end(),
                           [](double t) { return std::isnan(t); });
    });
}

std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d) {
    std::vector<std::string> all = {who_comes_first(d)};
    if (std::string text = about_modes(request, d); !text.empty()) {
        all.push_back(std::move(text));
    }
    for (std::string& text : about_waiting(request, d)) {
        all.push_back(std::move(text));
    }
    if (std::string text = about_conditioning(d); !text.empty()) {
        all.push_back(std::move(text));
    }
    if (request.epochs) {
        for (const int depth : request.depths) {
            all.push_back(within_budget(request, d, depth));
        }
    }
    for (const fusion_facts& f : d.fusions) {
        if (std::string text = about_changes(d, f); !text.empty()) {
            all.push_back(std::move(text));
        }
    }
    for (const fusion_facts& f : d.fusions) {
        if (f.stopping && f.stopping->least < (1 - worth_stopping) * f.stopping->at_end) {
            all.push_back(about_stopping(request, f));
        }
    }
    return all;
}

}  // namespace fusionflow::validation
