#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "tests/cli/child.hpp"
#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

// From tables of samples to what every other command reads.
BOOST_AUTO_TEST_SUITE(moments)

namespace {

using words = std::vector<std::string>;

words joined(words a, const words& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// y = 2 s + v to the digit; s and v uncorrelated, <s^2> = 5, <v^2> = 1.
const std::string table = "id,s,v,y,kind\n"
                          "a,1,1,3,no\nb,-1,1,-1,no\nc,3,-1,5,yes\nd,-3,-1,-7,yes\n";
const words choice = {"--modality", "sound=s", "--modality", "sight=v", "--target", "y"};

void refuses(const words& line, const std::string& message) {
    const auto result = run(line);
    BOOST_TEST_INFO(message);
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "fusionflow: " + message + "\n");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_becomes_moments_that_predict_reads) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), table);
    const std::string file = folder.file("m.json");
    const auto text = run(joined({"moments", folder.file("d.csv"), "--output", file}, choice));
    BOOST_TEST(text.code == 0);
    BOOST_TEST(text.err.empty());
    BOOST_TEST(text.out == "4 samples; 1 target: y\n"
                           "modality  inputs  rank    |s_m|  condition\n"
                           "sound          1     1       10          1\n"
                           "sight          1     1        1          1\n"
                           "all            2     2  10.0499          5\n"
                           "target power <|y|^2>: 21\n");
    const auto json = nlohmann::json::parse(tests::read(file));
    BOOST_TEST(json["samples"] == 4);
    BOOST_TEST((json["covariance"] == nlohmann::json({{5.0, 0.0}, {0.0, 1.0}})));
    BOOST_TEST((json["columns"]["inputs"] == nlohmann::json({"s", "v"})));
    const std::string provenance = json["provenance"];
    BOOST_TEST(provenance.starts_with("fusionflow " FUSIONFLOW_VERSION));
    BOOST_TEST(provenance.ends_with(" --modality sound=s --modality sight=v --target y"));
    const auto predicted = run({"predict", "--moments", file, "--format", "json"});
    BOOST_TEST(predicted.code == 0);
    BOOST_TEST(predicted.json()["modalities"][0]["order"] == 1);
    // The same on standard output.
    const auto printed = run(joined({"moments", folder.file("d.csv"), "--format", "json"}, choice));
    BOOST_TEST(printed.out == tests::read(file));
}

BOOST_AUTO_TEST_CASE(parts_put_together_are_the_whole) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), table);
    tests::write(folder.file("e.csv"),
                 "s,v,id,y,kind\n0.1,2,x,3,no\n0.2,-7,y,1,yes\n0.4,1,z,0,no\n");
    tests::write(folder.file("both.csv"), table + "x,0.1,2,3,no\ny,0.2,-7,1,yes\nz,0.4,1,0,no\n");
    for (const std::string prepare : {"", "--center", "--standardize"}) {
        const words how = prepare.empty() ? choice : joined(choice, {prepare});
        for (const std::string name : {"d", "e", "both"}) {
            BOOST_TEST(run(joined({"moments", folder.file(name + ".csv"), "--output",
                                   folder.file(name + ".json")},
                                  how))
                           .code == 0);
        }
        const auto merged = run({"moments", folder.file("d.json"), folder.file("e.json"),
                                 "--output", folder.file("m.json"), "--format", "json"});
        BOOST_TEST(merged.code == 0);
        const auto got = nlohmann::json::parse(tests::read(folder.file("m.json")));
        const auto expected = nlohmann::json::parse(tests::read(folder.file("both.json")));
        BOOST_TEST(got["samples"] == 7);
        for (int i = 0; i < 2; ++i) {
            for (int j = 0; j < 2; ++j) {
                const double off = got["covariance"][i][j].get<double>() -
                                   expected["covariance"][i][j].get<double>();
                BOOST_TEST(std::abs(off) < 1e-14);  // some roundings of numbers up to 8
            }
        }
    }
    refuses({"moments", folder.file("d.json"), folder.file("e.json"), "--center"},
            "--center: needs --modality");
}

