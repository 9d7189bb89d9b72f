#include <algorithm>
#include <filesystem>

#include "fusionflow/solver/method.hpp"
#include "fusionflow/validation/experiments/experiment_file.hpp"
#include "fusionflow/validation/experiments/suite.hpp"
#include "fusionflow/validation/experiments/toml_keys.hpp"
#include "fusionflow/validation/experiments/toml_reader.hpp"
#include "fusionflow/validation/study/checksum.hpp"
#include "fusionflow/validation/study/table.hpp"

namespace fusionflow::validation {

namespace {

check_kind read_kind(const toml_reader& in) {
    const std::string kind = in.one_of("kind", {"agreement", "convergence", "invariant"});
    if (kind == "agreement") {
        return check_kind::agreement;
    }
    return kind == "convergence" ? check_kind::convergence : check_kind::invariant;
}

void read_convergence(const toml_reader& in, check& c) {
    c.order = in.positive("order");
    c.logarithmic = in.has("in") && in.one_of("in", {"init", "1/log(1/init)"}) != "init";
    const auto& axes = c.points.axes();
    if (!(axes.size() == 1 && axes.front().option == "init" && c.points.size() >= 2)) {
        in.refuse("convergence needs a grid of one axis, init, with two values or more");
    }
    for (std::size_t p = 1; p < c.points.size(); ++p) {
        if (!(c.points.at(c.model, p).init.u0 < c.points.at(c.model, p - 1).init.u0)) {
            in.refuse(in.node("grid"), "convergence needs values of init that fall");
        }
    }
}

// Every model of the check is built once, so that a suite is refused before it runs.
void check_models(const toml_reader& in, const check& c) {
    for (std::size_t p = 0; p < c.points.size(); ++p) {
        in.at(in.node("model"), [&] { (void)build_model(c.points.at(c.model, p)); });
    }
}

check read_check(const toml_reader& in) {
    check c;
    c.kind = read_kind(in);
    std::vector<std::string> keys = {"name",      "claim",  "kind",     "model",   "grid",
                                     "tolerance", "reason", "quantity", "measured"};
    if (c.kind != check_kind::invariant) {
        keys.emplace_back("expected");
    }
    if (c.kind == check_kind::agreement) {
        keys.emplace_back("repeats");
    }
    if (c.kind == check_kind::convergence) {
        keys.insert(keys.end(), {"order", "in"});
    }
    in.only(keys);
    c.name = in.text("name");
    c.claim = in.text("claim");
    c.reason = in.text("reason");
    c.tolerance = in.positive("tolerance");
    c.quantity = in.one_of("quantity", quantities_of(c.kind));
    c.measured = in.one_of("measured", solver::method_names());
    c.expected =
        c.kind == check_kind::invariant ? "" : in.one_of("expected", solver::method_names());
    c.model = in.model("model");
    if (in.has("grid")) {
        in.at(in.node("grid"), [&] { c.points = grid::parse(in.text("grid")); });
    }
    if (in.has("repeats")) {
        c.repeats = in.count("repeats", most_repeats);
    }
    if (c.kind == check_kind::convergence) {
        read_convergence(in, c);
    }
    if (static_cast<std::size_t>(c.repeats) > most_rows / c.points.size()) {
        in.refuse(fmt::format("need at most {} runs, got {} at each of {} points", most_rows,
                              c.repeats, c.points.size()));
    }
    check_models(in, c);
    return c;
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
    const auto once = [&names](const toml_reader& at, const std::string& name, const char* what) {
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            at.refuse(fmt::format("there are two {}s named '{}'", what, name));
        }
        names.push_back(name);
    };
    if (!in.has("experiment")) {
        (void)in.node("check");
    }
    for (const toml_reader& one : in.tables("check", "a check")) {
        result.checks.push_back(read_check(one));
        once(one, result.checks.back().name, "check");
    }
    std::size_t runs = 0;
    for (const toml_reader& one : in.tables("experiment", "an experiment")) {
        result.experiments.push_back(read_experiment(one));
        runs += planned_runs(result.experiments.back());
        if (runs > most_rows) {
            one.refuse(fmt::format("need at most {} runs in a suite", most_rows));
        }
        once(one, result.experiments.back().name, "experiment");
    }
    return result;
}

}  // namespace fusionflow::validation
