#include <algorithm>
#include <array>
#include <filesystem>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/measure.hpp"
#include "fusionflow/validation/experiments/pictures/picture_kinds.hpp"
#include "fusionflow/validation/experiments/quantities.hpp"
#include "fusionflow/validation/experiments/suite.hpp"
#include "fusionflow/validation/experiments/toml_reader.hpp"
#include "fusionflow/validation/figures/run_figure.hpp"
#include "fusionflow/validation/study/checksum.hpp"
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
                                          {"convergence", statement_kind::convergence},
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

// Reads `methods`, each of which is a series of its own, and then the tables of `series`.
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

// Refuses too many runs before anything is built. It asks the first point alone: axes are numbers,
// so that a method is random at all points or at none.
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

// Builds every model once, so that a bad suite is refused before it runs. Returns the moments of
// each series at the last point.
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

// Reads a value, its standard error, and how many standard errors are allowed to either side.
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

// The keys of a kind of check that not all checks have.
std::vector<std::string> keys_of(statement_kind kind) {
    switch (kind) {
        case statement_kind::agreement:
            return {"expected", "quantity", "tolerance", "standard_errors"};
        case statement_kind::paired: return {"expected", "quantity", "tolerance"};
        case statement_kind::distribution:
            return {"expected", "quantity",       "statistic",      "of", "low", "high",
                    "value",    "standard_error", "standard_errors"};
        case statement_kind::within:
            return {"quantity", "low", "high", "value", "standard_error", "standard_errors"};
        case statement_kind::convergence:
            return {"expected", "quantity", "tolerance", "order", "in"};
        case statement_kind::outcome: return {"outcome", "low", "high"};
    }
    return {};
}

void only_keys_of(const toml_reader& in, statement_kind kind, std::vector<std::string> besides) {
    const std::vector<std::string> keys = keys_of(kind);
    besides.insert(besides.end(), keys.begin(), keys.end());
    in.only(besides);
}

void read_order(const toml_reader& in, const experiment& e, statement& s) {
    s.order = in.positive("order");
    s.logarithmic = in.has("in") && in.one_of("in", {"init", "1/log(1/init)"}) != "init";
    const auto& axes = e.points.axes();
    if (!(axes.size() == 1 && axes.front().option == "init" && e.points.size() >= 2)) {
        in.refuse("convergence needs a grid of one axis, init, with two values or more");
    }
    for (std::size_t p = 1; p < e.points.size(); ++p) {
        if (!(e.points.at(e.model, p).init.u0 < e.points.at(e.model, p - 1).init.u0)) {
            in.refuse("convergence needs values of init that fall along the grid");
        }
    }
}

void read_numbers(const toml_reader& in, const experiment& e, statement& s) {
    switch (s.kind) {
        case statement_kind::convergence: read_order(in, e, s); [[fallthrough]];
        case statement_kind::agreement:
        case statement_kind::paired: s.tolerance = in.positive("tolerance"); break;
        case statement_kind::within: read_bounds(in, s); break;
        case statement_kind::distribution:
            read_bounds(in, s);
            s.statistic =
                in.one_of("statistic", {"min", "p10", "p25", "median", "p75", "p90", "max"});
            s.of_ratio = in.has("of") && in.one_of("of", {"difference", "ratio"}) == "ratio";
            if (in.has("of") && s.expected.empty()) {
                in.refuse(in.node("of"), "needs expected");
            }
            break;
        case statement_kind::outcome:
            if (in.has("low") || in.has("high")) {
                read_bounds(in, s);
            }
            break;
    }
    if (in.has("standard_errors")) {
        s.standard_errors = in.positive("standard_errors");
    }
}

// Reads a check as one statement per quantity that it asks for. The caller sets the name and the
// sentence of each.
std::vector<statement> read_statements(const toml_reader& in, statement_kind kind,
                                       const experiment& e,
                                       const std::vector<data::moments>& seen) {
    statement s;
    s.kind = kind;
    s.reason = in.text("reason");
    s.measured = in.one_of("measured", series_names(e));
    const std::vector<std::string> modalities = seen[e.find(s.measured)].names();
    std::vector<std::string> quantities = {""};
    if (s.kind == statement_kind::outcome) {
        std::vector<std::string> outcomes = theory::outcome_names();
        outcomes.emplace_back("not_available");
        outcomes.emplace_back(unstable_step);
        s.ended = in.one_of("outcome", outcomes);
    } else {
        quantities =
            names_of_quantity(in.one_of("quantity", quantity_words(modalities)), modalities);
    }
    const bool compares = s.kind != statement_kind::outcome && s.kind != statement_kind::within &&
                          (s.kind != statement_kind::distribution || in.has("expected"));
    if (compares) {
        s.expected = in.one_of("expected", series_names(e));
        (void)in.one_of("quantity", quantity_words(seen[e.find(s.expected)].names()));
    }
    if (s.kind == statement_kind::paired &&
        e.all[e.find(s.measured)].repeats != e.all[e.find(s.expected)].repeats) {
        in.refuse(in.node("expected"), "paired needs the same number of repeats in both series");
    }
    read_numbers(in, e, s);
    std::vector<statement> all;
    for (const std::string& quantity : quantities) {
        all.push_back(s);
        all.back().quantity = quantity;
        all.back().one_of_several = quantities.size() > 1;
    }
    return all;
}