BOOST_AUTO_TEST_CASE(rows_are_held_out_by_seed) {
    const tests::temporary_folder folder;
    std::string text = "s,v,y\n";
    for (int i = 0; i < 500; ++i) {
        text += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + std::to_string(i % 3) +
                "\n";
    }
    tests::write(folder.file("d.csv"), text);
    const auto samples = [&](const std::string& seed) {
        const auto result = run(joined({"moments", folder.file("d.csv"), "--train-fraction", "0.8",
                                        "--data-seed", seed, "--standardize", "--output",
                                        folder.file("m.json"), "--held-out", folder.file("h.json")},
                                       choice));
        BOOST_TEST(result.code == 0);
        BOOST_TEST(result.out.starts_with("training: "));
        BOOST_TEST(result.out.find("\nheld out: ") != std::string::npos);
        const auto m = nlohmann::json::parse(tests::read(folder.file("m.json")));
        const auto h = nlohmann::json::parse(tests::read(folder.file("h.json")));
        BOOST_TEST(m["samples"].get<int>() + h["samples"].get<int>() == 500);
        BOOST_TEST(h["prepared"] == "standardized_as_training");
        BOOST_TEST(run({"predict", "--moments", folder.file("h.json")}).code == 0);
        return tests::read(folder.file("m.json")).substr(0, 200);
    };
    BOOST_TEST(samples("1") == samples("1"));
    BOOST_TEST(samples("1") != samples("2"));
    const std::string d = folder.file("d.csv");
    refuses(joined({"moments", d, "--held-out", folder.file("h.json")}, choice),
            "--held-out: needs --train-fraction or --split");
    refuses(joined({"moments", d, "--data-seed", "1"}, choice),
            "--data-seed: needs --train-fraction");
    refuses(joined({"moments", d, "--train-fraction", "1"}, choice),
            "--train-fraction: need 0 < F < 1, got 1");
}

BOOST_AUTO_TEST_CASE(classes_and_gaps) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), table + "e,,1,1,maybe\n");
    const words of_kind = {"--modality",       "sound=s,v", "--target", "kind",
                           "--target-classes", "--format",  "json"};
    refuses(joined({"moments", folder.file("d.csv")}, of_kind),
            folder.file("d.csv") + ", line 6, column 2 (s): a value is missing (--missing skip "
                                   "leaves such rows out)");
    const auto result =
        run(joined({"moments", folder.file("d.csv"), "--missing", "skip"}, of_kind));
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.err.starts_with("fusionflow: warning: 1 of 5 rows left out: 1 values are "
                                      "missing in them\n"));
    const auto json = result.json();
    BOOST_TEST((json["columns"]["targets"] == nlohmann::json({"maybe", "no", "yes"})));
    BOOST_TEST((json["correlation"] == nlohmann::json({{0.0, 0.0}, {0.0, 0.5}, {0.0, -0.5}})));
    BOOST_TEST(json["target_power"] == 1);
}

