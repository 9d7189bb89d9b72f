#include <fmt/format.h>

#include <array>
#include <utility>

#include "fusionflow/data/json_values.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/readers/sample_summary.hpp"
#include "fusionflow/data/text_file.hpp"

namespace fusionflow::data {

namespace {

using nlohmann::json;

constexpr std::int64_t most_samples = std::int64_t{1} << 53U;

// A preparation by the training part has a name of its own.
struct preparation_name {
    const char* name;
    preparation prepared;
    bool by_others;
};

constexpr auto preparation_names = std::to_array<preparation_name>({
    {"as_read", preparation::as_read, false},
    {"centered", preparation::centered, false},
    {"standardized", preparation::standardized, false},
    {"centered_as_training", preparation::centered, true},
    {"standardized_as_training", preparation::standardized, true},
});

json split(const Eigen::VectorXd& numbers, Eigen::Index inputs) {
    const auto of_inputs = numbers.head(inputs);
    const auto of_targets = numbers.tail(numbers.size() - inputs);
    return {{"inputs", std::vector<double>(of_inputs.begin(), of_inputs.end())},
            {"targets", std::vector<double>(of_targets.begin(), of_targets.end())}};
}

const json& member(const json& tree, const char* key) {
    check_json_keys(tree.at(key), {"inputs", "targets"}, {});
    return tree.at(key);
}

Eigen::VectorXd read_numbers(const json& tree, const char* key, const moments& of) {
    const json& value = member(tree, key);
    Eigen::VectorXd numbers(of.dimension() + of.outputs());
    Eigen::Index at = 0;
    for (const auto& [part, count] :
         {std::pair{"inputs", of.dimension()}, std::pair{"targets", of.outputs()}}) {
        const json& list = json_list(value.at(part), key, "a list of numbers");
        if (list.size() != static_cast<std::size_t>(count)) {
            refuse(fmt::format("\"{}\": need {} numbers of {}, got {}", key, count, part,
                               list.size()));
        }
        for (const json& number : list) {
            numbers(at++) = json_number(number, key, "numbers");
        }
    }
    return numbers;
}

std::vector<std::string> read_names(const json& tree, const char* part, int count) {
    auto names = json_texts(member(tree, "columns").at(part), "columns");
    if (names.size() != static_cast<std::size_t>(count)) {
        throw input_error(
            "", fmt::format("\"columns\": need {} names of {}, got {}", count, part, names.size()));
    }
    return names;
}

void read_preparation(const json& value, sample_summary& s) {
    for (const preparation_name& n : preparation_names) {
        if (value == n.name) {
            s.prepared = n.prepared;
            s.by_others = n.by_others;
            return;
        }
    }
    refuse_json("prepared", "as_read, centered or standardized", value);
}

std::uint64_t read_count(const json& value) {
    if (!value.is_number_integer() || !(value >= 1) || !(value <= most_samples)) {
        refuse_json("samples", "a whole number from 1 to 2^53", value);
    }
    return value.get<std::uint64_t>();
}

sample_summary read_tree(const json& tree, moments values) {
    check_json_keys(tree,
                    {"names", "dims", "covariance", "correlation", "target_power", "samples",
                     "prepared", "columns", "mean"},
                    {"classes", "mean_rest", "scale", "provenance"});
    sample_summary s{std::move(values)};
    const auto size = Eigen::Index{s.values.dimension()} + s.values.outputs();
    s.samples = read_count(tree.at("samples"));
    read_preparation(tree.at("prepared"), s);
    s.columns = {read_names(tree, "inputs", s.values.dimension()),
                 read_names(tree, "targets", s.values.outputs())};
    if (tree.contains("classes")) {
        if (!tree.at("classes").is_boolean()) {
            refuse_json("classes", "true or false", tree.at("classes"));
        }
        s.classes = tree.at("classes").get<bool>();
    }
    s.mean = read_numbers(tree, "mean", s.values);
    s.mean_rest = tree.contains("mean_rest") ? read_numbers(tree, "mean_rest", s.values)
                                             : Eigen::VectorXd(Eigen::VectorXd::Zero(size));
    s.scale = tree.contains("scale") ? read_numbers(tree, "scale", s.values)
                                     : Eigen::VectorXd(Eigen::VectorXd::Ones(size));
    if (!(s.scale.minCoeff() > 0)) {
        refuse("\"scale\": need numbers > 0");
    }
    return s;
}

}  // namespace

std::string spell_preparation(const sample_summary& s) {
    for (const preparation_name& n : preparation_names) {
        if (n.prepared == s.prepared && n.by_others == s.by_others) {
            return n.name;
        }
    }
    return "";
}

std::string format_summary(const sample_summary& s, const std::string& provenance) {
    std::string more;
    const auto add = [&more](const char* key, const json& value) {
        more += fmt::format(",\n  \"{}\": {}", key,
                            value.dump(-1, ' ', false, json::error_handler_t::replace));
    };
    const Eigen::Index inputs = s.values.dimension();
    add("samples", s.samples);
    add("prepared", spell_preparation(s));
    if (s.classes) {
        add("classes", true);
    }
    add("columns", {{"inputs", s.columns.inputs}, {"targets", s.columns.targets}});
    add("mean", split(s.mean, inputs));
    if (s.prepared != preparation::as_read) {
        add("mean_rest", split(s.mean_rest, inputs));
    }
    if (s.prepared == preparation::standardized) {
        add("scale", split(s.scale, inputs));
    }
    add("provenance", provenance);
    return format_moments(s.values, more);
}

sample_summary read_summary(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    moments values = parse_moments(text, file.string());
    return naming(file.string(), [&] { return read_tree(parse_json(text), std::move(values)); });
}

}  // namespace fusionflow::data
