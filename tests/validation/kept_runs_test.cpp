#include "fusionflow/validation/experiments/kept_runs.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;
using validation::run_record;

BOOST_AUTO_TEST_SUITE(kept_runs)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// Through the line of a file, as a journal keeps it.
validation::journal_row through_a_line(const validation::journal_row& row) {
    const auto back = validation::parse_row(validation::format_row(3, row));
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST(back->index == 3U);
    return back->row;
}

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_comes_back_with_its_path_to_the_last_bit) {
    run_record run{{{"a", 0.1 + 0.2}, {"b", inf}, {"c", NAN}}, "learned", true};
    run.path.names = {"sound", "\u00e9 \"x\""};
    run.path.outputs = 2;
    run.path.partial = true;
    for (const double t : {0.0, 1.0 / 3, -0.0, 5e-324}) {
        run.path.time.push_back(t);
        run.path.loss.push_back(t == 0 ? NAN : 1e300 * t);
        run.path.weights.emplace_back(Eigen::Vector3d(t, inf, -1 / 7.0));
        run.path.norms.emplace_back(Eigen::Vector2d(t, 2));
        run.path.branch.emplace_back(Eigen::VectorXd());
    }
    const std::vector<std::string> quantities = {"c", "a", "b"};
    const auto row = through_a_line(validation::keep_run(run, quantities, true));
    const auto back = validation::read_run(row, quantities, true);
    BOOST_TEST_REQUIRE(back.has_value());
    for (const auto& [name, value] : run.values) {
        BOOST_TEST(is_same(back->values.at(name), value));
    }
    BOOST_TEST((back->outcome == "learned" && back->failed));
    BOOST_TEST((back->path.names == run.path.names && back->path.outputs == 2));
    BOOST_TEST(back->path.partial);
    BOOST_TEST(back->path.time == run.path.time);
    for (std::size_t i = 0; i < run.path.size(); ++i) {
        BOOST_TEST(is_same(back->path.loss[i], run.path.loss[i]));
        BOOST_TEST((back->path.weights[i] == run.path.weights[i]));
        BOOST_TEST((back->path.norms[i] == run.path.norms[i]));
        BOOST_TEST(back->path.branch[i].size() == 0);
    }
    BOOST_TEST(std::signbit(back->path.time[2]));
}

BOOST_AUTO_TEST_CASE(a_row_without_what_is_wanted_is_no_run) {
    const run_record run{{{"a", 1}}, "learned", false};
    const auto plain = validation::keep_run(run, {"a"}, false);
    BOOST_TEST(validation::read_run(plain, {"a"}, false).has_value());
    BOOST_TEST(!validation::read_run(plain, {"a"}, true).has_value());
    BOOST_TEST(!validation::read_run(plain, {"a", "b"}, false).has_value());
    // A path without instants, of a method that has none, is a path.
    BOOST_TEST(
        validation::read_run(validation::keep_run(run, {"a"}, true), {"a"}, true).has_value());
    for (const std::string more : {"{}", "[]", "{\"names\":5}", "7", "{\"time\":[\"soon\"]}"}) {
        auto row = plain;
        row.more = more;
        BOOST_TEST(!validation::read_run(row, {"a"}, true).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