BOOST_AUTO_TEST_CASE(a_test_table_is_prepared_as_the_training_table) {
    const tests::temporary_folder folder;
    std::string all = "s,k,set,y\n";
    std::string train = all;
    std::string test = all;
    std::string rows;
    for (int i = 0; i < 60; ++i) {
        const bool held_out = i % 3 == 1;
        const std::string line = std::to_string(i % 7) + (i % 2 == 0 ? ",x," : ",z,") +
                                 (held_out ? "test," : "train,") + std::to_string(i % 5) + "\n";
        all += line;
        (held_out ? test : train) += line;
        rows += held_out ? std::to_string(i) + "\n" : "";
    }
    const auto file = [&folder](const std::string& name) { return folder.file(name); };
    tests::write(file("all.csv"), all);
    tests::write(file("train.csv"), train);
    tests::write(file("test.csv"), test);
    tests::write(file("x.csv"), "s,k,set,y\n1,x,test,2\n3,x,test,1\n");
    const words of = {"--modality", "A=s", "--modality", "B=k", "--target", "y", "--one-hot", "k"};
    const auto read = [&](const std::string& name, const words& more) {
        const auto result = run(joined(joined({"moments", file(name), "--quiet"}, of), more));
        BOOST_TEST_INFO(result.err);
        BOOST_TEST(result.code == 0);
    };
    const auto moments_in = [&](const std::string& name) {
        auto json = nlohmann::json::parse(tests::read(file(name)));
        json.erase("provenance");
        return json;
    };
    for (const std::string how : {"--center", "--standardize"}) {
        read("all.csv", {how, "--split", "set", "--output", file("a.json"), "--held-out",
                         file("h.json"), "--held-out-rows", file("r.txt")});
        read("train.csv", {how, "--output", file("t.json")});
        read("test.csv", {"--prepared-as", file("t.json"), "--output", file("p.json")});
        BOOST_TEST((moments_in("a.json") == moments_in("t.json")));
        BOOST_TEST((moments_in("h.json") == moments_in("p.json")));
    }
    const std::string listed = tests::read(file("r.txt"));
    BOOST_TEST(listed.starts_with("# fusionflow "));
    BOOST_TEST(listed.substr(listed.find('\n') + 1) == rows);
    // The same rows in words of one's own; a category that the test table lacks.
    read("all.csv", {"--standardize", "--split", "set=test", "--output", file("b.json")});
    BOOST_TEST((moments_in("b.json") == moments_in("a.json")));
    read("x.csv", {"--prepared-as", file("t.json"), "--output", file("q.json")});
    BOOST_TEST((moments_in("q.json")["columns"]["inputs"] == nlohmann::json({"s", "k=x", "k=z"})));
    // Read in with those, and refused with any other preparation.
    const words diagnose = {"diagnose", file("t.json"), "--depths",  "2", "--networks",
                            "1",        "--quiet",      "--held-out"};
    BOOST_TEST(run(joined(diagnose, {file("p.json")})).code == 0);
    refuses(joined(diagnose, {file("t.json")}),
            "--held-out: " + file("t.json") +
                ": need moments prepared standardized_as_training, as the training moments are "
                "standardized, got standardized (fusionflow moments DATA --prepared-as "
                "TRAINING.json makes them)");
    const words table = joined({"moments", file("test.csv")}, of);
    refuses(joined(table, {"--prepared-as", file("t.json"), "--center"}),
            "--prepared-as: cannot be combined with --center");
    refuses(joined(table, {"--split", "set", "--train-fraction", "0.5"}),
            "--split: cannot be combined with --train-fraction");
    refuses(joined(table, {"--held-out-rows", file("r.txt")}),
            "--held-out-rows: needs --train-fraction or --split");
    refuses({"moments", file("test.csv"), "--modality", "A=s", "--modality", "B=set", "--one-hot",
             "set", "--target", "y", "--prepared-as", file("t.json")},
            "--prepared-as: need the inputs of the moments that it is prepared as, but input 2 is "
            "'set=test' and not 'k=x'");
}

BOOST_AUTO_TEST_CASE(means_that_are_not_taken_off_are_said_to_count) {
    const tests::temporary_folder folder;
    std::string text = "s,v,y\n";
    for (int i = 0; i < 50; ++i) {
        text += std::to_string(100 + i % 7) + "," + std::to_string(i % 5 - 2) + "," +
                std::to_string(20 + i % 3) + "\n";
    }
    tests::write(folder.file("d.csv"), text);
    const auto warned = run(joined({"moments", folder.file("d.csv")}, choice));
    BOOST_TEST(warned.code == 0);
    BOOST_TEST(
        warned.err ==
        "fusionflow: warning: means are not taken off: that of the target makes 100 % of its "
        "power, and 1 of 2 inputs are mostly mean; what is \"explained\" and learned counts "
        "the means, too (--center takes them off)\n");
    BOOST_TEST(run(joined({"moments", folder.file("d.csv"), "--center"}, choice)).err.empty());
}

