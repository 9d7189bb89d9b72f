#include "fusionflow/data/moments_json.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "fusionflow/data/random.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow::data;
using fusionflow::tests::says;

BOOST_AUTO_TEST_SUITE(moments_json)

namespace {

// The example of the documentation.
nlohmann::json example() {
    return {{"names", {"A", "B"}},
            {"dims", {1, 1}},
            {"covariance", {{4, 1}, {1, 1}}},
            {"correlation", {5, 2}},
            {"target_power", 7}};
}

void check_refusal(const std::string& text, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)parse_moments(text, "m.json"), input_error,
                          says("m.json: " + message));
}

// The example with one value replaced, or one key more.
void check_value(const std::string& key, const nlohmann::json& value, const std::string& message) {
    auto tree = example();
    tree[key] = value;
    check_refusal(tree.dump(), message);
}

// A folder of its own, gone at the end.
struct folder {
    folder() { std::filesystem::create_directory(path); }
    ~folder() { std::filesystem::remove_all(path); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;

    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("fusionflow_moments_json_" + std::to_string(getpid()));
};

void check_same(const moments& a, const moments& b) {
    BOOST_TEST(a.names() == b.names());
    BOOST_TEST(a.dims() == b.dims());
    BOOST_TEST((a.covariance() == b.covariance()));
    BOOST_TEST((a.correlation() == b.correlation()));
    BOOST_TEST(a.target_power() == b.target_power());
}

}  // namespace

BOOST_AUTO_TEST_CASE(reads_the_documented_example) {
    const auto m = parse_moments(R"({"names": ["A","B"], "dims": [1,1],
        "covariance": [[4,1],[1,1]], "correlation": [5,2], "target_power": 7})",
                                 "m.json");
    Eigen::Matrix2d covariance;
    covariance << 4, 1, 1, 1;
    BOOST_TEST(m.names() == std::vector<std::string>({"A", "B"}));
    BOOST_TEST(m.dims() == std::vector<int>({1, 1}));
    BOOST_TEST((m.covariance() == covariance));
    BOOST_TEST((m.correlation() == Eigen::Vector2d(5, 2)));
    BOOST_TEST(m.target_power() == 7);
}

BOOST_AUTO_TEST_CASE(passes_over_provenance) {
    auto tree = example();
    tree["provenance"] = {{"tool", "x"}, {"names", {{"names", 1}}}};
    check_same(parse_moments(tree.dump(), "m.json"), parse_moments(example().dump(), "m.json"));
}

BOOST_AUTO_TEST_CASE(written_moments_read_back_to_the_same_digits) {
    random_source random(4);
    const Eigen::MatrixXd factor = random.normal_matrix(5, 10, 1e-3);
    const Eigen::MatrixXd covariance = factor * factor.transpose();
    const Eigen::VectorXd w = random.normal_matrix(5, 1, 1e5);
    const Eigen::VectorXd s = covariance * w;
    const moments m({"sound \"left\"", "\xc3\xa4"}, {2, 3}, covariance, s, w.dot(s) + 0.1);
    check_same(parse_moments(format_moments(m), "text"), m);
    BOOST_TEST(format_moments(parse_moments(format_moments(m), "text")) == format_moments(m));
}

BOOST_AUTO_TEST_CASE(several_targets_have_a_row_each) {
    auto file = example();
    file["correlation"] = {{4, 1}, {1, 1}};
    file["target_power"] = 9;
    const auto m = parse_moments(file.dump(), "m.json");
    BOOST_TEST(m.outputs() == 2);
    BOOST_TEST((m.part(m.correlations(), 1) == Eigen::Vector2d(1, 1)));
    const auto again = parse_moments(format_moments(m), "m.json");
    BOOST_TEST((again.correlations() == m.correlations()));
    file["correlation"] = {{5, 2}};
    BOOST_TEST((parse_moments(file.dump(), "m.json").correlation() == Eigen::Vector2d(5, 2)));
    file["correlation"] = {{4, 1}, {1}};
    check_refusal(file.dump(), "\"correlation\": row 2 has 1 numbers, need 2");
}

BOOST_AUTO_TEST_CASE(written_moments_look_like_this) {
    BOOST_TEST(format_moments(parse_moments(example().dump(), "m.json")) == R"({
  "names": ["A","B"],
  "dims": [1,1],
  "covariance": [
    [4.0,1.0],
    [1.0,1.0]
  ],
  "correlation": [5.0,2.0],
  "target_power": 7.0
}
)");
}