void read_check(const toml_reader& in, experiment& e, const std::vector<data::moments>& seen) {
    const statement_kind kind = pick(in, "kind", kinds);
    std::vector<std::string> keys = {"name", "says", "means", "kind", "measured", "reason"};
    if (kind != statement_kind::convergence) {
        keys.insert(keys.end(), {"where", "left_out_at_most"});
    }
    only_keys_of(in, kind, std::move(keys));
    for (statement& s : read_statements(in, kind, e, seen)) {
        s.name = in.text("name");
        s.says = in.text("says");
        s.means = in.has("means") ? pick(in, "means", verdicts) : verdict::confirms;
        if (in.has("left_out_at_most")) {
            s.most_left_out = in.count("left_out_at_most");
        }
        if (in.has("where")) {
            in.at(in.node("where"), [&] { s.where = grid::parse(in.text("where")); });
            require_axes(in, in.node("where"), s.where, e);
            if (e.selected(s.where).empty()) {
                in.refuse(in.node("where"), "no point of the grid has these values");
            }
        }
        e.statements.push_back(std::move(s));
    }
}

void read_shown(const toml_reader& in, const experiment& e, picture& p) {
    p.shown = in.has("shown") ? in.texts("shown") : series_names(e);
    for (const std::string& name : p.shown) {
        if (e.find(name) == e.all.size()) {
            in.refuse(in.node("shown"), fmt::format("there is no series '{}'", name));
        }
    }
}

// Reads the axes of the grid that a picture spans, and the quantity that it shows over them.
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

experiment read_claim(const toml_reader& in) {
    experiment e;
    e.name = in.text("name");
    e.claim = in.text("claim");
    e.model = in.model("model");
    if (in.has("grid")) {
        in.at(in.node("grid"), [&] { e.points = grid::parse(in.text("grid")); });
    }
    return e;
}

experiment read_experiment(const toml_reader& in) {
    in.only({"name", "title", "claim", "model", "grid", "methods", "series", "repeats", "check",
             "figure"});
    experiment e = read_claim(in);
    e.title = in.text("title");
    read_all_series(in, e);
    check_runs(in, e);
    const std::vector<data::moments> seen = build_models(in, e);
    for (const toml_reader& one : in.tables("check", "a check")) {
        read_check(one, e, seen);
    }
    if (in.has("figure")) {
        e.figure = read_picture(in.child("figure", "a figure"), e, seen);
    }
    if (e.statements.empty()) {
        in.refuse("an experiment needs [[experiment.check]]");
    }
    return e;
}

// Reads the short form of an experiment with one check of one or two methods. Its table holds the
// keys of experiment and check, and its claim is what the check says.
experiment read_single_check(const toml_reader& in) {
    if (in.text("kind") == "invariant") {
        in.refuse(in.node("kind"),
                  "kind = \"invariant\" is no longer known: use kind = \"within\" with high = the "
                  "tolerance, of balance_drift, loss_rise or excess_norm (which was final_weights; "
                  "set tail = 20 in the model)");
    }
    const statement_kind kind = pick(in, "kind", kinds);
    only_keys_of(in, kind,
                 {"name", "claim", "kind", "model", "grid", "repeats", "measured", "reason"});
    experiment e = read_claim(in);
    e.title = e.name;
    const int repeats = in.has("repeats") ? in.count("repeats", most_repeats) : 1;
    for (const char* who : {"measured", "expected"}) {
        if (in.has(who)) {
            const std::string name = in.one_of(who, solver::method_names());
            if (e.find(name) == e.all.size()) {
                e.all.push_back({name, name, {}, repeats});
            }
        }
    }
    if (e.all.empty()) {
        (void)in.node("measured");
    }
    check_runs(in, e);
    e.statements = read_statements(in, kind, e, build_models(in, e));
    for (statement& s : e.statements) {
        s.says = e.claim;
    }
    return e;
}

}  // namespace

suite parse_suite(std::string_view text, const std::string& source) {
    check_key_parts(text, source);
    toml::table document;
    try {
        document = toml::parse(text);
    } catch (const toml::parse_error& e) {
        const auto& at = e.source().begin;
        throw data::input_error(
            source, fmt::format("line {}, column {}: {}", at.line, at.column, e.description()));
    }
    const toml_reader in(document, source, "a suite");
    in.only({"about", "check", "experiment"});
    suite result;
    result.name = std::filesystem::path(source).stem().string();
    result.about = in.text("about");
    result.text = checksum(text);
    std::vector<std::string> names;
    std::size_t runs = 0;
    const auto add = [&](const toml_reader& at, experiment e) {
        runs += planned_runs(e);
        if (runs > most_rows) {
            at.refuse(fmt::format("need at most {} runs in a suite", most_rows));
        }
        if (std::ranges::find(names, e.name) != names.end()) {
            at.refuse(fmt::format("there are two experiments named '{}'", e.name));
        }
        names.push_back(e.name);
        result.experiments.push_back(std::move(e));
    };
    if (!in.has("check")) {
        (void)in.node("experiment");
    }
    for (const toml_reader& one : in.tables("check", "a check")) {
        add(one, read_single_check(one));
    }
    for (const toml_reader& one : in.tables("experiment", "an experiment")) {
        add(one, read_experiment(one));
    }
    return result;
}

}  // namespace fusionflow::validation
