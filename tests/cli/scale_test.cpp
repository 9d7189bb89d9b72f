#include <boost/test/unit_test.hpp>
#include <map>
#include <sstream>

#include "fusionflow/validation/study/table.hpp"
#include "tests/cli/child.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/random_models.hpp"

using namespace fusionflow;
using tests::kill_at;
using tests::run;
using tests::run_line;
using tests::write_place;

BOOST_AUTO_TEST_SUITE(scale)

namespace {

using words = std::vector<std::string>;

words with(words line, const words& more) {
    line.insert(line.end(), more.begin(), more.end());
    return line;
}

// 300 rows of about a millisecond.
const words quick = {"table",    "--grid",   "seed=1:150", "--methods", "full,flow",
                     "--scheme", "gaussian", "--width",    "40",        "--depth",
                     "3",        "--fusion", "3",          "--init",    "0.2"};

const std::string small =
    "fusionflow table --depth 4 --grid 'fusion=1:4; rho=0,0.5' --methods formula,flow,full "
    "--width 4 --init 0.2";

// Somewhere among the first writes to a file, in the middle of one or beside it.
write_place draw_place(tests::uniform_source& random, const std::string& file, int most_writes) {
    return {file, 1 + random.below(most_writes), 50 * random.below(3)};
}

// The rows of a journal, by the line of each; a line that was torn is none.
std::map<std::string, std::string> rows_of(const std::string& journal) {
    std::map<std::string, std::string> rows;
    std::istringstream in(tests::read(journal));
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        const auto row = nlohmann::json::parse(line, nullptr, false);
        if (!row.is_discarded()) {
            BOOST_TEST(rows.emplace(row["row"].dump(), line).second, "twice: " << line);
        }
    }
    return rows;
}

// What was kept of work that is killed again and again: its journal only grows.
class kept_rows {
public:
    explicit kept_rows(std::string journal) : journal_(std::move(journal)) {}

    // Looks at the journal after a kill. \return whether there is one.
    bool look() {
        if (!std::filesystem::exists(journal_)) {
            return false;
        }
        // Nothing that was there is lost, or another row now.
        auto rows = rows_of(journal_);
        for (const auto& [place, row] : rows_) {
            BOOST_TEST_REQUIRE(rows.contains(place));
            BOOST_TEST_REQUIRE(rows.at(place) == row);
        }
        went_on_ += rows_.empty() ? 0 : 1;
        rows_ = std::move(rows);
        return true;
    }
    void forget() { rows_.clear(); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    // Kills of a run that had rows to begin with.
    [[nodiscard]] int went_on() const { return went_on_; }

private:
    std::string journal_;
    std::map<std::string, std::string> rows_;
    int went_on_ = 0;
};

// Kills a table that often at random places, going on with it each time; whenever it came to its
// end in between, it has to be right and is begun anew.
void interrupt(const words& line, const std::string& file, const std::string& expected,
               int wanted_kills) {
    constexpr int most_writes = 60;  // of some 300, so that most runs leave something to do
    tests::uniform_source random(5);
    const std::string journal = file + ".rows";
    kept_rows kept(journal);
    for (int kills = 0, runs = 0; kills < wanted_kills; ++runs) {
        BOOST_TEST_REQUIRE(runs < 2 * wanted_kills);
        const bool killed = kill_at(with(line, {"--resume", "--output", file}),
                                    draw_place(random, journal, most_writes));
        kills += killed ? 1 : 0;
        const bool complete = std::filesystem::exists(file);
        BOOST_TEST_REQUIRE((killed || complete));
        if (complete) {
            BOOST_TEST_REQUIRE(tests::read(file) == expected);
        }
        if (!killed || !kept.look()) {
            // At its end, or killed before the journal had its first line.
            BOOST_TEST_REQUIRE((kept.empty() || complete));
            std::filesystem::remove(file);
            kept.forget();
        }
    }
    BOOST_TEST(kept.went_on() > wanted_kills / 4);  // else little was tested
    const auto last = run(with(line, {"--resume", "--output", file}));
    BOOST_TEST(last.code == 0);
    BOOST_TEST(tests::read(file) == expected);
    BOOST_TEST(!std::filesystem::exists(journal));
}

const std::string many_runs = R"(about = "Many runs."
[[experiment]]
name = "many"
title = "Many"
claim = "Networks follow the flow."
model = { depth = 3, init = 0.1, width = 30, scheme = "gaussian" }
grid = "rho=0:0.6:0.1; ratio=1.5,2,3"
methods = ["flow", "full"]
repeats = 12
figure = { kind = "lines", x = "rho", quantity = "time_ratio" }
[[experiment.check]]
name = "c"
says = "The last is not first."
kind = "within"
measured = "full"
quantity = "time_ratio"
low = 1
reason = "by definition"
)";

}  // namespace

