#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace peers {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What a family does on a case: its fastest run that is exact enough, or none, or never tried.
struct entry {
    bool tried;
    std::optional<point> best;
};

std::string milliseconds(const entry& e) {
    return !e.tried ? "not run" : e.best ? fmt::format("{:.3g}", e.best->seconds * 1e3) : "never";
}

/// The method, without its maker's name.
std::string short_name(const entry& e) {
    if (!e.best) {
        return "–";
    }
    return !e.best->stepper.empty() ? e.best->stepper
                                    : e.best->method.substr(e.best->method.find('-') + 1);
}

/// Time of a peer over ours; infinite where only the peer never gets there, 0 where only we do
/// not, nothing where neither does or the peer was not run.
std::optional<double> ratio(const entry& peer, const entry& ours) {
    if (!peer.tried || !ours.tried || (!peer.best && !ours.best)) {
        return std::nullopt;
    }
    if (!peer.best) {
        return infinity;
    }
    return ours.best ? peer.best->seconds / ours.best->seconds : 0;
}

std::string factor(const std::optional<double>& value) {
    if (!value) {
        return "–";
    }
    return std::isinf(*value) ? "∞" : fmt::format("{:.3g}", *value);
}

entry look_up(const std::vector<point>& points, const family& of, const test_case& about,
              double target) {
    return {was_run(points, of), fastest(points, of, about, target)};
}

std::string row(const test_case& about, const std::vector<point>& points, double target) {
    const auto& all = families();
    const auto scipy = look_up(points, all[0], about, target);
    const auto cvode = look_up(points, all[1], about, target);
    const auto odeint = look_up(points, all[2], about, target);
    const auto ours = look_up(points, all[3], about, target);
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", about.name,
                       milliseconds(scipy), short_name(scipy), milliseconds(cvode),
                       short_name(cvode), milliseconds(odeint), milliseconds(ours),
                       short_name(ours), factor(ratio(scipy, ours)), factor(ratio(cvode, ours)),
                       factor(ratio(odeint, ours)));
}

/// One line on a peer: the median ratio over the cases, and who never gets there how often.
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
        const auto theirs = look_up(points, peer, about, target);
        const auto ours = look_up(points, families().back(), about, target);
        peer_never += theirs.best ? 0 : 1;
        ours_never += ours.best ? 0 : 1;
        if (const auto r = ratio(theirs, ours)) {
            ratios.push_back(*r);
        }
    }
    const auto middle = ratios.empty() ? std::optional<double>{} : median(ratios);
    return fmt::format("| {} | {} | {} | {} | {} | {} |\n", peer.name, set, count, factor(middle),
                       peer_never, ours_never);
}

/// A line on how the errors of a method's runs on a set compare with their tolerances; empty where
/// it was not run on the set.
std::string error_per_tolerance(const std::string& method, const std::string& set,
                                const std::vector<test_case>& cases,
                                const std::vector<point>& points) {
    std::vector<double> ratios;
    int runs = 0;
    double largest = 0;
    std::string where = "–";
    for (const auto& p : points) {
        const bool counts =
            p.method == method && std::any_of(cases.begin(), cases.end(), [&](const auto& about) {
                return about.name == p.about && about.set == set;
            });
        runs += counts ? 1 : 0;
        if (!counts || p.status != "ok") {
            continue;
        }
        ratios.push_back(p.error / p.tolerance);
        if (ratios.back() > largest) {
            largest = ratios.back();
            where = fmt::format("{}, {:g}", p.about, p.tolerance);
        }
    }
    if (runs == 0) {
        return "";
    }
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", method, set, runs, ratios.size(),
                       ratios.empty() ? "–" : fmt::format("{:.2g}", median(ratios)),
                       ratios.empty() ? "–" : fmt::format("{:.2g}", largest), where);
}

}  // namespace

std::string table(const std::vector<test_case>& cases, const std::vector<point>& points) {
    std::string text =
        "# The same half-height times by others\n\n"
        "Least time of each maker's methods, over all tolerances, among the runs whose error is at "
        "most the target. Wall clock of one call, on one core. never: no run is that exact; "
        "∞: only fusionflow's are; 0: only the peer's.\n";
    for (const double target : {1e-6, 1e-9}) {
        text += fmt::format("\n## Relative error of both times at most {:g}\n\n"
                            "| case | SciPy, ms | | CVODE, ms | | Odeint, ms | fusionflow, ms | "
                            "| SciPy / ours | CVODE / ours | Odeint / ours |\n"
                            "|---|--:|---|--:|---|--:|--:|---|--:|--:|--:|\n",
                            target);
        for (const auto& about : cases) {
            text += row(about, points, target);
        }
        text += "\n| peer | set | cases | median of its time / ours | peer never | ours never |\n"
                "|---|---|--:|--:|--:|--:|\n";
        for (const auto& peer : {families()[0], families()[1], families()[2]}) {
            for (const std::string set : {"reference", "stiff", "all"}) {
                if (!was_run(points, peer)) {
                    continue;
                }
                text += summary(set, cases, points, peer, target);
            }
        }
    }
    text += "\n## Error made / tolerance asked for\n\n"
            "| method | set | runs | ended | median | largest | at |\n"
            "|---|---|--:|--:|--:|--:|---|\n";
    for (const auto& method : methods_in(points)) {
        for (const std::string set : {"reference", "stiff"}) {
            text += error_per_tolerance(method, set, cases, points);
        }
    }
    return text;
}

}  // namespace peers
