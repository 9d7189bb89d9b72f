#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/cli/child.hpp"
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

// Columns without their alignment.
std::string single_spaced(std::string text) {
    text.erase(
        std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
        text.end());
    return text;
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
    BOOST_TEST(text.out.find("After 5000 epochs late fusion of") != std::string::npos);
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

BOOST_AUTO_TEST_CASE(a_report_is_a_page_and_what_json_prints) {
    const tests::temporary_folder folder;
    tests::write(folder.file("t.csv"), a_table(100));
    const auto line = with({"diagnose", folder.file("t.csv"), "--modality", "one=a", "--modality",
                            "two=b", "--target", "y"},
                           quick);
    const auto plain = run(line);
    const std::string to = folder.file("new/report");
    const auto text = run(with(line, {"--report", to}));
    BOOST_TEST(text.code == 0);
    BOOST_TEST(text.out == plain.out);
    BOOST_TEST(text.err == plain.err + "fusionflow: report: " + to + "/index.html\n");
    const auto json = run(with(line, {"--report", to, "--format", "json", "--quiet"}));
    BOOST_TEST(json.err.empty());
    BOOST_TEST(json.out == tests::read(to + "/diagnosis.json"));
    const std::string page = tests::read(to + "/index.html");
    const auto answer = json.json();
    for (const auto& advice : answer["advice"]) {
        BOOST_TEST(page.find("<li>" + advice.get<std::string>() + "</li>") != std::string::npos);
    }
    // Time and error of the formula, as the text has them.
    const auto& late = answer["fusions"][1];
    const double error = late["predictions"]["formula"]["errors_percent"][0];
    const double median = late["networks"]["times"][0]["quantiles"]["0.5"];
    const double time = late["predictions"]["formula"]["times"][0];
    // Rounding of three operations on numbers of this size.
    BOOST_TEST(std::abs(error - 100 * (time - median) / median) < 1e-10);
    const std::string row = fmt::format(" {:.5g} {:+.1f}% ", time, error);
    BOOST_TEST(single_spaced(text.out).find(row) != std::string::npos, row << "is not in\n"
                                                                           << text.out);
    for (std::size_t at = 0; at < text.out.size();) {
        const std::size_t end = text.out.find('\n', at);
        BOOST_TEST(end - at <= 100U);
        at = end + 1;
    }
}

BOOST_AUTO_TEST_CASE(reports_that_cannot_be_written_are_refused_before_anything_is_read) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("f");
    tests::write(file, "a file");
    const auto taken = run({"diagnose", "none.json", "--report", file});
    BOOST_TEST(taken.code == 2);
    BOOST_TEST(taken.out.empty());
    BOOST_TEST(taken.err ==
               "fusionflow: --report: cannot make the folder '" + file + "': Not a directory\n");
    // Input that is refused later leaves no folder.
    const auto unread = run({"diagnose", folder.file("none.json"), "--report", folder.file("a/b")});
    BOOST_TEST(unread.code == 2);
    BOOST_TEST(folder.count() == 1);
    const auto undrawn =
        tests::run_line("PATH=" + folder.path() + " fusionflow diagnose none.json --report r");
    BOOST_TEST(undrawn.code == 2);
    BOOST_TEST(undrawn.err ==
               "fusionflow: plot: gnuplot was not found; install it (Debian: gnuplot-nox)\n");
}

// So many networks that there are none of which all are known.
BOOST_AUTO_TEST_CASE(who_interrupts_it_has_what_is_known_and_a_word_that_it_is_partial) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const tests::temporary_folder folder;
        tests::write(folder.file("t.csv"), a_table(40));
        const auto line = [&](const std::vector<std::string>& more) {
            return with({"diagnose", folder.file("t.csv"), "--modality", "one=a", "--modality",
                         "two=b", "--target", "y", "--depths", "2", "--init", "1e-3"},
                        more);
        };
        const std::string whole = run(line({"--networks", "1"})).out;
        const std::string first = whole.substr(0, whole.find("\n\n", whole.find("\n\n") + 2) + 2);
        BOOST_REQUIRE(::mkfifo(folder.file("out").c_str(), 0600) == 0);
        tests::child diagnosis(line({"--networks", "1000000"}), {}, folder.file("out"));
        std::ifstream out(folder.file("out"));
        std::string text(first.size(), ' ');
        out.read(text.data(), static_cast<std::streamsize>(text.size()));
        BOOST_TEST(text == first);
        diagnosis.send(signal);
        const std::string rest((std::istreambuf_iterator<char>(out)), {});
        const int status = diagnosis.wait();
        BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == signal));
        BOOST_TEST(rest == "interrupted before the first of 2 ways to fuse was known\n");
    }
}

BOOST_AUTO_TEST_CASE(help_and_provenance_say_the_values_that_a_diagnosis_takes) {
    const std::string help = run({"diagnose", "--help"}).out;
    for (const std::string line :
         {"--rtol R                   relative error allowed per step of a flow (1e-5)",
          "--max-steps N              most steps of a flow (1e5)",
          "--accuracy A               largest error of |W_m(t)|, as a part of its largest "
          "value (1e-2)",
          "kaiming or kaiming-normal (gaussian)", "> 0 (0.1)"}) {
        BOOST_TEST(help.find(line) != std::string::npos, line);
    }
    const tests::temporary_folder folder;
    tests::write(folder.file("t.csv"), a_table(40));
    const auto provenance = [&](const std::vector<std::string>& more) {
        const auto json = run(with({"diagnose", folder.file("t.csv"), "--modality", "one=a",
                                    "--modality", "two=b", "--target", "y", "--depths", "2",
                                    "--networks", "1", "--format", "json"},
                                   more))
                              .json();
        const std::string line = json["provenance"];
        return line.substr(line.rfind('('));
    };
    BOOST_TEST(provenance({}) == "(seed 1, rtol 1e-05, scheme gaussian, init 0.1, accuracy 1e-2, "
                                 "max-steps 1e5, clock progress)");
    BOOST_TEST(provenance({"--rtol", "1e-6", "--rounds", "3", "--init", "0.01", "--seed", "4"}) ==
               "(seed 4, rtol 1e-06, scheme gaussian, max-steps 1e5, clock progress)");
    // What has neither seed nor tolerance does not claim any.
    BOOST_TEST(run({"moments", folder.file("t.csv"), "--modality", "one=a", "--target", "y",
                    "--format", "json"})
                   .out.find("rtol") == std::string::npos);
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
    refuses({"--depths", "0"}, "--depths: need 1 ... 20 layers, got 0");
    refuses({"--depths", "2,3,2"}, "--depths: 2 is there twice");
    refuses({"--inits", "0.1,0.2,0.1"}, "--inits: 0.1 is there twice");
    std::string many = "2";
    for (int i = 3; i < 5'000; ++i) {
        many += "," + std::to_string(i);
    }
    refuses({"--inits", many}, "--inits: need at most 100 norms, got 4998");
    refuses({"--epochs", "10"}, "--epochs: needs --learning-rate");
    refuses({"--networks", "0"}, "--networks: need 1 ... 1000000, got 0");
    refuses({"--held-out", "h.json"},
            "--held-out: cannot be combined with --modality: --train-fraction and --split hold "
            "rows of the tables out");
    const auto nothing = run({"diagnose"});
    BOOST_TEST(nothing.code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
