#include "fusionflow/data/readers/sample_summary.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "fusionflow/data/moments_json.hpp"
#include "fusionflow/data/random.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using data::preparation;

using tests::says;

BOOST_AUTO_TEST_SUITE(sample_summary)

namespace {

// Inputs a, b | c and targets y, z, with means far from zero.
data::row_matrix sample(Eigen::Index rows, std::uint64_t seed, double mean = 1e8) {
    data::random_source random(seed);
    data::row_matrix z(rows, 5);
    for (Eigen::Index i = 0; i < rows; ++i) {
        const double common = random.normal();
        for (Eigen::Index p = 0; p < 5; ++p) {
            z(i, p) = (p == 1 ? mean : 3) + (common + random.normal()) * (p == 2 ? 20 : 1);
        }
    }
    return z;
}

data::summary_labels labels(bool classes = false) {
    return {{"sound", "sight"}, {2, 1}, {{"a", "b", "c"}, {"y", "z"}}, classes};
}

data::sample_statistics statistics(const data::row_matrix& rows) {
    data::moment_sums sums(rows.cols());
    sums.add(rows);
    return sums.statistics();
}

data::sample_summary summary(const data::row_matrix& rows, preparation prepared,
                             bool classes = false) {
    const auto of = statistics(rows);
    return data::summarise(of, labels(classes), prepared, of);
}

// Largest difference, each number relative to what its size may be.
double difference(const data::sample_summary& a, const data::sample_summary& b) {
    const Eigen::VectorXd size = b.values.covariance().diagonal().cwiseSqrt();
    const Eigen::MatrixXd off = a.values.covariance() - b.values.covariance();
    double largest = (off.array() / (size * size.transpose()).array()).abs().maxCoeff();
    const Eigen::MatrixXd s =
        a.values.matrix(a.values.correlations()) - b.values.matrix(b.values.correlations());
    const double y = std::sqrt(b.values.target_power());
    largest =
        std::max(largest, (s.array().rowwise() / (y * size.transpose()).array()).abs().maxCoeff());
    largest = std::max(largest, std::abs(a.values.target_power() / b.values.target_power() - 1));
    largest = std::max(largest, (a.scale.array() / b.scale.array() - 1).abs().maxCoeff());
    const Eigen::VectorXd mean = (a.mean - b.mean) + (a.mean_rest - b.mean_rest);
    return std::max(largest, (mean.array() / b.mean.array()).abs().maxCoeff());
}

constexpr auto preparations = {preparation::as_read, preparation::centered,
                               preparation::standardized};

}  // namespace

BOOST_AUTO_TEST_CASE(moments_are_those_of_the_prepared_samples) {
    const data::row_matrix rows = sample(1000, 1, 50);
    for (const preparation p : preparations) {
        data::row_matrix z = rows;
        if (p != preparation::as_read) {
            z.rowwise() -= z.colwise().mean();
        }
        if (p == preparation::standardized) {
            const Eigen::RowVectorXd d = (z.colwise().squaredNorm() / 1000).cwiseSqrt();
            z.array().rowwise() /= d.array();
        }
        const data::sample_summary s = summary(rows, p);
        const Eigen::MatrixXd joint = z.transpose() * z / 1000;
        // Sums of 1000 in another order, of numbers that lost a digit or two to the mean.
        BOOST_TEST(s.values.covariance().isApprox(joint.topLeftCorner(3, 3), 1e-12));
        BOOST_TEST(
            s.values.matrix(s.values.correlations()).isApprox(joint.bottomLeftCorner(2, 3), 1e-12));
        BOOST_TEST(std::abs(s.values.target_power() / (joint(3, 3) + joint(4, 4)) - 1) < 1e-12);
        BOOST_TEST(s.samples == 1000U);
        BOOST_TEST(s.values.dims() == std::vector<int>({2, 1}));
    }
}

BOOST_AUTO_TEST_CASE(held_out_samples_are_prepared_by_the_training_part) {
    const data::row_matrix training = sample(500, 1, 50);
    const data::row_matrix rest = sample(300, 2, 50);
    const auto like = statistics(training);
    const data::sample_summary s =
        data::summarise(statistics(rest), labels(), preparation::standardized, like);
    const Eigen::RowVectorXd mean = training.colwise().mean();
    const Eigen::RowVectorXd d =
        ((training.rowwise() - mean).colwise().squaredNorm() / 500).cwiseSqrt();
    data::row_matrix z = rest.rowwise() - mean;
    z.array().rowwise() /= d.array();
    const Eigen::MatrixXd joint = z.transpose() * z / 300;
    BOOST_TEST(s.values.covariance().isApprox(joint.topLeftCorner(3, 3), 1e-12));
    BOOST_TEST(s.by_others);
    BOOST_CHECK_EXCEPTION(
        (void)data::merged(s, s), data::input_error,
        says(": need samples prepared by their own mean, not by that of a training part"));
}

