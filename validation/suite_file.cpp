#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <toml++/toml.h>

#include "data/error.hpp"
#include "validation/methods.hpp"
#include "validation/suite.hpp"

namespace fusionflow::validation {

namespace {

// A table of the file, whose keys are taken one by one; refusals name file and line.
class reader {
public:
    reader(const toml::table& table, std::string source, std::string what)
        : table_(table), source_(std::move(source)), what_(std::move(what)) {}

    [[noreturn]] void refuse(const toml::node& node, const std::string& rule) const {
        throw data::input_error(source_,
                                fmt::format("line {}: {}", node.source().begin.line, rule));
    }
    [[noreturn]] void refuse(const std::string& rule) const { refuse(table_, rule); }

    void only(const std::vector<std::string>& keys) const {
        for (const auto& [key, node] : table_) {
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
                refuse(node, fmt::format("unknown key '{}' in {}; keys are {}", key.str(), what_,
                                         fmt::join(keys, ", ")));
            }
        }
    }

    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }

    [[nodiscard]] const toml::node& node(std::string_view key) const {
        const toml::node* found = table_.get(key);
        if (found == nullptr) {
            refuse(fmt::format("{} needs a key '{}'", what_, key));
        }
        return *found;
    }

    [[nodiscard]] std::string text(std::string_view key) const {
        const auto* value = node(key).as_string();
        if (value == nullptr || value->get().empty()) {
            refuse(node(key), fmt::format("{} must be a text that is not empty", key));
        }
        return value->get();
    }

    [[nodiscard]] std::string one_of(std::string_view key,
                                     const std::vector<std::string>& names) const {
        std::string value = text(key);
        if (std::find(names.begin(), names.end(), value) == names.end()) {
            refuse(node(key), fmt::format("{} must be one of {}, got '{}'", key,
                                          fmt::join(names, ", "), value));
        }
        return value;
    }

    [[nodiscard]] double positive(std::string_view key) const {
        const auto value = node(key).value<double>();
        if (!(value && *value > 0 && std::isfinite(*value))) {
            refuse(node(key), fmt::format("{} must be a number > 0", key));
        }
        return *value;
    }

    // What `action` refuses is refused with the line of the key.
    template <typename Action>
    void at(const toml::node& where, const Action& action) const {
        try {
            action();
        } catch (const data::input_error& e) {
            refuse(where, e.what());
        }
    }

    [[nodiscard]] const toml::table& table() const { return table_; }
    [[nodiscard]] const std::string& source() const { return source_; }

private:
    const toml::table& table_;
    std::string source_;
    std::string what_;
};

// The text that an option of the command line would have.
std::string option_text(const reader& in, const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return text->get();
    }
    if (const auto* whole = node.as_integer()) {
        return std::to_string(whole->get());
    }
    if (const auto* real = node.as_floating_point()) {
        return fmt::format("{}", real->get());
    }
    if (const auto* flag = node.as_boolean()) {
        return flag->get() ? "true" : "false";
    }
    if (const auto* list = node.as_array()) {
        std::vector<std::string> pieces;
        for (const toml::node& element : *list) {
            pieces.push_back(option_text(in, element));
        }
        return fmt::format("{}", fmt::join(pieces, ","));
    }
    in.refuse(node, "need a number, a text, true or false, or a list of numbers");
}

settings read_model(const reader& in) {
    settings s;
    const auto* model = in.node("model").as_table();
    if (model == nullptr) {
        in.refuse(in.node("model"), "model must be a table of options");
    }
    for (const auto& [key, node] : *model) {
        std::string value = option_text(in, node);
        if (key.str() == "moments") {
            value = (std::filesystem::path(in.source()).parent_path() / value).string();
        }
        in.at(node, [&, name = key.str()] { set_option(s, name, value); });
    }
    return s;
}

check_kind read_kind(const reader& in) {
    const std::string kind = in.one_of("kind", {"agreement", "convergence", "invariant"});
    if (kind == "agreement") {
        return check_kind::agreement;
    }
    return kind == "convergence" ? check_kind::convergence : check_kind::invariant;
}

void read_convergence(const reader& in, check& c) {
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

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    for (const method& m : method_table()) {
        names.emplace_back(m.name);
    }
    return names;
}

// Every model of the check is built once, so that a suite is refused before it runs.
void check_models(const reader& in, const check& c) {
    for (std::size_t p = 0; p < c.points.size(); ++p) {
        in.at(in.node("model"), [&] { (void)build_model(c.points.at(c.model, p)); });
    }
}

check read_check(const toml::node& node, const std::string& source) {
    const auto* table = node.as_table();
    if (table == nullptr) {
        throw data::input_error(source, fmt::format("line {}: check must be a table: [[check]]",
                                                    node.source().begin.line));
    }
    const reader in(*table, source, "a check");
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
    c.measured = in.one_of("measured", method_names());
    c.expected = c.kind == check_kind::invariant ? "" : in.one_of("expected", method_names());
    c.model = read_model(in);
    if (in.has("grid")) {
        in.at(in.node("grid"), [&] { c.points = grid::parse(in.text("grid")); });
    }
    if (in.has("repeats")) {
        const auto repeats = in.node("repeats").value<int>();
        if (!(repeats && *repeats >= 1)) {
            in.refuse(in.node("repeats"), "repeats must be a whole number >= 1");
        }
        c.repeats = *repeats;
    }
    if (c.kind == check_kind::convergence) {
        read_convergence(in, c);
    }
    check_models(in, c);
    return c;
}

}  // namespace

suite parse_suite(std::string_view text, const std::string& source) {
    toml::table document;
    try {
        document = toml::parse(text);
    } catch (const toml::parse_error& e) {
        const auto& at = e.source().begin;
        throw data::input_error(
            source, fmt::format("line {}, column {}: {}", at.line, at.column, e.description()));
    }
    const reader in(document, source, "a suite");
    in.only({"about", "check"});
    suite result;
    result.name = std::filesystem::path(source).stem().string();
    result.about = in.text("about");
    const auto* checks = in.node("check").as_array();
    if (checks == nullptr || checks->empty()) {
        in.refuse(in.node("check"), "need one [[check]] or more");
    }
    for (const toml::node& node : *checks) {
        result.checks.push_back(read_check(node, source));
        const std::string& name = result.checks.back().name;
        if (std::count_if(result.checks.begin(), result.checks.end(),
                          [&](const check& c) { return c.name == name; }) > 1) {
            in.refuse(node, fmt::format("there are two checks named '{}'", name));
        }
    }
    return result;
}

}  // namespace fusionflow::validation