BOOST_AUTO_TEST_CASE(a_table_killed_fifty_times_is_the_table_of_one_run) {
    const tests::temporary_folder folder;
    BOOST_TEST_REQUIRE(run(with(quick, {"--output", folder.file("one.csv")})).code == 0);
    interrupt(with(quick, {"--jobs", "2"}), folder.file("killed.csv"),
              tests::read(folder.file("one.csv")), 50);
}

BOOST_AUTO_TEST_CASE(a_validation_killed_again_and_again_is_that_of_one_run) {
    const tests::temporary_folder folder;
    tests::write(folder.file("s.toml"), many_runs);
    const words validate = {"validate", folder.file("s.toml"), "--jobs", "2", "--report"};
    BOOST_TEST_REQUIRE(run(with(validate, {folder.file("one")})).code == 0);
    const std::string report = folder.file("killed");
    const std::string journal = report + "/runs.journal";
    constexpr int most_writes = 100;  // of some 270 runs
    tests::uniform_source random(6);
    kept_rows kept(journal);
    for (int kills = 0, runs = 0; kills < 12; ++runs) {
        BOOST_TEST_REQUIRE(runs < 24);
        const bool killed =
            kill_at(with(validate, {report, "--resume"}), draw_place(random, journal, most_writes));
        kills += killed ? 1 : 0;
        if (!killed || !kept.look()) {
            // At its end, or killed before the journal had its first line.
            BOOST_TEST_REQUIRE((kept.empty() || std::filesystem::exists(report + "/index.html")));
            std::filesystem::remove_all(report);
            kept.forget();
        }
    }
    BOOST_TEST(kept.went_on() > 0);
    BOOST_TEST(run(with(validate, {report, "--resume"})).code == 0);
    for (const char* file : {"/results.json", "/index.html"}) {
        BOOST_TEST(tests::read(report + file) == tests::read(folder.file("one") + file));
    }
    BOOST_TEST(!std::filesystem::exists(journal));
    // What was interrupted is not lost by accident.
    BOOST_TEST_REQUIRE(kill_at(with(validate, {report}), {journal, 20}));
    const auto refused = run(with(validate, {report}));
    BOOST_TEST(refused.code == 2);
    BOOST_TEST(refused.err.find("--report: '" + journal + "' holds rows") != std::string::npos);
    const auto other = run(with(validate, {report, "--resume", "--seed", "7"}));
    BOOST_TEST(other.code == 2);
    BOOST_TEST(other.err.find("--resume: '" + journal + "' belongs to other work") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_killed_shard_goes_on_and_merges) {
    const tests::temporary_folder folder;
    const auto shard = [&](const std::string& i, const std::string& name) {
        return with(quick, {"--shard", i + "/2", "--output", folder.file(name)});
    };
    BOOST_TEST_REQUIRE(run(with(quick, {"--output", folder.file("one.csv")})).code == 0);
    BOOST_TEST_REQUIRE(run(shard("1", "1.csv")).code == 0);
    const std::string half = folder.file("2.csv");
    BOOST_TEST_REQUIRE(kill_at(shard("2", "2.csv"), {half + ".rows", 30, 50}));
    BOOST_TEST_REQUIRE(std::filesystem::exists(half + ".rows"));
    BOOST_TEST(run(with(shard("2", "2.csv"), {"--resume"})).code == 0);
    const auto merged =
        run({"merge", half, folder.file("1.csv"), "--output", folder.file("all.csv")});
    BOOST_TEST(merged.code == 0);
    BOOST_TEST(merged.out == "300 rows of 2 shards: " + folder.file("all.csv") + "\n");
    BOOST_TEST(tests::read(folder.file("all.csv")) == tests::read(folder.file("one.csv")));
}

BOOST_AUTO_TEST_CASE(the_tasks_of_a_job_array_write_shards_of_their_own_that_merge) {
    const tests::temporary_folder folder;
    const std::string here = "cd " + folder.path() + "\n";
    // As of --array=1-5:2.
    const auto done =
        run_line(here +
                 "export SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 "
                 "SLURM_ARRAY_TASK_MAX=5\n"
                 "for SLURM_ARRAY_TASK_ID in 1 3 5; do\nexport SLURM_ARRAY_TASK_ID\n" +
                 small + " --output t.csv >/dev/null || exit 9\ndone\n");
    BOOST_TEST(done.code == 0);
    BOOST_TEST(done.err == "fusionflow: shard 1/3 by SLURM_ARRAY_TASK_ID\n"
                           "fusionflow: shard 2/3 by SLURM_ARRAY_TASK_ID\n"
                           "fusionflow: shard 3/3 by SLURM_ARRAY_TASK_ID\n");
    BOOST_TEST(folder.count() == 3);
    for (const std::string ending : {"csv", "json", "md", "tex"}) {
        BOOST_TEST(run_line(here + small + " --output one." + ending).code == 0);
        BOOST_TEST(run_line(here + "fusionflow merge t.*-of-3.csv --output all." + ending).code ==
                   0);
        BOOST_TEST(tests::read(folder.file("all." + ending)) ==
                   tests::read(folder.file("one." + ending)));
    }
}

BOOST_AUTO_TEST_CASE(a_shard_that_is_asked_for_goes_before_the_job_array) {
    const std::string array =
        "export SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=1\n";
    const std::string shown = run_line(small).out;
    const auto whole = run_line(array + small + " --shard 1/1");
    BOOST_TEST(whole.out == shown);
    BOOST_TEST(whole.err.empty());
    BOOST_TEST(run_line(array + small).out == run_line(small + " --shard 2/2").out);
    const auto bad = run_line("export SLURM_ARRAY_TASK_ID=two\n" + small);
    BOOST_TEST(bad.code == 2);
    BOOST_TEST(bad.err == "fusionflow: SLURM_ARRAY_TASK_ID: need a whole number, got 'two'\n");
    const auto wide = run_line(array + small + " --wide");
    BOOST_TEST(wide.code == 2);
    BOOST_TEST(wide.err == "fusionflow: --wide: cannot be combined with the shards of a job array: "
                           "give --shard 1/1 for the whole table\n");
}

BOOST_AUTO_TEST_CASE(a_shard_says_in_every_output_which_it_is) {
    const auto json = run_line(small + " --shard 2/2 --format json").json();
    BOOST_TEST(json["provenance"].get<std::string>().ends_with(" (shard 2/2)"));
}

BOOST_AUTO_TEST_CASE(shards_merge_whatever_the_names_of_the_files_that_they_are_made_from) {
    const std::string moments = R"({"names":["A","B"],"dims":[1,1],"covariance":[[4,1],[1,1]],)"
                                R"("correlation":[4.5,1.5],"target_power":6})";
    for (const std::string name : {"a\nb.json", "n\xff.json", "a`b``c.json", "it's.json",
                                   "# x, \"y\".json", "\x1b[31m.json", "-- a.json"}) {
        BOOST_TEST_INFO(name);
        const tests::temporary_folder folder;
        tests::write(folder.file(name), moments);
        const words table = {"table",     "--moments", folder.file(name), "--grid",
                             "depth=2:4", "--methods", "formula"};
        const auto file = [&](const std::string& stem, const std::string& ending) {
            return folder.file(stem + "." + ending);
        };
        for (const std::string i : {"1", "2"}) {
            const words shard = {"--shard", i + "/2", "--output", file(i, "csv")};
            BOOST_TEST(run(with(table, shard)).code == 0);
        }
        for (const std::string ending : {"csv", "json", "md", "tex"}) {
            BOOST_TEST(run(with(table, {"--output", file("one", ending)})).code == 0);
            BOOST_TEST(
                run({"merge", file("1", "csv"), file("2", "csv"), "--output", file("all", ending)})
                    .code == 0);
            BOOST_TEST(tests::read(file("all", ending)) == tests::read(file("one", ending)));
        }
        // One comment, then the header; and what is said of the command is one line.
        const std::string csv = tests::read(file("one", "csv"));
        BOOST_TEST(csv.substr(csv.find('\n')).starts_with("\ndepth,method,repeat,"));
        const std::string tex = tests::read(file("one", "tex"));
        BOOST_TEST(tex.substr(tex.find('\n')).starts_with("\n\\begin{tabular}"));
        const std::string said =
            nlohmann::json::parse(tests::read(file("one", "json")))["provenance"];
        BOOST_TEST(csv.starts_with("# " + said + "\n"));
        BOOST_TEST(said.find('\n') == std::string::npos);
        BOOST_TEST(!std::filesystem::exists(file("one", "csv") + ".rows"));
    }
}

BOOST_AUTO_TEST_CASE(a_bad_row_of_a_journal_is_computed_again) {
    const tests::temporary_folder folder;
    const std::string here = "cd " + folder.path() + "\n";
    const std::string line = "fusionflow table --methods formula,flow --output o.csv";
    BOOST_TEST_REQUIRE(run_line(here + line).code == 0);
    const std::string expected = tests::read(folder.file("o.csv"));
    // A journal as a kill leaves it, made where the output cannot replace a folder.
    std::filesystem::remove(folder.file("o.csv"));
    const auto journal = [&] {
        validation::settings base;
        validation::table_options options;
        options.methods = {"formula", "flow"};
        options.journal = folder.file("o.csv.rows");
        std::filesystem::remove(options.journal);
        (void)validation::run_table(base, options);
        return tests::read(options.journal);
    };
    const std::string whole = journal();
    const std::string head = whole.substr(0, whole.find('\n') + 1);
    for (const std::string row :
         {"null", R"({"row":0})", R"({"failed":false,"outcome":"learned","row":0,"times":[1]})",
          R"({"failed":false,"outcome":"x","row":0,"times":[1,2,3,4]})"}) {
        tests::write(folder.file("o.csv.rows"), head + row + "\n");
        const auto resumed = run_line(here + line + " --resume");
        BOOST_TEST(resumed.code == 0);
        BOOST_TEST(resumed.err.empty());
        BOOST_TEST(tests::read(folder.file("o.csv")) == expected);
        BOOST_TEST(folder.count() == 1);
    }
    // Of before there were checksums.
    tests::write(folder.file("o.csv.rows"),
                 head.substr(0, head.find(",\"crc32\"")) + "}\n" +
                     R"({"failed":false,"outcome":"learned","row":0,"times":[1,2]})" + "\n");
    const auto refused = run_line(here + line + " --resume");
    BOOST_TEST(refused.code == 2);
    BOOST_TEST(refused.err ==
               "fusionflow: --resume: 'o.csv.rows' was written by another version of "
               "fusionflow: delete it, or write elsewhere\n");
}

BOOST_AUTO_TEST_CASE(processes_of_srun_that_would_all_do_the_same_are_refused_in_one_line) {
    const tests::temporary_folder folder;
    const std::string here = "cd " + folder.path() + "\n";
    const std::string line = small + " --output t.csv >/dev/null\n";
    const auto first = run_line(here + "export SLURM_NTASKS=2 SLURM_PROCID=0\n" + line);
    BOOST_TEST(first.code == 2);
    BOOST_TEST(first.err.starts_with("fusionflow: srun: "));
    BOOST_TEST(first.err.find(", 2 of it would do the same: start one, give each a --shard of its "
                              "own, or ") != std::string::npos);
    BOOST_TEST(std::count(first.err.begin(), first.err.end(), '\n') == 1);
    const auto second = run_line(here + "export SLURM_NTASKS=2 SLURM_PROCID=1\n" + line);
    BOOST_TEST(second.code == 2);
    BOOST_TEST(second.err.empty());
    BOOST_TEST(folder.count() == 0);
    // One task in an allocation of two; and two, each with a shard of its own.
    BOOST_TEST(run_line(here + "export SLURM_NTASKS=2\n" + line).code == 0);
    for (const std::string i : {"1", "2"}) {
        BOOST_TEST(run_line(here + "export SLURM_NTASKS=2 SLURM_PROCID=$((" + i + " - 1))\n" +
                            small + " --shard " + i + "/2 --output " + i + ".csv")
                       .code == 0);
    }
    BOOST_TEST(run_line(here + "fusionflow merge 1.csv 2.csv --output all.csv").code == 0);
    BOOST_TEST(tests::read(folder.file("all.csv")) == tests::read(folder.file("t.csv")));
}

BOOST_AUTO_TEST_CASE(the_first_of_several_processes_of_srun_warns_that_each_does_all) {
    const std::string line = "fusionflow predict --depth 4 --fusion 4 --rho 0.5";
    const auto alone = run_line(line);
    const auto first = run_line("export SLURM_NTASKS=2 SLURM_PROCID=0\n" + line);
    BOOST_TEST(first.code == 0);
    BOOST_TEST(first.out == alone.out);
    BOOST_TEST(first.err ==
               "fusionflow: warning: srun started 2 processes of predict, and each does all of its "
               "work: only table shares the work out\n");
    BOOST_TEST(run_line("export SLURM_NTASKS=2 SLURM_PROCID=1\n" + line).err.empty());
    BOOST_TEST(run_line("export SLURM_NTASKS=2 SLURM_PROCID=0\n" + line + " --quiet").err.empty());
}

BOOST_AUTO_TEST_CASE(merging_says_what_is_wrong_and_writes_nothing) {
    const tests::temporary_folder folder;
    const std::string here = "cd " + folder.path() + "\n";
    const auto refuses = [&](const std::string& line, const std::string& message) {
        const auto result = run_line(here + line);
        BOOST_TEST(result.code == 2);
        BOOST_TEST(result.out.empty());
        BOOST_TEST(result.err == "fusionflow: " + message + "\n");
        BOOST_TEST(!std::filesystem::exists(folder.file("all.csv")));
    };
    BOOST_TEST(run_line(here + small + " --shard 2/3 --output 2.csv").code == 0);
    refuses("fusionflow merge 2.csv --output all.csv", "merge: 2 of 3 shards are missing: 1, 3");
    refuses("fusionflow merge 2.csv 2.csv --output all.csv",
            "merge: '2.csv' and '2.csv' are both shard 2/3");
    refuses("fusionflow merge 1.csv --output all.csv",
            "1.csv: cannot be opened: No such file or directory");
    refuses("fusionflow merge --output all.csv", "merge: need the files of the shards");
    refuses("fusionflow merge 2.csv", "--output: is needed: the file of the whole table");
    refuses("fusionflow merge 2.csv --output all.txt",
            "--output: need a file ending in .csv, .md, .tex or .json, got 'all.txt'");
    refuses(small + " --shard 1/3 --output 1.json",
            "--output: need .csv for a shard, from which `fusionflow merge` makes the others, got "
            "'1.json'");
}

BOOST_AUTO_TEST_CASE(merging_rows_in_trouble_ends_as_the_table_does) {
    const tests::temporary_folder folder;
    const std::string here = "cd " + folder.path() + "\n";
    const std::string line =
        "fusionflow table --grid init=0.1,1e-6 --depth 3 --fusion 3 --methods flow "
        "--stepper dopri5 --max-steps 500";
    const auto one = run_line(here + line);
    BOOST_TEST(run_line(here + line + " --shard 1/2 --output 1.csv").code == 0);
    BOOST_TEST(run_line(here + line + " --shard 2/2 --output 2.csv").code == 3);
    const auto merged = run_line(here + "fusionflow merge 1.csv 2.csv --output all.csv");
    BOOST_TEST(merged.code == 3);
    BOOST_TEST(merged.err == one.err);
}

BOOST_AUTO_TEST_SUITE_END()