BOOST_AUTO_TEST_CASE(names_that_are_no_utf8_are_written_with_replacement) {
    const moments m({"\xff"}, {1}, Eigen::MatrixXd::Ones(1, 1), Eigen::VectorXd::Ones(1), 1);
    BOOST_TEST(parse_moments(format_moments(m), "text").name(0) == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(rejects_text_that_is_not_json_with_its_place) {
    check_refusal("", "is empty, need a JSON object");
    check_refusal(" \n\t", "is empty, need a JSON object");
    check_refusal("x", "not JSON at line 1, column 1: unexpected 'x' (fusionflow moments makes "
                       "moments of a table)");
    check_refusal("{\n \"dims\": [1,,1]}", "not JSON at line 2, column 13: unexpected ','");
    check_refusal("{\"dims\":\n\n[1,", "not JSON at line 3, column 4: unexpected end");
    check_refusal("{\"dims\": [1]}\n}", "not JSON at line 2, column 1: unexpected '}'");
    check_refusal("{\"names\": [\"a\nb\"]}", "not JSON at line 1, column 14");
    check_refusal(std::string("{\0}", 3), "not JSON at line 1, column 2: a NUL byte");
    check_refusal("{\"names\": \"\xff\"}", "not JSON at line 1, column 12");
}

BOOST_AUTO_TEST_CASE(rejects_numbers_that_are_not_finite) {
    check_refusal("{\"target_power\": NaN}", "not JSON at line 1, column 18: unexpected 'N'");
    check_refusal("{\"target_power\": -Infinity}", "not JSON at line 1, column 19: unexpected 'I'");
    check_refusal("{\"target_power\": 1e999}", "number beyond double precision: 1e999");
    check_refusal("[" + std::string(400, '7') + "]",
                  "number beyond double precision: " + std::string(40, '7') + "...");
}

BOOST_AUTO_TEST_CASE(rejects_missing_unknown_and_repeated_keys) {
    for (const char* key : {"names", "dims", "covariance", "correlation", "target_power"}) {
        auto tree = example();
        tree.erase(key);
        check_refusal(tree.dump(), std::string("missing key \"") + key + "\"");
    }
    check_value("foo", 1, "unknown key \"foo\"");
    check_value("a\nb", 1, "unknown key \"a\\nb\"");
    check_refusal("{\"dims\": [1], \"dims\": [1]}", "key \"dims\" is there twice");
    check_refusal("{}", "missing key \"correlation\"");
}

BOOST_AUTO_TEST_CASE(rejects_values_of_the_wrong_kind) {
    check_refusal("[1]", "need a JSON object, got a list");
    check_refusal("7", "need a JSON object, got 7");
    check_value("names", "AB", "\"names\": need a list of texts, got \"AB\"");
    check_value("names", {"A", 2}, "\"names\": need texts, got 2");
    check_value("dims", 2, "\"dims\": need a list of whole numbers, got 2");
    check_value("dims", {1, "x"}, "\"dims\": need whole numbers, got \"x\"");
    check_value("dims", {1, 1.5}, "\"dims\": need whole numbers, got 1.5");
    check_value("dims", {1, true}, "\"dims\": need whole numbers, got true");
    check_value("dims", {1, 18446744073709551615U},
                "\"dims\": need numbers of at most nine digits, got 18446744073709551615");
    check_value("covariance", {{"a", 1}}, "\"covariance\": need a list of rows, got an object");
    check_value("covariance", {4, 1}, "\"covariance\": need rows of numbers, got 4");
    check_value("covariance", {{4, 1}, {1, nullptr}}, "\"covariance\": need numbers, got null");
    check_value("correlation", {5, {2}}, "\"correlation\": need numbers, got a list");
    check_value("correlation", 5, "\"correlation\": need a list of numbers, got 5");
    check_value("target_power", "7", "\"target_power\": need a number, got \"7\"");
    check_value("target_power", std::string(100, 'x'),
                "\"target_power\": need a number, got \"" + std::string(39, 'x') + "...");
}

BOOST_AUTO_TEST_CASE(rejects_ragged_covariance_with_its_row) {
    check_value("covariance", {{4, 1}, {1}}, "\"covariance\": row 2 has 1 numbers, need 2");
    check_value("covariance", {{4}, {1, 1}}, "\"covariance\": row 1 has 1 numbers, need 2");
    check_value("covariance", {{4, 1}, nlohmann::json::array()},
                "\"covariance\": row 2 has 0 numbers, need 2");
}

BOOST_AUTO_TEST_CASE(rejects_what_moments_rejects_behind_the_source) {
    check_value("covariance", {{4, 0.5}, {0.4, 1}},
                "covariance: must be symmetric, but (1,2) = 0.5 and (2,1) = 0.4");
    check_value("covariance", {{4, 1, 0}, {1, 1, 0}, {0, 0, 1}},
                "covariance: need 2 x 2 for dims 1,1, got 3 x 3");
    check_value("covariance", nlohmann::json::array(),
                "covariance: need 2 x 2 for dims 1,1, got 0 x 0");
    check_value("dims", {1, -1}, "dims: need D >= 1, got -1 at 2");
    check_value("dims", {100000000, 1}, "dims: need a sum of at most 5000, got 100000000 at 1");
    check_value("names", {"A", "A"}, "names: must differ, but 'A' is there twice");
    check_value("correlation", {5, 2, 1}, "correlation: need 2 numbers, got 3");
    check_value(
        "target_power", 1,
        "target_power: need >= 7 = s Sigma^+ s^T, the power that the inputs explain, got 1");
}

BOOST_AUTO_TEST_CASE(rejects_deep_nesting_without_overflowing_the_stack) {
    const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
    check_refusal(deep, "nested deeper than 64 levels");
    check_refusal("{\"provenance\": " + deep + "}", "nested deeper than 64 levels");
}

BOOST_AUTO_TEST_CASE(rejects_more_values_than_any_moments_hold) {
    std::string text = "[0";
    for (int i = 0; i < 26000000; ++i) {
        text += ",0";
    }
    check_refusal(text + "]", "more than 26000000 values");
}

BOOST_AUTO_TEST_CASE(reads_files) {
    const folder here;
    const auto file = here.path / "m.json";
    std::ofstream(file) << example().dump();
    check_same(read_moments(file), parse_moments(example().dump(), "m.json"));
}

BOOST_AUTO_TEST_CASE(rejects_files_that_cannot_be_read) {
    const folder here;
    const auto check = [](const std::filesystem::path& file, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)read_moments(file), input_error,
                              says(file.string() + ": " + message));
    };
    check(here.path, "is a directory, need a file");
    check(here.path / "none.json", "cannot be opened: No such file or directory");
    const auto file = here.path / "m.json";
    std::ofstream(file) << "";
    check(file, "is empty, need a JSON object");
    std::ofstream(file) << "{\n]";
    check(file, "not JSON at line 2, column 1: unexpected ']'");
    // Grown without writing: takes no room on the disk.
    std::filesystem::resize_file(file, (std::uintmax_t{1} << 30U) + 1);
    check(file, "is larger than 1073741824 bytes");
}