// Interrupted while it waits for the rest of its table.
BOOST_AUTO_TEST_CASE(an_interruption_leaves_files_alone) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"), "precious");
    BOOST_REQUIRE(::mkfifo(folder.file("d.csv").c_str(), 0600) == 0);
    tests::child moments({"moments", folder.file("d.csv"), "--modality", "a=x", "--target", "y",
                          "--output", folder.file("m.json")});
    // More than a pipe holds, and the end is still to come: it has begun and waits.
    std::string rows = "x,y\n";
    while (rows.size() < (1U << 20)) {
        rows += "1,2\n";
    }
    const int pipe = moments.feed(folder.file("d.csv"), rows);
    moments.send(SIGINT);
    const int status = moments.wait();
    ::close(pipe);
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGINT));
    BOOST_TEST(tests::read(folder.file("m.json")) == "precious");
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_CASE(tables_come_through_pipes_too) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), table);
    const auto piped =
        tests::run_line("cat " + folder.file("d.csv") +
                        " | fusionflow moments /dev/stdin --modality a=s --target y");
    BOOST_TEST(piped.code == 0);
    BOOST_TEST(piped.out.starts_with("4 samples; 1 target: y\n"));
    const auto twice = tests::run_line("cat " + folder.file("d.csv") +
                                       " | fusionflow moments /dev/stdin --modality a=s --target "
                                       "kind --target-classes");
    BOOST_TEST(twice.code == 2);
    BOOST_TEST(
        twice.err ==
        "fusionflow: /dev/stdin: need a file for classes and categories, it is read twice\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_and_nothing_written) {
    const tests::temporary_folder folder;
    const std::string d = folder.file("d.csv");
    tests::write(d, table);
    const std::string m = folder.file("m.json");
    const auto with = [&](const words& more) {
        return joined(joined({"moments", d, "--output", m}, choice), more);
    };
    const std::string needed =
        "--modality: need at least one, NAME=columns, to read tables (files "
        "that end in .json are moments to put together); fusionflow columns FILE "
        "lists the columns";
    refuses({"moments"}, needed);
    refuses({"moments", d}, needed);
    refuses({"moments", d, "--target", "y"}, "--target: needs --modality");
    refuses({"moments", d, "--modality", "a=s"}, "--target: is needed: the column to predict");
    refuses({"moments", d, "--modality", "a=s", "--target", "q"},
            "--target: there is no column 'q'; the columns are 'id', 's', 'v', 'y', 'kind'");
    refuses(with({"--missing", "guess"}), "--missing: need refuse or skip, got 'guess'");
    refuses(with({"--delimiter", "ab"}), "--delimiter: need one character, tab or blank, got 'ab'");
    refuses(with({"--delimiter", "."}),
            "--delimiter: need a character that is in no number, got '.'");
    refuses(with({"--delimiter", "e"}),
            "--delimiter: need a character that is in no number, got 'e'");
    refuses(with({"--held-out", m, "--train-fraction", "0.5"}),
            "--held-out: need another file than --output '" + m + "', which is written too, got '" +
                m + "'");
    refuses(with({"--modality", "x=id"}),
            d + ", line 2, column 1 (id): need a number, got 'a' (categories: --one-hot "
                "COLUMN for those of an input, --target-classes for "
                "the target's)");
    tests::write(folder.file("flat.csv"), "s,v,y\n1,2,3\n1,3,4\n");
    refuses(joined({"moments", folder.file("flat.csv"), "--standardize"}, choice),
            "--standardize: need columns that vary, but 's' does not (--drop-constant leaves such "
            "inputs out)");
    BOOST_TEST(folder.count() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
