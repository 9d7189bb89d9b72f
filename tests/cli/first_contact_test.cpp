// What newcomers do with tables of their own, and what they are told.
#include <boost/test/unit_test.hpp>

#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;

BOOST_AUTO_TEST_SUITE(first_contact)

namespace {

using words = std::vector<std::string>;

const std::string cases = FUSIONFLOW_SOURCE "/tests/cases/";
const words choice = {"--modality", "A=a", "--modality", "B=b,c", "--target", "y"};

words joined(words a, const words& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

tests::program_result moments(const std::string& name, const words& more) {
    return run(joined({"moments", cases + name}, joined(choice, more)));
}

void is_read(const std::string& name, const words& more, const std::string& first_line,
             const std::string& warning = "") {
    const auto result = moments(name, more);
    BOOST_TEST_INFO(name << ": " << result.err);
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out.substr(0, result.out.find('\n')) == first_line);
    BOOST_TEST(result.err == (warning.empty() ? "" : "fusionflow: warning: " + warning + "\n"));
}

void is_refused(const words& line, const std::string& message) {
    const auto result = run(line);
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "fusionflow: " + message + "\n");
}

void is_refused(const std::string& name, const std::string& message) {
    is_refused(joined({"moments", cases + name}, choice), message);
}

std::string file(const std::string& name) { return cases + name; }

}  // namespace

// The walk in docs/cli.md: each refusal names the option that the next line has.
BOOST_AUTO_TEST_CASE(a_wrong_guess_leads_to_the_right_option) {
    const std::string all = "3 samples, centered; 1 target: y";
    for (const auto& [name, delimiter] :
         {std::pair{"semicolon.csv", "';'"}, {"tabs_named.csv", "tab"}, {"blanks.csv", "blank"}}) {
        is_read(name, {"--center"}, all,
                file(name) + ": the delimiter looks like " + delimiter +
                    " and is taken for it (--delimiter sets it)");
    }
    is_read("semicolon.csv", {"--center", "--delimiter", ";"}, all);
    is_read("tabs_named.csv", {"--center", "--delimiter", "tab"}, all);
    is_read("blanks.csv", {"--center", "--delimiter", "blank"}, all);
    is_refused(joined({"moments", file("semicolon.csv"), "--delimiter", ","}, choice),
               "--modality: A: there is no column 'a'; the columns are 'a;b;c;y' (the delimiter "
               "looks like another: --delimiter ';')");
    is_refused("comment.csv",
               "--modality: A: there is no column 'a'; the columns are '# made by me' (the first "
               "line begins with '#': --comment '#' passes over such lines)");
    is_read("comment.csv", {"--center", "--comment", "#"}, all);
    is_read("comment.csv", {"--center", "--skip-lines", "1"}, all);
    is_refused("no_header.csv", "--modality: A: there is no column 'a'; the columns are '1', '2', "
                                "'3', '4' (the first line holds numbers alone: --no-header if it "
                                "names no columns)");
    const auto headless = run({"moments", file("no_header.csv"), "--no-header", "--modality", "A=0",
                               "--modality", "B=1,2", "--target", "3", "--center"});
    BOOST_TEST(headless.out.starts_with("3 samples, centered; 1 target: 3\n"));
    is_read("semicolon_decimal_comma.csv", {"--center", "--decimal", ",", "--delimiter", ";"}, all);
}