// By what a file keeps of the training part: the same digits as in one run.
BOOST_AUTO_TEST_CASE(samples_are_prepared_as_those_of_a_file) {
    const auto training = statistics(sample(500, 1));
    const auto rest = statistics(sample(300, 2));
    const tests::temporary_folder folder;
    for (const preparation p :
         {preparation::as_read, preparation::centered, preparation::standardized}) {
        const data::sample_summary own = data::summarise(training, labels(), p, training);
        tests::write(folder.file("m.json"), data::format_summary(own, "x"));
        const data::sample_summary like = data::read_summary(folder.file("m.json"));
        const data::sample_summary as = data::summarise_as(rest, labels(), like);
        const data::sample_summary with = data::summarise(rest, labels(), p, training);
        BOOST_TEST(data::format_summary(as, "") == data::format_summary(with, ""));
        BOOST_CHECK_NO_THROW(data::check_held_out(own, as));
        if (p != preparation::as_read) {
            BOOST_CHECK_EXCEPTION(
                (void)data::summarise_as(rest, labels(), as), data::input_error,
                says(": need moments prepared by their own mean, not by that of a training part"));
        }
    }
    data::summary_labels other = labels();
    other.columns.inputs[1] = "q";
    const data::sample_summary like = summary(sample(50, 1), preparation::centered);
    BOOST_CHECK_EXCEPTION(
        (void)data::summarise_as(rest, other, like), data::input_error,
        says(": need the inputs of the moments that it is prepared as, but input 2 is 'q' and not "
             "'b'"));
    other = labels();
    other.names[0] = "touch";
    BOOST_CHECK_EXCEPTION(
        (void)data::summarise_as(rest, other, like), data::input_error,
        says(": need the modalities of the moments that it is prepared as, 'sound', 'sight', got "
             "'touch', 'sight'"));
}

BOOST_AUTO_TEST_CASE(held_out_moments_need_the_preparation_of_the_training_part) {
    const data::row_matrix rows = sample(100, 1);
    const data::row_matrix rest = sample(100, 2);
    const auto refuses = [](const data::sample_summary& training,
                            const data::sample_summary& held_out, const std::string& rule) {
        BOOST_CHECK_EXCEPTION(data::check_held_out(training, held_out), data::input_error,
                              says(": " + rule));
    };
    const std::string way = " (fusionflow moments DATA --prepared-as TRAINING.json makes them)";
    const auto read = summary(rows, preparation::as_read);
    const auto centered = summary(rows, preparation::centered);
    const auto scaled = summary(rows, preparation::standardized);
    BOOST_CHECK_NO_THROW(data::check_held_out(read, summary(rest, preparation::as_read)));
    refuses(scaled, read,
            "need moments prepared standardized_as_training, as the training moments are "
            "standardized, got as_read" +
                way);
    refuses(scaled, scaled,
            "need moments prepared standardized_as_training, as the training moments are "
            "standardized, got standardized" +
                way);
    refuses(read, centered,
            "need moments prepared as_read, as the training moments are as_read, got centered" +
                way);
    refuses(centered, data::summarise_as(statistics(rest), labels(), scaled),
            "need moments prepared centered_as_training, as the training moments are centered, got "
            "standardized_as_training" +
                way);
    const auto other = summary(rest, preparation::standardized);
    refuses(scaled, data::summarise_as(statistics(rest), labels(), other),
            "need moments divided by the deviations of the training moments, got others" + way);
}

BOOST_AUTO_TEST_CASE(classes_are_centered_but_not_scaled) {
    const data::sample_summary s = summary(sample(100, 1), preparation::standardized, true);
    BOOST_TEST((s.scale.tail(2) == Eigen::Vector2d(1, 1)));
    BOOST_TEST(std::abs(s.values.covariance()(1, 1) - 1) < 1e-15);
}

BOOST_AUTO_TEST_CASE(columns_that_do_not_vary_cannot_be_standardized) {
    for (const auto& [column, name] : {std::pair{1, "b"}, std::pair{4, "z"}}) {
        data::row_matrix rows = sample(100, 1);
        rows.col(column).setConstant(0.3);
        BOOST_CHECK_EXCEPTION(
            (void)summary(rows, preparation::standardized), data::input_error,
            says(std::string(": need columns that vary, but '") + name + "' does not" +
                 (column == 1 ? " (--drop-constant leaves such inputs out)" : "")));
        BOOST_CHECK_NO_THROW((void)summary(rows, preparation::centered));
    }
}

