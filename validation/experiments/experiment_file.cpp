#include "fusionflow/validation/experiments/experiment_file.hpp"

#include <algorithm>
#include <array>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/figures/run_figure.hpp"
#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::validation {

namespace {

template <typename Value>
struct named {
    const char* name;
    Value value;
};

constexpr auto kinds =
    std::to_array<named<statement_kind>>({{"agreement", statement_kind::agreement},
                                          {"paired", statement_kind::paired},
                                          {"distribution", statement_kind::distribution},
                                          {"within", statement_kind::within},
                                          {"outcome", statement_kind::outcome}});
constexpr auto verdicts = std::to_array<named<verdict>>({{"confirms", verdict::confirms},
                                                         {"qualifies", verdict::qualifies},
                                                         {"contradicts", verdict::contradicts}});

template <typename Value, std::size_t N>
Value pick(const toml_reader& in, std::string_view key, const std::array<named<Value>, N>& all) {
    std::vector<std::string> names;
    names.reserve(N);
    for (const auto& entry : all) {
        names.emplace_back(entry.name);
    }
    const std::string chosen = in.one_of(key, names);
    const auto at = std::find(names.begin(), names.end(), chosen) - names.begin();
    return all[static_cast<std::size_t>(at)].value;
}

std::vector<std::string> series_names(const experiment& e) {
    std::vector<std::string> names;
    for (const series& s : e.all) {
        names.push_back(s.name);
    }
    return names;
}

std::vector<std::string> axis_names(const experiment& e) {
    std::vector<std::string> names;
    for (const grid_axis& axis : e.points.axes()) {
        names.push_back(axis.option);
    }
    return names;
}

series read_series(const toml_reader& in, int repeats) {
    in.only({"name", "method", "model", "repeats"});
    series s;
    s.method = in.one_of("method", solver::method_names());
    s.name = in.text("name", s.method);
    s.repeats = in.has("repeats") ? in.count("repeats", most_repeats) : repeats;
    if (in.has("model")) {
        s.own = in.model("model");
    }
    return s;
}

// `methods`, each a series of its own, then the tables of `series`.
void read_all_series(const toml_reader& in, experiment& e) {
    const int repeats = in.has("repeats") ? in.count("repeats", most_repeats) : 1;
    if (in.has("methods")) {
        for (const std::string& name : in.texts("methods")) {
            in.at(in.node("methods"), [&] { (void)solver::find_method(name); });
            e.all.push_back({name, name, {}, repeats});
        }
    }
    for (const toml_reader& one : in.tables("series", "a series")) {
        e.all.push_back(read_series(one, repeats));
    }
    if (e.all.empty()) {
        in.refuse("an experiment needs methods or [[experiment.series]]");
    }
    const auto names = series_names(e);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
            names.begin() + static_cast<std::ptrdiff_t>(i)) {
            in.refuse(fmt::format("there are two series named '{}'", names[i]));
        }
    }
}

// Refused before anything is planned or built. Axes are numbers, so that a method is random at all
// points or at none.
void check_runs(const toml_reader& in, const experiment& e) {
    std::size_t of_a_point = 0;
    for (const series& one : e.all) {
        in.at(in.node("model"), [&] {
            const settings s = e.at(one, 0);
            const bool random =
                solver::is_random(solver::find_method(one.method), s.init, s.training);
            of_a_point += static_cast<std::size_t>(random ? one.repeats : 1);
        });
    }
    if (of_a_point > most_rows / e.points.size()) {
        in.refuse(fmt::format("need at most {} runs, got {} at each of {} points", most_rows,
                              of_a_point, e.points.size()));
    }
}

// Every model is built once, so that a suite is refused before it runs. The moments of each series
// at its last point.
std::vector<data::moments> build_models(const toml_reader& in, const experiment& e) {
    std::vector<data::moments> seen;
    for (const series& one : e.all) {
        for (std::size_t p = 0; p < e.points.size(); ++p) {
            in.at(in.node("model"), [&] {
                data::moments moments = build_model(e.at(one, p)).moments;
                if (p + 1 == e.points.size()) {
                    seen.push_back(std::move(moments));
                }
            });
        }
    }
    return seen;
}

