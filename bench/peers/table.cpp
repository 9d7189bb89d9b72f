#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace peers {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string milliseconds(const std::optional<point>& p) {
    return p ? fmt::format("{:.3g}", p->seconds * 1e3) : "never";
}

/// The method, without its maker's name.
std::string short_name(const std::optional<point>& p) {
    if (!p) {
        return "–";
    }
    if (!p->stepper.empty()) {
        return p->stepper;
    }
    return p->method.substr(p->method.find('-') + 1);
}

/// Time of a peer over ours; infinite where only the peer never gets there, 0 where only we do
/// not, nothing where neither does.
std::optional<double> ratio(const std::optional<point>& peer, const std::optional<point>& ours) {
    if (!peer && !ours) {
        return std::nullopt;
    }
    if (!peer) {
        return infinity;
    }
    return ours ? peer->seconds / ours->seconds : 0;
}

std::string factor(const std::optional<double>& value) {
    if (!value) {
        return "–";
    }
    return std::isinf(*value) ? "∞" : fmt::format("{:.3g}", *value);
}

std::string row(const std::vector<test_case>& cases, const std::vector<point>& points,
                std::size_t i, double target) {
    const auto& all = families();
    const auto scipy = fastest(points, all[0], cases[i], target);
    const auto cvode = fastest(points, all[1], cases[i], target);
    const auto odeint = fastest(points, all[2], cases[i], target);
    const auto ours = fastest(points, all[3], cases[i], target);
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", cases[i].name,
                       milliseconds(scipy), short_name(scipy), milliseconds(cvode),
                       short_name(cvode), milliseconds(odeint), milliseconds(ours),
                       short_name(ours), factor(ratio(scipy, ours)), factor(ratio(cvode, ours)),
                       factor(ratio(odeint, ours)));
}

/// One sentence on a peer: the median ratio over the cases, and who never gets there how often.
std::string summary(const std::string& set, const std::vector<test_case>& cases,
                    const std::vector<point>& points, const family& peer, double target) {
    std::vector<double> ratios;
    int count = 0;
    int peer_never = 0;
    int ours_never = 0;
    for (const auto& about : cases) {
        if (set != "all" && about.set != set) {
            continue;
        }
        ++count;
        const auto theirs = fastest(points, peer, about, target);
        const auto ours = fastest(points, families().back(), about, target);
        peer_never += theirs ? 0 : 1;
        ours_never += ours ? 0 : 1;
        if (const auto r = ratio(theirs, ours)) {
            ratios.push_back(*r);
        }
    }
    const auto middle = ratios.empty() ? std::optional<double>{} : median(ratios);
    return fmt::format("| {} | {} | {} | {} | {} | {} |\n", peer.name, set, count, factor(middle),
                       peer_never, ours_never);
}

/// Whether the tolerance that is asked for is the error that is got.
std::string honesty(const std::vector<test_case>& cases, const std::vector<point>& points) {
    std::string text = "\n## Error got / tolerance asked for\n\n"
                       "Over all runs that ended; those on the stiff cases apart.\n\n"
                       "| method | set | runs | ended | median | largest | at |\n"
                       "|---|---|--:|--:|--:|--:|---|\n";
    for (const auto& method : methods_in(points)) {
        for (const std::string set : {"reference", "stiff"}) {
            std::vector<double> ratios;
            int runs = 0;
            double largest = 0;
            std::string where = "–";
            for (const auto& p : points) {
                const bool counts = std::any_of(cases.begin(), cases.end(), [&](const auto& c) {
                    return c.name == p.about && c.set == set;
                });
                if (p.method != method || !counts) {
                    continue;
                }
                ++runs;
                if (p.status != "ok") {
                    continue;
                }
                ratios.push_back(p.error / p.tolerance);
                if (ratios.back() > largest) {
                    largest = ratios.back();
                    where = fmt::format("{}, {:g}", p.about, p.tolerance);
                }
            }
            if (runs == 0) {
                continue;
            }
            text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", method, set, runs,
                                ratios.size(),
                                ratios.empty() ? "–" : fmt::format("{:.2g}", median(ratios)),
                                ratios.empty() ? "–" : fmt::format("{:.2g}", largest), where);
        }
    }
    return text;
}

}  // namespace

std::string table(const std::vector<test_case>& cases, const std::vector<point>& points) {
    std::string text =
        "# The same half-height times by others\n\n"
        "Least time of each maker's methods, over all tolerances, among the runs whose error is at "
        "most the target; never: no run is that exact; ∞: only fusionflow is; 0: only the peer is. "
        "Times are wall clock, one core, of one call.\n";
    for (const double target : {1e-6, 1e-9}) {
        text += fmt::format("\n## Relative error of both times at most {:g}\n\n"
                            "| case | SciPy, ms | | CVODE, ms | | Odeint, ms | fusionflow, ms | "
                            "| SciPy / ours | CVODE / ours | Odeint / ours |\n"
                            "|---|--:|---|--:|---|--:|--:|---|--:|--:|--:|\n",
                            target);
        for (std::size_t i = 0; i < cases.size(); ++i) {
            text += row(cases, points, i, target);
        }
        text += "\n| peer | set | cases | median of its time / ours | peer never | ours never |\n"
                "|---|---|--:|--:|--:|--:|\n";
        for (const auto& peer : {families()[0], families()[1], families()[2]}) {
            for (const std::string set : {"reference", "stiff", "all"}) {
                text += summary(set, cases, points, peer, target);
            }
        }
    }
    return text + honesty(cases, points);
}

}  // namespace peers
