#include "fusionflow/data/readers/sample_summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/json_values.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/text_file.hpp"

namespace fusionflow::data {

namespace {

Eigen::VectorXd deviations(const sample_statistics& of, const summary_labels& labels) {
    const auto inputs = static_cast<Eigen::Index>(labels.columns.inputs.size());
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(of.mean.size());
    const Eigen::Index scaled = labels.classes ? inputs : of.mean.size();
    for (Eigen::Index i = 0; i < scaled; ++i) {
        const double variance = of.covariance(i, i);
        if (!(variance > 0)) {
            const auto place = static_cast<std::size_t>(i < inputs ? i : i - inputs);
            const auto& names = i < inputs ? labels.columns.inputs : labels.columns.targets;
            refuse(fmt::format("need columns that vary, but '{}' does not{}", names[place],
                               i < inputs ? " (--drop-constant leaves such inputs out)" : ""));
        }
        scale(i) = std::sqrt(variance);
    }
    return scale;
}

moments from_joint(const std::vector<std::string>& names, const std::vector<int>& dims,
                   const Eigen::MatrixXd& joint) {
    const Eigen::Index inputs = input_offsets(dims).back();
    const Eigen::Index targets = joint.rows() - inputs;
    return moments::of_targets(names, dims, joint.topLeftCorner(inputs, inputs),
                               joint.bottomLeftCorner(targets, inputs),
                               joint.diagonal().tail(targets).sum());
}

// How samples are prepared.
struct preparing {
    preparation prepared;
    const Eigen::VectorXd& mean;
    const Eigen::VectorXd& mean_rest;
    const Eigen::VectorXd& scale;
    bool by_others;
};

sample_summary prepare(const sample_statistics& of, const summary_labels& labels,
                       const preparing& how) {
    const bool centered = how.prepared != preparation::as_read;
    // Moments are taken about zero or about a mean; the samples' own mean makes no shift at all.
    const Eigen::VectorXd shift =
        centered ? Eigen::VectorXd((of.mean - how.mean) + (of.mean_rest - how.mean_rest)) : of.mean;
    Eigen::MatrixXd joint = of.covariance + shift * shift.transpose();
    for (Eigen::Index j = 0; j < joint.cols(); ++j) {
        joint.col(j).array() /= how.scale.array() * how.scale(j);
    }
    const Eigen::VectorXd mean = shift.cwiseQuotient(how.scale);
    const auto inputs = static_cast<Eigen::Index>(labels.columns.inputs.size());
    return {from_joint(labels.names, labels.dims, joint)
                .with_means({mean.head(inputs), mean.tail(mean.size() - inputs)}),
            of.count,
            labels.columns,
            how.prepared,
            labels.classes,
            centered && how.by_others,
            of.mean,
            centered ? of.mean_rest : Eigen::VectorXd::Zero(of.mean.size()),
            how.scale};
}

summary_labels labels_of(const sample_summary& s) {
    return {s.values.names(), s.values.dims(), s.columns, s.classes};
}

void check_same_columns(const summary_labels& got, const summary_labels& like,
                        const std::string& what) {
    if (got.names != like.names) {
        refuse(fmt::format("need the modalities of {}, '{}', got '{}'", what,
                           fmt::join(like.names, "', '"), fmt::join(got.names, "', '")));
    }
    const auto check = [&what](const auto& names, const auto& expected, const char* kind) {
        for (std::size_t i = 0; i < std::max(names.size(), expected.size()); ++i) {
            if (i >= names.size() || i >= expected.size() || names[i] != expected[i]) {
                refuse(fmt::format("need the {}s of {}, but {} {} is {} and not {}", kind, what,
                                   kind, i + 1, i < names.size() ? "'" + names[i] + "'" : "missing",
                                   i < expected.size() ? "'" + expected[i] + "'" : "there"));
            }
        }
    };
    check(got.columns.inputs, like.columns.inputs, "input");
    check(got.columns.targets, like.columns.targets, "target");
    if (got.dims != like.dims || got.classes != like.classes) {
        refuse(fmt::format("need inputs and classes divided as in {}", what));
    }
}

void check_same(const sample_summary& a, const sample_summary& b) {
    if (a.values.names() != b.values.names() || a.values.dims() != b.values.dims()) {
        refuse("need the same modalities as in the first part");
    }
    if (a.columns.inputs != b.columns.inputs || a.columns.targets != b.columns.targets) {
        refuse("need the same columns as in the first part");
    }
    if (a.prepared != b.prepared || a.classes != b.classes) {
        refuse("need samples prepared as in the first part");
    }
    if (a.by_others || b.by_others) {
        refuse("need samples prepared by their own mean, not by that of a training part");
    }
}

// Second moments in the units of the columns.
struct unscaled {
    Eigen::MatrixXd covariance;
    Eigen::MatrixXd correlation;  // K x D
    Eigen::VectorXd powers;       // of targets; where nothing was scaled their sum is in the first
};

unscaled without_scale(const sample_summary& s) {
    const Eigen::Index inputs = s.values.dimension();
    const Eigen::Index targets = s.values.outputs();
    const auto of_inputs = s.scale.head(inputs).asDiagonal();
    const auto of_targets = s.scale.tail(targets).asDiagonal();
    Eigen::VectorXd powers = Eigen::VectorXd::Zero(targets);
    if (s.prepared == preparation::standardized && !s.classes) {
        powers = s.scale.tail(targets).cwiseAbs2();  // each was divided by its own deviation
    } else {
        powers(0) = s.values.target_power();
    }
    return {of_inputs * s.values.covariance() * of_inputs,
            of_targets * s.values.matrix(s.values.correlations()) * of_inputs, powers};
}

unscaled joined_moments(const unscaled& a, double part_a, const unscaled& b, double part_b,
                        const Eigen::VectorXd& between) {
    const auto inputs = between.head(a.covariance.rows());
    const auto targets = between.tail(a.correlation.rows());
    unscaled joined{part_a * a.covariance + part_b * b.covariance + inputs * inputs.transpose(),
                    part_a * a.correlation + part_b * b.correlation + targets * inputs.transpose(),
                    part_a * a.powers + part_b * b.powers};
    joined.powers += targets.cwiseAbs2();
    return joined;
}

// Divides moments by the deviations of their columns and returns these.
Eigen::VectorXd scale_again(unscaled& joined, bool classes) {
    const Eigen::Index inputs = joined.covariance.rows();
    const Eigen::Index targets = joined.correlation.rows();
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(inputs + targets);
    scale.head(inputs) = joined.covariance.diagonal().cwiseSqrt();
    if (!classes) {
        scale.tail(targets) = joined.powers.cwiseSqrt();
        joined.powers.setOnes();
    }
    for (Eigen::Index j = 0; j < inputs; ++j) {
        joined.covariance.col(j).array() /= scale.head(inputs).array() * scale(j);
        joined.correlation.col(j).array() /= scale.tail(targets).array() * scale(j);
    }
    return scale;
}

}  // namespace

sample_summary summarise(const sample_statistics& of, const summary_labels& labels,
                         preparation prepared, const sample_statistics& like) {
    const Eigen::VectorXd scale = prepared == preparation::standardized
                                      ? deviations(like, labels)
                                      : Eigen::VectorXd::Ones(of.mean.size());
    return prepare(of, labels, {prepared, like.mean, like.mean_rest, scale, &of != &like});
}

sample_summary summarise_as(const sample_statistics& of, const summary_labels& labels,
                            const sample_summary& like) {
    if (like.by_others) {
        refuse("need moments prepared by their own mean, not by that of a training part");
    }
    check_same_columns({labels.names, labels.dims, labels.columns, labels.classes}, labels_of(like),
                       "the moments that it is prepared as");
    return prepare(of, labels, {like.prepared, like.mean, like.mean_rest, like.scale, true});
}

void check_held_out(const sample_summary& training, const sample_summary& held_out) {
    check_same_columns(labels_of(held_out), labels_of(training), "the training moments");
    sample_summary needed = training;
    needed.by_others = training.prepared != preparation::as_read;
    if (held_out.prepared != needed.prepared || held_out.by_others != needed.by_others) {
        refuse(fmt::format("need moments prepared {}, as the training moments are {}, got {} "
                           "(fusionflow moments DATA --prepared-as TRAINING.json makes them)",
                           spell_preparation(needed), spell_preparation(training),
                           spell_preparation(held_out)));
    }
    // Writing and reading keeps every digit, so that the scales have to be equal.
    if (held_out.scale != training.scale) {
        refuse("need moments divided by the deviations of the training moments, got others "
               "(fusionflow moments DATA --prepared-as TRAINING.json makes them)");
    }
}

sample_summary merged(const sample_summary& a, const sample_summary& b) {
    check_same(a, b);
    const double all = static_cast<double>(a.samples) + static_cast<double>(b.samples);
    const double part_a = static_cast<double>(a.samples) / all;
    const double part_b = static_cast<double>(b.samples) / all;
    const Eigen::VectorXd delta = (b.mean - a.mean) + (b.mean_rest - a.mean_rest);
    // Moments about two different means lack the term of the distance between these.
    const double between =
        a.prepared == preparation::as_read ? 0 : std::sqrt(part_a) * std::sqrt(part_b);
    unscaled joined =
        joined_moments(without_scale(a), part_a, without_scale(b), part_b, between * delta);
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(delta.size());
    if (a.prepared == preparation::standardized) {
        scale = scale_again(joined, a.classes);
    }
    sample_summary result{moments::of_targets(a.values.names(), a.values.dims(), joined.covariance,
                                              joined.correlation, joined.powers.sum()),
                          a.samples + b.samples,
                          a.columns,
                          a.prepared,
                          a.classes,
                          false,
                          a.mean + part_b * delta,
                          Eigen::VectorXd::Zero(delta.size()),
                          std::move(scale)};
    const Eigen::Index inputs = result.values.dimension();
    result.values = between > 0
                        ? result.values.with_zero_means()
                        : result.values.with_means({result.mean.head(inputs),
                                                    result.mean.tail(result.mean.size() - inputs)});
    if (between > 0) {
        // This is what the sum lost. The means are of one size, so that their difference is exact.
        result.mean_rest = (a.mean - result.mean) + part_b * delta + a.mean_rest;
    }
    return result;
}

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