void require_axes(const toml_reader& in, const toml::node& where, const grid& asked,
                  const experiment& e) {
    const auto axes = axis_names(e);
    for (const grid_axis& axis : asked.axes()) {
        if (std::find(axes.begin(), axes.end(), axis.option) == axes.end()) {
            in.refuse(where, fmt::format("'{}' is not an axis of this experiment", axis.option));
        }
    }
}

// A value with the standard error that was measured of it, and how many of these are allowed.
void read_value(const toml_reader& in, statement& s) {
    for (const std::string_view key : {"low", "high"}) {
        if (in.has(key)) {
            in.refuse(in.node(key), "cannot be combined with value");
        }
    }
    const double value = in.number("value");
    if (value == 0) {
        in.refuse(in.node("value"), "need a value that is not 0 (or low and high)");
    }
    s.standard_error = in.positive("standard_error");
    const double width = in.positive("standard_errors") * s.standard_error;
    s.value = value;
    s.low = value - width;
    s.high = value + width;
}

void read_bounds(const toml_reader& in, statement& s) {
    if (in.has("value")) {
        read_value(in, s);
        return;
    }
    if (in.has("standard_error")) {
        in.refuse(in.node("standard_error"), "needs value");
    }
    if (s.kind == statement_kind::distribution && in.has("standard_errors")) {
        in.refuse(in.node("standard_errors"), "needs value");
    }
    if (in.has("low")) {
        s.low = in.number("low");
    }
    if (in.has("high")) {
        s.high = in.number("high");
    }
    if (!(in.has("low") || in.has("high"))) {
        in.refuse("need low, high or both, or value with its standard_error");
    }
    if (!(s.low <= s.high)) {
        in.refuse(in.node("low"), "need low <= high");
    }
}