// A mean of 1e8 deviations: in one double it is off by 1e-8 of them.
BOOST_AUTO_TEST_CASE(merged_parts_are_the_whole_also_through_files) {
    const data::row_matrix rows = sample(5000, 9);
    const tests::temporary_folder folder;
    for (const preparation p : preparations) {
        for (const bool classes : {false, true}) {
            const data::sample_summary whole = summary(rows, p, classes);
            const data::sample_summary a = summary(rows.topRows(700), p, classes);
            const data::sample_summary c = summary(rows.bottomRows(4300), p, classes);
            const data::sample_summary joined = data::merged(a, c);
            BOOST_TEST(joined.samples == whole.samples);
            // Some roundings of a number each: the parts are exact to about 1e-15.
            BOOST_TEST(difference(joined, whole) < 1e-13);
            BOOST_TEST(difference(joined, a) > 1e-6);
            tests::write(folder.file("a.json"), data::format_summary(a, "by hand"));
            tests::write(folder.file("c.json"), data::format_summary(c, "by hand"));
            const data::sample_summary read =
                data::merged(data::read_summary(folder.file("a.json")),
                             data::read_summary(folder.file("c.json")));
            BOOST_TEST(difference(read, joined) == 0);
            BOOST_TEST(data::format_summary(read, "") == data::format_summary(joined, ""));
        }
    }
}

BOOST_AUTO_TEST_CASE(files_of_samples_are_moments_for_everyone_else) {
    const data::sample_summary s = summary(sample(100, 1), preparation::standardized);
    const data::moments m = data::parse_moments(data::format_summary(s, "by hand"), "m.json");
    BOOST_TEST((m.covariance() == s.values.covariance()));
    BOOST_TEST((m.correlations() == s.values.correlations()));
    BOOST_TEST(m.names() == s.values.names());
}

BOOST_AUTO_TEST_CASE(parts_that_do_not_fit_are_refused) {
    const data::row_matrix rows = sample(100, 1);
    const data::sample_summary a = summary(rows, preparation::centered);
    const auto refuses = [&](const data::sample_summary& b, const std::string& rule) {
        BOOST_CHECK_EXCEPTION((void)data::merged(a, b), data::input_error, says(": " + rule));
    };
    refuses(summary(rows, preparation::as_read), "need samples prepared as in the first part");
    const auto of = statistics(rows);
    data::summary_labels other = labels();
    other.columns.targets[1] = "q";
    refuses(data::summarise(of, other, preparation::centered, of),
            "need the same columns as in the first part");
    other = labels();
    other.names[0] = "smell";
    refuses(data::summarise(of, other, preparation::centered, of),
            "need the same modalities as in the first part");
}

BOOST_AUTO_TEST_CASE(files_that_are_wrong_are_refused) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("m.json");
    const auto good = nlohmann::json::parse(
        data::format_summary(summary(sample(100, 1), preparation::standardized), ""));
    const auto refuses = [&](const std::string& key, const nlohmann::json& value,
                             const std::string& rule) {
        nlohmann::json tree = good;
        tree[key] = value;
        tests::write(file, tree.dump());
        BOOST_CHECK_EXCEPTION((void)data::read_summary(file), data::input_error,
                              says(file + ": " + rule));
    };
    refuses("samples", 0, "\"samples\": need a whole number from 1 to 2^53, got 0");
    refuses("samples", 1.5, "\"samples\": need a whole number from 1 to 2^53, got 1.5");
    refuses("prepared", "baked",
            "\"prepared\": need as_read, centered or standardized, got \"baked\"");
    refuses("classes", 1, "\"classes\": need true or false, got 1");
    refuses("mean", {{"inputs", {1, 2, 3}}, {"targets", {1}}},
            "\"mean\": need 2 numbers of targets, got 1");
    refuses("mean", {{"inputs", {1, 2, 3}}}, "missing key \"targets\"");
    refuses("mean", 3, "need a JSON object, got 3");
    refuses("columns", {{"inputs", {"a", "b"}}, {"targets", {"y", "z"}}},
            "\"columns\": need 3 names of inputs, got 2");
    refuses("scale", {{"inputs", {1, 2, 0}}, {"targets", {1, 1}}}, "\"scale\": need numbers > 0");
    nlohmann::json plain = good;
    plain.erase("samples");
    tests::write(file, plain.dump());
    BOOST_CHECK_EXCEPTION((void)data::read_summary(file), data::input_error,
                          says(file + ": missing key \"samples\""));
}

BOOST_AUTO_TEST_SUITE_END()