BOOST_AUTO_TEST_CASE(the_walk_in_the_docs_is_what_happens) {
    const tests::temporary_folder folder;
    std::string table = "# Tuesday\ns1;s2;v;y\n";
    for (int i = 1; i <= 120; ++i) {
        table += (i == 5 ? "?" : std::to_string(i)) + ";" + std::to_string(i % 3) + ",5;" +
                 std::to_string(i % 5) + ";" + std::to_string(i % 7) + "\n";
    }
    tests::write(folder.file("scans.csv"), table);
    const std::string docs = tests::read(FUSIONFLOW_SOURCE "/docs/cli.md");
    for (const std::string options : {"", " --comment '#'", " --comment '#' --decimal ,",
                                      " --comment '#' --decimal , --missing skip --center"}) {
        const std::string line = "fusionflow moments scans.csv" + options +
                                 " --modality sound=s1,s2 --modality sight=v --target y";
        const auto result = tests::run_line("cd " + folder.path() + "\n" + line);
        const std::string said = result.err + result.out.substr(0, result.out.find('\n'));
        BOOST_TEST_INFO(line << '\n' << said);
        BOOST_TEST(docs.find("$ " + line + "\n" + said) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(values_that_are_no_numbers_are_read_or_explained) {
    is_read("bools.csv", {"--center"}, "3 samples, centered; 1 target: y");
    for (const std::string name : {"na_slash.csv", "none.csv", "question_mark.csv", "dash.csv"}) {
        is_read(name, {"--center", "--missing", "skip"}, "2 samples, centered; 1 target: y",
                "1 of 3 rows left out: 1 values are missing in them");
    }
    is_refused(joined({"moments", file("dash.csv"), "--missing-marks", "only:?"}, choice),
               file("dash.csv") + ", line 2, column 2 (b): need a number, got '-'");
    is_read("bools.csv", {"--center", "--missing-marks", "x,4", "--missing", "skip"},
            "1 sample, centered; 1 target: y",
            "2 of 3 rows left out: 2 values are missing in them");
    const auto categories = moments("strings.csv", {"--one-hot", "a", "--format", "json"});
    BOOST_TEST(
        (categories.json()["columns"]["inputs"] == nlohmann::json({"a=blue", "a=red", "b", "c"})));
    BOOST_TEST((categories.json()["dims"] == nlohmann::json({2, 2})));
    is_refused(joined({"moments", file("strings.csv"), "--one-hot", "q"}, choice),
               "--one-hot: there is no column 'q'; the columns are 'a', 'b', 'c' (those of the "
               "modalities are meant)");
}

BOOST_AUTO_TEST_CASE(constant_columns_are_left_out_where_that_is_said) {
    is_refused(joined({"moments", file("constant.csv"), "--standardize"}, choice),
               "--standardize: need columns that vary, but 'b' does not (--drop-constant leaves "
               "such inputs out)");
    is_read("constant.csv", {"--standardize", "--drop-constant"},
            "3 samples, standardized; 1 target: y", "left out, as they do not vary: 'b'");
    is_refused({"moments", file("constant.csv"), "--drop-constant", "--modality", "A=a",
                "--modality", "B=b", "--target", "y"},
               "--drop-constant: need an input of B that varies, but none does");
}

BOOST_AUTO_TEST_CASE(a_dash_is_standard_input) {
    const std::string moments_of = " --modality A=a --modality B=b,c --target y --center\n";
    const auto piped = tests::run_line("cat " + file("semicolon.csv") +
                                       " | fusionflow moments - --quiet" + moments_of);
    BOOST_TEST(piped.code == 0);
    BOOST_TEST(piped.out == moments("semicolon.csv", {"--center", "--quiet"}).out);
    const auto json =
        tests::run_line("cat " + file("s_raw.json") + " | fusionflow predict --quiet --moments -");
    BOOST_TEST(json.out == run({"predict", "--quiet", "--moments", file("s_raw.json")}).out);
    const auto archive = tests::run_line("printf 'PK\\003\\004xyz' | fusionflow columns -");
    BOOST_TEST(archive.err ==
               "fusionflow: -: need a file: a zip archive cannot be read from a pipe\n");
    const auto twice = tests::run_line("cat " + file("strings.csv") +
                                       " | fusionflow moments - --one-hot a" + moments_of);
    BOOST_TEST(twice.code == 2);
    BOOST_TEST(twice.err ==
               "fusionflow: -: need a file for classes and categories, it is read twice\n");
}

BOOST_AUTO_TEST_CASE(control_characters_do_not_reach_the_terminal) {
    const auto labels = run({"moments", file("classes_escape.csv"), "--modality", "A=a",
                             "--modality", "B=b", "--target", "y", "--target-classes"});
    BOOST_TEST(labels.code == 0);
    BOOST_TEST(labels.out.starts_with("2 samples; 2 classes: \\x1b[31mEVIL\\x1b[2J, ok\n"));
    const auto names = run({"predict", "--moments", file("name_c1.json")});
    BOOST_TEST(names.code == 0);
    BOOST_TEST(names.out.find("\xc2\x9b") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(held_out_moments_of_another_preparation_are_refused) {
    is_refused({"diagnose", file("s_raw.json"), "--held-out", file("s_asread.json"), "--quiet"},
               "--held-out: " + file("s_asread.json") +
                   ": need moments prepared standardized_as_training, as the training moments are "
                   "standardized, got as_read (fusionflow moments DATA --prepared-as TRAINING.json "
                   "makes them)");
}

BOOST_AUTO_TEST_CASE(labels_that_are_numbers_are_said_to_be) {
    const auto result = run({"moments", file("classes_spelled_differently.csv"), "--modality",
                             "A=a", "--modality", "B=b", "--target", "y", "--target-classes"});
    BOOST_TEST(result.out.starts_with("6 samples; 2 classes: 0, 1\n"));
    BOOST_TEST(
        result.err.starts_with("fusionflow: warning: labels of 'y' are all numbers and taken "
                               "as such: '+1', '01', '1', '1.0' are one class\n"));
}

BOOST_AUTO_TEST_CASE(a_table_where_moments_are_wanted_is_told_what_makes_them) {
    is_refused({"predict", "--moments", file("bools.csv")},
               file("bools.csv") + ": not JSON at line 1, column 1: unexpected 'a' (fusionflow "
                                   "moments makes moments of a table)");
}

BOOST_AUTO_TEST_CASE(columns_lists_what_is_there) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"),
                 "id;s;ok;k;e\na;1,5;True;7;\nb;-2;False;7;NA\nc;?;True;7;\n");
    const auto text = run({"columns", folder.file("d.csv"), "--decimal", ","});
    BOOST_TEST(text.code == 0);
    BOOST_TEST(text.out == "column  kind    rows  missing  range\n"
                           "id      text       3        0  3 texts: 'a', 'b', 'c'\n"
                           "s       number     3        1  -2 to 1.5\n"
                           "ok      truth      3        0  0 to 1\n"
                           "k       whole      3        0  always 7\n"
                           "e       empty      3        3  -\n");
    BOOST_TEST(text.err == "fusionflow: warning: " + folder.file("d.csv") +
                               ": the delimiter looks like ';' and is taken for it (--delimiter "
                               "sets it)\n");
    const auto json = run({"columns", folder.file("d.csv"), "--format", "json"}).json();
    BOOST_TEST(json["columns"].size() == 5U);
    BOOST_TEST((json["columns"][0] == nlohmann::json({{"name", "id"},
                                                      {"kind", "text"},
                                                      {"rows", 3},
                                                      {"missing", 0},
                                                      {"constant", false},
                                                      {"least", nullptr},
                                                      {"most", nullptr},
                                                      {"texts", 3},
                                                      {"labels", {"a", "b", "c"}}})));
    BOOST_TEST(json["columns"][1]["kind"] == "mixed");
    BOOST_TEST(json["columns"][3]["constant"] == true);
    BOOST_TEST(json["warnings"][1] ==
               "'s' holds numbers except for 1 value, such as '1,5' (--decimal , "
               "reads such numbers)");
    BOOST_TEST(json["provenance"].get<std::string>().starts_with("fusionflow "));
    // The same through a pipe; what cannot be read is refused with the same hints.
    const auto piped =
        tests::run_line("cat " + file("no_header.csv") + " | fusionflow columns - --no-header");
    BOOST_TEST(piped.out.starts_with("column  kind   rows  missing  range\n"
                                     "0       whole     3        0  1 to 4\n"));
    is_refused({"columns", file("comment.csv")},
               file("comment.csv") +
                   ", line 2: need 1 field, got 4 (the first line begins with '#': --comment '#' "
                   "passes over such lines)");
    is_refused(words{"columns"},
               "columns: need a table, for example data.csv, or - for standard input");
}

// The options are those of every command that reads tables.
BOOST_AUTO_TEST_CASE(commands_that_read_tables_take_the_same_options) {
    for (const std::string command : {"moments", "diagnose"}) {
        const std::string help = run({command, "--help"}).out;
        for (const std::string option :
             {"--delimiter C", "--no-header", "--skip-lines N", "--comment C", "--decimal C",
              "--missing-marks A,B", "--one-hot COLUMNS", "--drop-constant", "--missing RULE"}) {
            BOOST_TEST_INFO(command << ' ' << option);
            BOOST_TEST(help.find("\n  " + option) != std::string::npos);
        }
    }
    const auto answer = run(joined({"diagnose", file("comment.csv"), "--comment", "#", "--center",
                                    "--depths", "2", "--networks", "1", "--quiet"},
                                   choice));
    BOOST_TEST(answer.code == 0);
    const std::string table = file("bools.csv");
    const auto refused = [&](const words& option, const std::string& message) {
        is_refused(joined(joined({"moments", table}, choice), option), message);
    };
    refused({"--skip-lines", "-1"}, "--skip-lines: need a whole number >= 0, got -1");
    refused({"--comment", "ab"}, "--comment: need one character, got 'ab'");
    refused({"--comment", ","},
            "--comment: need a character that is no quote, blank, comma or delimiter, got ','");
    refused({"--decimal", ";"}, "--decimal: need . or ,, got ';'");
    refused({"--missing-marks", ""}, "--missing-marks: need texts apart by commas, got none");
    refused({"--skip-lines", "9"},
            table + ": has no more than 9 lines, need a table after those (--skip-lines)");
}

BOOST_AUTO_TEST_SUITE_END()