std::vector<std::string> keys_of(statement_kind kind) {
    std::vector<std::string> keys = {"name",     "says",   "means", "kind",
                                     "measured", "reason", "where", "left_out_at_most"};
    const auto add = [&keys](const std::vector<std::string>& more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    switch (kind) {
        case statement_kind::agreement:
            add({"expected", "quantity", "tolerance", "standard_errors"});
            break;
        case statement_kind::paired: add({"expected", "quantity", "tolerance"}); break;
        case statement_kind::distribution:
            add({"expected", "quantity", "statistic", "of", "low", "high", "value",
                 "standard_error", "standard_errors"});
            break;
        case statement_kind::within:
            add({"quantity", "low", "high", "value", "standard_error", "standard_errors"});
            break;
        case statement_kind::outcome: add({"outcome", "low", "high"}); break;
    }
    return keys;
}

statement read_statement(const toml_reader& in, const experiment& e,
                         const std::vector<data::moments>& seen) {
    statement s;
    s.kind = pick(in, "kind", kinds);
    in.only(keys_of(s.kind));
    s.name = in.text("name");
    s.says = in.text("says");
    s.reason = in.text("reason");
    s.means = in.has("means") ? pick(in, "means", verdicts) : verdict::confirms;
    s.measured = in.one_of("measured", series_names(e));
    if (s.kind == statement_kind::outcome) {
        std::vector<std::string> outcomes = theory::outcome_names();
        outcomes.emplace_back("not_available");
        outcomes.emplace_back(unstable_step);
        s.ended = in.one_of("outcome", outcomes);
    } else {
        s.quantity = in.one_of("quantity", quantity_names(seen[e.find(s.measured)].names()));
    }
    const bool compares = s.kind == statement_kind::agreement || s.kind == statement_kind::paired ||
                          (s.kind == statement_kind::distribution && in.has("expected"));
    if (compares) {
        s.expected = in.one_of("expected", series_names(e));
        (void)in.one_of("quantity", quantity_names(seen[e.find(s.expected)].names()));
    }
    if (s.kind == statement_kind::paired &&
        e.all[e.find(s.measured)].repeats != e.all[e.find(s.expected)].repeats) {
        in.refuse(in.node("expected"), "pairs need as many repeats in both series");
    }
    if (s.kind == statement_kind::agreement || s.kind == statement_kind::paired) {
        s.tolerance = in.positive("tolerance");
    } else if (s.kind != statement_kind::outcome || in.has("low") || in.has("high")) {
        read_bounds(in, s);
    }
    if (s.kind == statement_kind::distribution) {
        s.statistic = in.one_of("statistic", {"min", "p10", "p25", "median", "p75", "p90", "max"});
        s.of_ratio = in.has("of") && in.one_of("of", {"difference", "ratio"}) == "ratio";
        if (in.has("of") && s.expected.empty()) {
            in.refuse(in.node("of"), "needs expected");
        }
    }
    if (in.has("left_out_at_most")) {
        s.most_left_out = in.count("left_out_at_most");
    }
    if (in.has("standard_errors")) {
        s.standard_errors = in.positive("standard_errors");
    }
    if (in.has("where")) {
        in.at(in.node("where"), [&] { s.where = grid::parse(in.text("where")); });
        require_axes(in, in.node("where"), s.where, e);
        if (e.selected(s.where).empty()) {
            in.refuse(in.node("where"), "no point of the grid is like that");
        }
    }
    return s;
}

void read_shown(const toml_reader& in, const experiment& e, picture& p) {
    p.shown = in.has("shown") ? in.texts("shown") : series_names(e);
    for (const std::string& name : p.shown) {
        if (e.find(name) == e.all.size()) {
            in.refuse(in.node("shown"), fmt::format("there is no series '{}'", name));
        }
    }
}

// A quantity over axes of the grid.
void read_axes(const toml_reader& in, const experiment& e, const std::vector<data::moments>& seen,
               picture& p) {
    const auto axes = axis_names(e);
    p.x = in.one_of("x", axes);
    if (p.kind->axes == 2) {
        p.y = in.one_of("y", axes);
        if (axes.size() != 2 || p.x == p.y) {
            in.refuse(fmt::format("a {} needs a grid of two axes, x and y", p.kind->name));
        }
    }
    if (in.has("panels")) {
        p.panels = in.one_of("panels", axes);
    }
    for (const std::string& name : p.shown) {
        p.quantity = in.one_of("quantity", quantity_names(seen[e.find(name)].names()));
    }
}

picture read_picture(const toml_reader& in, const experiment& e,
                     const std::vector<data::moments>& seen) {
    in.only({"kind", "x", "y", "panels", "quantity", "shown", "log_x", "log_y"});
    std::vector<std::string> kinds_of_pictures;
    kinds_of_pictures.reserve(std::size(picture_kinds));
    for (const picture_kind* kind : picture_kinds) {
        kinds_of_pictures.emplace_back(kind->name);
    }
    picture p;
    const std::string chosen = in.one_of("kind", kinds_of_pictures);
    p.kind = *std::ranges::find(picture_kinds, chosen, &picture_kind::name);
    read_shown(in, e, p);
    if (p.kind->axes > 0) {
        read_axes(in, e, seen, p);
    } else if (e.points.size() > most_panels) {
        in.refuse(fmt::format("such a figure needs a grid of at most {} points, got {}",
                              most_panels, e.points.size()));
    }
    for (const std::string& name : p.shown) {
        const std::size_t s = e.find(name);
        const std::string why =
            p.kind->refusal == nullptr ? "" : p.kind->refusal(seen[s], e.at(e.all[s], 0));
        if (!why.empty()) {
            in.refuse(why);
        }
    }
    p.log_x = in.has("log_x") && in.flag("log_x");
    p.log_y = in.has("log_y") && in.flag("log_y");
    return p;
}

}  // namespace

experiment read_experiment(const toml_reader& in) {
    in.only({"name", "title", "claim", "model", "grid", "methods", "series", "repeats", "check",
             "figure"});
    experiment e;
    e.name = in.text("name");
    e.title = in.text("title");
    e.claim = in.text("claim");
    e.model = in.model("model");
    if (in.has("grid")) {
        in.at(in.node("grid"), [&] { e.points = grid::parse(in.text("grid")); });
    }
    read_all_series(in, e);
    check_runs(in, e);
    const std::vector<data::moments> seen = build_models(in, e);
    for (const toml_reader& one : in.tables("check", "a check")) {
        e.statements.push_back(read_statement(one, e, seen));
    }
    if (in.has("figure")) {
        e.figure = read_picture(in.child("figure", "a figure"), e, seen);
    }
    if (e.statements.empty()) {
        in.refuse("an experiment needs [[experiment.check]]");
    }
    return e;
}

}  // namespace fusionflow::validation