BOOST_AUTO_TEST_CASE(means_are_read_or_known_to_be_zero) {
    const auto read = [](const nlohmann::json& more) {
        auto tree = example();
        tree.update(more);
        return parse_moments(tree.dump(), "m.json").means();
    };
    const nlohmann::json mean = {{"mean", {{"inputs", {1, 0.5}}, {"targets", {-2}}}}};
    BOOST_TEST(!read(nlohmann::json::object()).has_value());
    BOOST_TEST_REQUIRE(read(mean).has_value());
    BOOST_TEST((read(mean)->inputs == Eigen::Vector2d(1, 0.5)));
    BOOST_TEST((read(mean)->targets == Eigen::VectorXd::Constant(1, -2)));
    // What was taken off is not in the moments any more.
    for (const char* prepared : {"centered", "standardized"}) {
        auto both = mean;
        both["prepared"] = prepared;
        BOOST_TEST_REQUIRE(read(both).has_value());
        BOOST_TEST(read(both)->inputs.isZero(0));
        BOOST_TEST(read(both)->targets.isZero(0));
    }
    auto by_others = mean;
    by_others["prepared"] = "centered_as_training";
    BOOST_TEST(!read(by_others).has_value());
    check_value("mean", {{"inputs", {1}}, {"targets", {0}}},
                "\"mean\": need 2 numbers of inputs, got 1");
    check_value("mean", {{"inputs", {1, 2}}, {"targets", {0}}},
                "mean: need |<x>| <= sqrt(<x^2>), got 2 and 1 at input 2");
    check_value("mean", {{"inputs", {1, 1}}, {"targets", {3}}},
                "mean: need |<y>|^2 <= <|y|^2>, got 9 and 7");
}

BOOST_AUTO_TEST_SUITE_END()
