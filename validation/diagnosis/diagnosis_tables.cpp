#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "fusionflow/validation/study/spelling.hpp"

namespace fusionflow::validation {

namespace {

// Times have five digits or fewer, and no exponent below ten million, so that a row fits a
// terminal.
std::string spell_time(const diagnosis_request& r, double time, int digits = 5) {
    const double value = time * time_scale(r);
    const double size = std::abs(value);
    return size >= std::pow(10.0, digits) && size < 1e7 ? fmt::format("{:.0f}", value)
                                                        : spell(value, size >= 1e7 ? 3 : digits);
}

std::string quantile_text(const diagnosis_request& r, const spread& s, double p) {
    return s.finite == 0 && s.never > 0 ? "never" : spell_time(r, s.at(p), p == 0.5 ? 5 : 4);
}

std::string error_text(double per_cent) {
    if (!std::isfinite(per_cent)) {
        return "-";
    }
    const double tenths = std::round(10 * per_cent) / 10 + 0.0;  // + 0.0 turns -0 into 0
    return std::abs(per_cent) < 1000 ? fmt::format("{:+.1f}%", tenths)
                                     : fmt::format("{:+.2g}%", per_cent);
}

double per_cent_off(double predicted, double seen) {
    const double error = 100 * (predicted / seen - 1);
    return std::isfinite(error) ? error : std::numeric_limits<double>::quiet_NaN();
}

struct quantile {
    double part;
    const char* name;
};

// True where not every network has a time for every modality.
bool lacks_times(const fusion_facts& f) {
    return std::any_of(f.networks.times.begin(), f.networks.times.end(), [&](const spread& s) {
        return static_cast<std::size_t>(s.finite) < f.networks.runs.size();
    });
}

// A row for each way to fuse and each modality, modalities by strength.
sheet times_of(const diagnosis_request& r, const diagnosis& d,
               const std::vector<fusion_facts>& fusions, const std::vector<quantile>& quantiles,
               bool inits_differ) {
    const std::size_t modalities = d.order.size();
    sheet s = sheet::of_rows(fusions.size() * modalities);
    const auto add = [&](sheet::column named, const auto& cell) {
        s.add(std::move(named), [&](std::size_t row) {
            return std::string(cell(fusions[row / modalities], d.order[row % modalities]));
        });
    };
    const auto at = [](int m) { return static_cast<std::size_t>(m); };
    const auto add_prediction = [&](const char* name, const char* error, const auto& find) {
        add({name}, [&](const fusion_facts& f, int m) {
            const theory::learning* found = find(f);
            return found == nullptr ? "-" : spell_time(r, found->times[at(m)]);
        });
        add({error}, [&](const fusion_facts& f, int m) {
            const theory::learning* found = find(f);
            return found == nullptr ? "-" : error_text(prediction_error(f, *found, m));
        });
    };
    if (inits_differ) {
        add({"init"}, [](const fusion_facts& f, int) { return fmt::format("{:g}", f.init); });
    }
    add({"fused"},
        [](const fusion_facts& f, int) { return fmt::format("{}/{}", f.fusion, f.depth); });
    add({"modality", false}, [&](const fusion_facts&, int m) { return d.modalities[at(m)].name; });
    for (const quantile& q : quantiles) {
        add({q.name}, [&](const fusion_facts& f, int m) {
            return quantile_text(r, f.networks.times[at(m)], q.part);
        });
    }
    if (std::any_of(fusions.begin(), fusions.end(), lacks_times)) {
        add({"runs"}, [&](const fusion_facts& f, int m) {
            return fmt::format("{}/{}", f.networks.times[at(m)].finite, f.networks.runs.size());
        });
    }
    for (const theory::clock* by : theory::clocks().all) {
        if (!fusions.empty() && by != fusions.front().networks.told_by) {
            add({std::string(by->name)}, [&, by](const fusion_facts& f, int m) {
                return spell_time(r, f.networks.median_by(*by, m), 4);
            });
        }
    }
    add_prediction("formula", "off",
                   [](const fusion_facts& f) { return find_prediction(f, "formula"); });
    add_prediction("best", "off", best_answer);
    return s;
}

}  // namespace

std::string time_unit(const diagnosis_request& request) {
    return request.model.training.learning_rate ? "epochs" : "times (tau)";
}

double time_scale(const diagnosis_request& request) {
    return 1 / request.model.training.learning_rate.value_or(1);
}

double budget_time(const diagnosis_request& request) {
    return *request.epochs * *request.model.training.learning_rate;
}

double usual_time(const fusion_facts& fusion, int modality) {
    const double median = fusion.networks.median(modality);
    const spread& times = fusion.networks.times[static_cast<std::size_t>(modality)];
    const bool most = 2 * static_cast<std::size_t>(times.finite) > fusion.networks.runs.size();
    return std::isnan(median) && most ? times.at(0.5) : median;
}

sheet modality_sheet(const diagnosis& d) {
    sheet s{{{"modality", false},
             {"inputs"},
             {"rank"},
             {"|s_m|"},
             {"alone"},
             {"gain"},
             {"Shapley"},
             {"late fusion", false}},
            {}};
    const auto percent = [](double part) { return fmt::format("{:.1f} %", 100 * part); };
    for (const int m : d.order) {
        const auto& facts = d.modalities[static_cast<std::size_t>(m)];
        s.rows.push_back({facts.name, std::to_string(facts.inputs), std::to_string(facts.rank),
                          fmt::format("{:.5g}", facts.strength), percent(facts.alone),
                          percent(facts.gain), percent(facts.shapley),
                          std::string(to_string(d.prospects[static_cast<std::size_t>(m)].what))});
    }
    return s;
}

sheet plateau_sheet(const diagnosis_request& request, const diagnosis& d) {
    sheet s = sheet::of_rows(d.plateaus.size());
    s.add({"learned (late fusion)", false}, [&](std::size_t i) {
        return spell(request.model.moments.names_of(d.plateaus[i].learned));
    });
    s.add({"training loss / initial"},
          [&](std::size_t i) { return fmt::format("{:.5g}", d.plateaus[i].loss); });
    if (!d.plateaus.empty() && d.plateaus.front().held_out.has_value()) {
        s.add({"held out / initial"},
              [&](std::size_t i) { return fmt::format("{:.5g}", *d.plateaus[i].held_out); });
    }
    return s;
}

std::string first_text(const diagnosis_request& request, const diagnosis& d) {
    return fmt::format("{}all together explain {:.1f} %\n\n{}\n", to_text(modality_sheet(d)),
                       100 * d.explained, to_text(plateau_sheet(request, d)));
}

sheet time_sheet(const diagnosis_request& request, const diagnosis& d) {
    return times_of(request, d, d.fusions, {{0.05, "5 %"}, {0.5, "median"}, {0.95, "95 %"}}, false);
}

sheet further_sheet(const diagnosis_request& request, const diagnosis& d) {
    return times_of(request, d, d.further, {{0.5, "median"}}, true);
}

sheet budget_sheet(const diagnosis_request& request, const diagnosis& d) {
    sheet s = sheet::of_rows(request.epochs ? d.fusions.size() : 0);
    const auto percent = [](double part) {
        return std::isfinite(part) ? fmt::format("{:.2f} %", 100 * part) : std::string("-");
    };
    s.add({"fused"}, [&](std::size_t i) {
        return fmt::format("{}/{}", d.fusions[i].fusion, d.fusions[i].depth);
    });
    s.add({"explained, of all that can be"},
          [&](std::size_t i) { return percent(d.fusions[i].share_at_budget.at(0.5)); });
    for (const auto& [part, name] : {std::pair(0.05, "5 %"), std::pair(0.95, "95 %")}) {
        s.add({name},
              [&, p = part](std::size_t i) { return percent(d.fusions[i].share_at_budget.at(p)); });
    }
    if (request.held_out) {
        s.add({"held-out loss"}, [&](std::size_t i) {
            return spell(d.fusions[i].held_out_at_budget.value_or(theory::unknown), 4);
        });
    }
    return s;
}

sheet solved_sheet(const diagnosis_request& request, const diagnosis& d, aim to) {
    std::vector<std::pair<const fusion_facts*, const solved_remedy*>> ways;
    for (const fusion_facts& f : d.fusions) {
        for (const solved_remedy& found : f.solved) {
            if (found.to == to) {
                ways.emplace_back(&f, &found);
            }
        }
    }
    const std::size_t modalities = d.order.size();
    sheet s = sheet::of_rows(ways.size() * modalities);
    const auto add = [&](sheet::column named, const auto& cell) {
        s.add(std::move(named), [&](std::size_t row) {
            const auto& [fusion, found] = ways[row / modalities];
            const auto m = static_cast<std::size_t>(d.order[row % modalities]);
            return std::string(cell(*fusion, *found, m));
        });
    };
    add({"fused"}, [](const fusion_facts& f, const solved_remedy&, std::size_t) {
        return fmt::format("{}/{}", f.fusion, f.depth);
    });
    add({"modality", false}, [&](const fusion_facts&, const solved_remedy&, std::size_t m) {
        return d.modalities[m].name;
    });
    add({"factor"}, [](const fusion_facts&, const solved_remedy& found, std::size_t m) {
        return found.factors.empty() ? std::string("-") : fmt::format("{:.4g}", found.factors[m]);
    });
    add({"without"}, [&](const fusion_facts&, const solved_remedy& found, std::size_t m) {
        return spell_time(request, found.before[m]);
    });
    add({"with"}, [&](const fusion_facts&, const solved_remedy& found, std::size_t m) {
        return found.after.empty() ? std::string("-") : spell_time(request, found.after[m]);
    });
    return s;
}

const theory::learning* find_prediction(const fusion_facts& f, std::string_view method) {
    const auto found = std::find_if(f.predictions.begin(), f.predictions.end(),
                                    [&](const auto& p) { return p.method == method; });
    return found == f.predictions.end() ? nullptr : &found->answer;
}

const predicted* best_prediction(const fusion_facts& f) {
    const auto found = std::find_if(f.predictions.begin(), f.predictions.end(),
                                    [](const predicted& p) { return p.is_best; });
    return found == f.predictions.end() ? nullptr : &*found;
}

const theory::learning* best_answer(const fusion_facts& f) {
    const predicted* best = best_prediction(f);
    return best == nullptr ? nullptr : &best->answer;
}

std::string best_prediction_text(const diagnosis& d) {
    // Ways to fuse by the name and standing of their best prediction, in the order of the table.
    std::vector<std::pair<std::string, std::vector<std::string>>> ways;
    for (const fusion_facts& f : d.fusions) {
        const predicted* best = best_prediction(f);
        if (best == nullptr) {
            continue;
        }
        const std::string how = fmt::format("{} ({})", solver::find_method(best->method).label,
                                            solver::to_string(best->standing));
        auto found = std::find_if(ways.begin(), ways.end(),
                                  [&how](const auto& group) { return group.first == how; });
        if (found == ways.end()) {
            found = ways.insert(ways.end(), {how, {}});
        }
        found->second.push_back(fmt::format("{}/{}", f.fusion, f.depth));
    }
    std::vector<std::string> parts;
    parts.reserve(ways.size());
    for (const auto& [how, fused] : ways) {
        parts.push_back(fmt::format("the {} for {}", how, fmt::join(fused, ", ")));
    }
    return parts.empty() ? ""
                         : fmt::format("The best prediction without networks is {}.",
                                       fmt::join(parts, " and "));
}

bool is_negligible(const fusion_facts& f, int modality) {
    const auto says_so = [&](const ensemble_run& run) {
        return std::any_of(run.clocks.begin(), run.clocks.end(), [&](const auto& read) {
            return read.by == run.told_by && data::contains(read.negligible, modality);
        });
    };
    const auto& runs = f.networks.runs;
    return 2 * std::count_if(runs.begin(), runs.end(), says_so) > std::ssize(runs);
}

std::string negligible_text(const diagnosis& d) {
    std::vector<std::string> names;
    for (const int m : d.order) {
        if (!d.fusions.empty() &&
            std::all_of(d.fusions.begin(), d.fusions.end(),
                        [m](const fusion_facts& f) { return is_negligible(f, m); })) {
            names.push_back(d.modalities[static_cast<std::size_t>(m)].name);
        }
    }
    return names.empty() ? ""
                         : fmt::format("Negligible, with less than {:g} % of the output's power in "
                                       "the end, so that noise may carry it through one half: {}.",
                                       100 * d.fusions.front().networks.told_by->negligible,
                                       fmt::join(names, ", "));
}

double prediction_error(const fusion_facts& f, const theory::learning& prediction, int modality) {
    const auto at = static_cast<std::size_t>(modality);
    return per_cent_off(prediction.times[at], f.networks.times[at].at(0.5));
}

}  // namespace fusionflow::validation
