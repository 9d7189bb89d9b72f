#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

BOOST_AUTO_TEST_SUITE(diagnose)

namespace {

// y = 2 a + b, of independent a and b whose deviations are 1 and 2, with some noise.
std::string a_table(int rows) {
    std::mt19937 random(4);
    const auto uniform = [&random] {  // of variance 1; the same on every machine
        return (static_cast<double>(random()) / 4294967296.0 - 0.5) * std::sqrt(12.0);
    };
    std::string text = "a,b,y\n";
    for (int i = 0; i < rows; ++i) {
        const double a = uniform();
        const double b = 2 * uniform();
        text += fmt::format("{},{},{}\n", a, b, 2 * a + b + 0.1 * uniform());
    }
    return text;
}

const std::vector<std::string> quick = {"--depths", "2", "--networks", "3", "--init", "1e-3"};

std::vector<std::string> with(std::vector<std::string> line, const std::vector<std::string>& more) {
    line.insert(line.end(), more.begin(), more.end());
    return line;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_is_diagnosed) {
    const tests::temporary_folder folder;
    tests::write(folder.file("t.csv"), a_table(400));
    const auto line = with({"diagnose", folder.file("t.csv"), "--modality", "one=a", "--modality",
                            "two=b", "--target", "y", "--train-fraction", "0.75", "--learning-rate",
                            "0.01", "--epochs", "5000"},
                           quick);
    const auto text = run(line);
    BOOST_TEST(text.code == 0);
    BOOST_TEST(text.out.find("two is learned first") != std::string::npos);
    BOOST_TEST(text.out.find("fuse at layer 2 at the latest") != std::string::npos);
    const auto json = run(with(line, {"--format", "json"})).json();
    BOOST_TEST(json["first_learned"] == "two");
    BOOST_TEST(json["modalities"][0]["name"] == "one");
    BOOST_TEST(json["modalities"][0]["order"] == 2);
    BOOST_TEST(json["modalities"][1]["prospect"] == "learned");
    BOOST_TEST(json["explained"].get<double>() > 0.99);
    BOOST_TEST(json["samples"].get<int>() > 250);
    BOOST_TEST(json["fusions"].size() == 2U);
    const auto& late = json["fusions"][1];
    BOOST_TEST(late["networks"]["times"][0]["learned"] == 3);
    BOOST_TEST(late["predictions"]["formula"]["times"].size() == 2U);
    BOOST_TEST(late["held_out"]["at_start"].get<double>() >
               late["held_out"]["at_end"].get<double>());
}

BOOST_AUTO_TEST_CASE(moments_of_the_table_say_the_same) {
    const tests::temporary_folder folder;
    tests::write(folder.file("t.csv"), a_table(400));
    const std::vector<std::string> table = {
        folder.file("t.csv"), "--modality", "one=a", "--modality", "two=b", "--target", "y",
        "--train-fraction",   "0.75"};
    const std::string train = folder.file("train.json");
    const std::string rest = folder.file("rest.json");
    BOOST_TEST_REQUIRE(
        run(with(with({"moments"}, table), {"--output", train, "--held-out", rest})).code == 0);
    const auto of_table =
        run(with(with(with({"diagnose"}, table), quick), {"--format", "json"})).json();
    const auto of_moments =
        run(with(with({"diagnose", train, "--held-out", rest}, quick), {"--format", "json"}))
            .json();
    for (const char* key : {"samples", "modalities", "plateaus", "fusions", "advice"}) {
        BOOST_TEST(of_table[key] == of_moments[key], key);
    }
}

BOOST_AUTO_TEST_CASE(refuses_in_one_line) {
    const tests::temporary_folder folder;
    tests::write(folder.file("t.csv"), a_table(10));
    const auto refuses = [&](const std::vector<std::string>& more, const std::string& message) {
        const auto result = run(with({"diagnose", folder.file("t.csv"), "--modality", "one=a",
                                      "--modality", "two=b", "--target", "y"},
                                     more));
        BOOST_TEST(result.code == 2);
        BOOST_TEST(result.out.empty());
        BOOST_TEST(result.err == "fusionflow: " + message + "\n");
    };
    refuses({"--depths", "1"}, "--depths: need 2 ... 20 layers, got 1");
    refuses({"--epochs", "10"}, "--epochs: needs --learning-rate");
    refuses({"--networks", "0"}, "--networks: need 1 ... 1000000, got 0");
    refuses({"--held-out", "h.json"},
            "--held-out: cannot be combined with --modality: --train-fraction holds rows of the "
            "tables out");
    const auto nothing = run({"diagnose"});
    BOOST_TEST(nothing.code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
