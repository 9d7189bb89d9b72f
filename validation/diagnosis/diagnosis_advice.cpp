#include "fusionflow/validation/diagnosis/diagnosis_advice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

namespace fusionflow::validation {

namespace {

// Stopping early is advised where it lowers the held-out loss by more than this part.
constexpr double worth_stopping = 0.01;
// A wait is long where the last modality takes so many times as long as the first.
constexpr double long_wait = 2;
// A change is worth saying where it explains so much more of what can be explained.
constexpr double worth_saying = 0.001;

std::string duration(const diagnosis_request& r, double time) {
    const auto rate = r.model.training.learning_rate;
    return rate ? fmt::format("{:.4g} epochs", time / *rate) : fmt::format("{:.4g} tau", time);
}

std::string layers(const fusion_facts& f) {
    return fmt::format("{} {}", f.depth, f.depth == 1 ? "layer" : "layers");
}

const std::string& name_of(const diagnosis& d, int m) {
    return d.modalities[static_cast<std::size_t>(m)].name;
}

// In how many networks a modality comes before all others, or after them. One that begins above one
// half has no place.
long networks_in_place(const fusion_facts& f, int m, bool last) {
    const auto& runs = f.networks.runs;
    return std::count_if(runs.begin(), runs.end(), [&](const ensemble_run& run) {
        const double own = run.times[static_cast<std::size_t>(m)];
        return !std::isnan(own) &&
               std::all_of(run.times.begin(), run.times.end(), [&](double other) {
                   return std::isnan(other) || (last ? own >= other : own <= other);
               });
    });
}

std::optional<int> latest(const fusion_facts& f) {
    std::optional<int> last;
    double most = -1;
    for (int m = 0; m < static_cast<int>(f.networks.times.size()); ++m) {
        const double time = usual_time(f, m);
        if (time > most) {
            most = time;
            last = m;
        }
    }
    return last;
}

// What the networks of late fusion do, by the clock of the diagnosis: who is first and who is last,
// and in how many of them.
std::string order_of_networks(const diagnosis_request& r, const diagnosis& d,
                              const fusion_facts& f) {
    const auto first = earliest(f);
    const auto last = latest(f);
    if (f.fusion != f.depth || !first || !last || *first == *last) {
        return "";
    }
    const double begin = usual_time(f, *first);
    const double end = usual_time(f, *last);
    const auto runs = f.networks.runs.size();
    const long leads = networks_in_place(f, *first, false);
    const double gain = d.modalities[static_cast<std::size_t>(*last)].gain / d.explained;
    const std::string worth =
        end > long_wait * begin
            ? fmt::format(
                  " Without {} {:.2g} % less is explained: so much the wait for it is worth.",
                  name_of(d, *last), 100 * gain)
            : "";
    return fmt::format(
        "Late fusion of {}: {} is first in {} of {} networks, after {} (median), and {} last in {} "
        "of {}, {}.{}{}",
        layers(f), name_of(d, *first), leads, runs, duration(r, begin), name_of(d, *last),
        networks_in_place(f, *last, true), runs,
        std::isinf(end) ? "never" : fmt::format("after {}", duration(r, end)),
        2 * leads > static_cast<long>(runs) ? "" : " Who is first differs from draw to draw.",
        worth);
}

// True where the networks that diagnosis::first_learned goes by have it first in half of them or
// fewer.
bool first_is_by_chance(const diagnosis& d) {
    for (const fusion_facts& f : d.fusions) {
        if (f.fusion == f.depth && earliest(f)) {
            const long leads = networks_in_place(f, d.first_learned, false);
            return 2 * leads <= static_cast<long>(f.networks.runs.size());
        }
    }
    return false;
}

std::string who_explains_most(const diagnosis& d) {
    const auto& first = d.modalities[static_cast<std::size_t>(d.first_learned)];
    const auto& most = d.modalities[static_cast<std::size_t>(d.explains_most)];
    if (first_is_by_chance(d)) {
        return fmt::format("Who is learned first differs from draw to draw, by the median it is "
                           "{}; {} explains most by itself ({:.1f} %).",
                           first.name, most.name, 100 * most.alone);
    }
    constexpr double alike = 1e-3;  // of R^2, the last digit that is said
    if (d.first_learned != d.explains_most && most.alone - first.alone < alike) {
        return fmt::format("{} is learned first; by itself it explains as much as {} ({:.1f} %).",
                           first.name, most.name, 100 * first.alone);
    }
    return d.first_learned == d.explains_most
               ? fmt::format("{} is learned first and explains most by itself ({:.1f} %).",
                             first.name, 100 * first.alone)
               : fmt::format("{} is learned first although {} explains more by itself ({:.1f} % "
                             "against {:.1f} %): superficial preference.",
                             first.name, most.name, 100 * most.alone, 100 * first.alone);
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

std::string per_cent(double part) { return fmt::format("{:.1f} %", 100 * part); }

// What ten per cent more does to the time of the last modality, as networks that were trained again
// show.
std::string about_changes(const diagnosis& d, const fusion_facts& f) {
    if (!f.changes) {
        return "";
    }
    const measured_changes& c = *f.changes;
    std::vector<std::string> parts;
    const auto say = [&](const std::string& what, double ratio) {
        if (std::isfinite(ratio)) {
            const double tenths = std::round(1000 * (ratio - 1)) / 10;  // + 0.0 turns -0 into 0
            parts.push_back(fmt::format("{} by {:+.1f} %", what, tenths + 0.0));
        }
    };
    say("10 % larger initial weights", c.init);
    for (std::size_t m = 0; m < c.scale.size(); ++m) {
        say(fmt::format("10 % larger inputs of {}", d.modalities[m].name), c.scale[m]);
    }
    return parts.empty()
               ? ""
               : fmt::format("Late fusion of {}: what changes the time of {} ({} "
                             "networks, trained again): {}.",
                             layers(f), name_of(d, c.modality), c.networks, fmt::join(parts, ", "));
}

// What is missing after the budget: the gains of the modalities that wait longer than it.
std::string what_is_missing(const diagnosis_request& r, const diagnosis& d, const fusion_facts& f) {
    const double budget = budget_time(r);
    std::vector<std::string> waiting;
    for (std::size_t m = 0; m < d.modalities.size(); ++m) {
        if (usual_time(f, static_cast<int>(m)) > budget) {
            waiting.push_back(fmt::format("{} (without it {} less is explained)",
                                          d.modalities[m].name,
                                          per_cent(d.modalities[m].gain / d.explained)));
        }
    }
    return waiting.empty() ? "" : fmt::format("; still below half: {}", fmt::join(waiting, ", "));
}

// What late fusion of one depth explains within the budget, and what explains more.
std::vector<std::string> within_budget(const diagnosis_request& r, const diagnosis& d,
                                       const fusion_facts& late) {
    const double share = late.share_at_budget.at(0.5);
    if (late.fusion != late.depth || !std::isfinite(share)) {
        return {};
    }
    std::vector<std::string> all = {fmt::format(
        "After {:g} epochs late fusion of {} explains {} of what can be explained (median of {} "
        "networks){}.",
        *r.epochs, layers(late), per_cent(share), late.share_at_budget.finite,
        what_is_missing(r, d, late))};
    const fusion_facts* best = &late;
    for (const fusion_facts& f : d.fusions) {
        if (f.depth == late.depth && f.share_at_budget.at(0.5) > best->share_at_budget.at(0.5)) {
            best = &f;
        }
    }
    std::vector<std::string> more;
    if (best->share_at_budget.at(0.5) > share + worth_saying) {
        more.push_back(fmt::format("fused at layer {}: {}", best->fusion,
                                   per_cent(best->share_at_budget.at(0.5))));
    }
    for (const remedy& tried : late.remedies) {
        if (tried.share > share + worth_saying) {
            more.push_back(fmt::format("{}: {}", tried.what, per_cent(tried.share)));
        }
    }
    if (!more.empty()) {
        all.push_back(fmt::format("Within the same {:g} epochs networks explain more with one of "
                                  "these changes, each tried: {}.",
                                  *r.epochs, fmt::join(more, "; ")));
    }
    return all;
}

// Factors with which modalities are learned when they should be, as networks that had them show.
std::string about_solved(const diagnosis_request& r, const diagnosis& d, const fusion_facts& f,
                         const solved_remedy& found) {
    const char* what = found.by == lever::rates ? "learning rates" : "inputs";
    const std::string when = found.to == aim::together
                                 ? std::string("together")
                                 : fmt::format("within {:g} epochs", *r.epochs);
    if (!found.why_not.empty()) {
        return fmt::format("Late fusion of {}: no factors of the {} were found with which all "
                           "modalities are learned {}: {}.",
                           layers(f), what, when, found.why_not);
    }
    std::vector<std::string> factors;
    for (std::size_t m = 0; m < found.factors.size(); ++m) {
        if (found.factors[m] != 1) {
            factors.push_back(fmt::format("{} x {:.3g}", d.modalities[m].name, found.factors[m]));
        }
    }
    const double last = *std::max_element(found.after.begin(), found.after.end());
    const double before = *std::max_element(found.before.begin(), found.before.end());
    const std::string share =
        r.epochs ? fmt::format(" What is explained after {:g} epochs changes from {} to {} of what "
                               "can be.",
                               *r.epochs, per_cent(f.share_at_budget.at(0.5)),
                               per_cent(found.share_at_budget.at(0.5)))
                 : "";
    const std::string near =
        found.to == aim::together
            ? fmt::format("medians of {} networks are within {:.1f} % of each other, the last",
                          found.networks, 100 * found.apart())
            : fmt::format("in {} networks the last median is", found.networks);
    return fmt::format("Late fusion of {} learns all modalities {} with these factors of the {}: "
                       "{}; {} after {} where it was {}.{}",
                       layers(f), when, what, fmt::join(factors, ", "), near, duration(r, last),
                       duration(r, before), share);
}

// Modalities whose learning raises the loss on held-out samples, plateau by plateau of late fusion.
std::vector<std::string> about_harm(const diagnosis_request& r, const diagnosis& d) {
    std::vector<std::string> all;
    for (std::size_t i = 1; i < d.plateaus.size(); ++i) {
        const auto& before = d.plateaus[i - 1];
        const auto& after = d.plateaus[i];
        if (!before.held_out || !(*after.held_out > (1 + worth_stopping) * *before.held_out)) {
            continue;
        }
        data::modality_set added;
        for (const int m : after.learned) {
            if (!data::contains(before.learned, m)) {
                added = data::with(std::move(added), m);
            }
        }
        all.push_back(fmt::format("Learning {} raises the loss on held-out samples from {:.3g} to "
                                  "{:.3g} of the initial one (least squares on what is learned).",
                                  fmt::join(r.model.moments.names_of(added), ", "),
                                  *before.held_out, *after.held_out));
    }
    return all;
}

// Says what helps a modality to which nothing is left, or that nothing is lost without it.
std::string more_samples(const diagnosis_request& r, const prospect_facts& p) {
    return r.samples > 0 && static_cast<double>(r.samples) <= p.needed
               ? fmt::format(" More than {:.0f} samples, or early fusion, learn all of it.",
                             p.needed)
               : " The fit loses nothing by that.";
}

// Theory of small weights may say "never" where networks that begin with larger ones do learn it.
std::string what_networks_do(const diagnosis& d, std::size_t m) {
    for (const fusion_facts& f : d.fusions) {
        const int learned = f.networks.times[m].finite;
        if (f.depth == 2 && f.fusion == 2 && learned > 0) {
            return fmt::format(" That is so for small initial weights: from {}, {} of {} networks "
                               "learned it.",
                               start_text(f), learned, f.networks.runs.size());
        }
    }
    return "";
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
                all.push_back(fmt::format("Late fusion learns {} in part only: {}.{}{}", name,
                                          p.because, more_samples(r, p), what_networks_do(d, m)));
                break;
            case prospect::never:
                all.push_back(fmt::format("Late fusion never learns {}: {}.{}{}", name, p.because,
                                          more_samples(r, p), what_networks_do(d, m)));
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
        "{:.4g} {}; by then {} learned.",
        f.depth, f.fusion, duration(r, s.least_time), s.least, s.at_end,
        r.epochs ? "when the budget is used up" : "at the end",
        learned.empty()
            ? "nothing is"
            : fmt::format("{} {}", fmt::join(learned, ", "), learned.size() == 1 ? "is" : "are"));
}

}  // namespace

std::optional<int> earliest(const fusion_facts& f) {
    std::optional<int> first;
    double least = theory::never;
    for (int m = 0; m < static_cast<int>(f.networks.times.size()); ++m) {
        const double time = usual_time(f, m);
        if (time < least) {
            least = time;
            first = m;
        }
    }
    return first;
}

std::string start_text(const fusion_facts& fusion) {
    return std::isnan(fusion.init) ? "the scheme's weights" : fmt::format("{:g}", fusion.init);
}

long networks_that_begin_above(const fusion_facts& fusion) {
    const auto& runs = fusion.networks.runs;
    return std::count_if(runs.begin(), runs.end(), [](const ensemble_run& run) {
        return !theory::is_failure(run.ended) && run.ended != theory::outcome::stopped &&
               std::any_of(run.times.begin(), run.times.end(),
                           [](double t) { return std::isnan(t); });
    });
}

std::vector<std::string> advise(const diagnosis_request& request, const diagnosis& d) {
    std::vector<std::string> all = {who_explains_most(d)};
    const auto add = [&all](std::string text) {
        if (!text.empty()) {
            all.push_back(std::move(text));
        }
    };
    const auto add_all = [&all](std::vector<std::string> texts) {
        std::move(texts.begin(), texts.end(), std::back_inserter(all));
    };
    for (const fusion_facts& f : d.fusions) {
        add(order_of_networks(request, d, f));
    }
    add(about_modes(request, d));
    add_all(about_waiting(request, d));
    for (const fusion_facts& f : d.fusions) {
        add_all(request.epochs ? within_budget(request, d, f) : std::vector<std::string>{});
    }
    for (const fusion_facts& f : d.fusions) {
        add(about_changes(d, f));
        for (const solved_remedy& found : f.solved) {
            add(about_solved(request, d, f, found));
        }
    }
    add_all(about_harm(request, d));
    for (const fusion_facts& f : d.fusions) {
        if (f.stopping && f.stopping->least < (1 - worth_stopping) * f.stopping->at_end) {
            add(about_stopping(request, f));
        }
    }
    return all;
}

}  // namespace fusionflow::validation
