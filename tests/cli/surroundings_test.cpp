#include <sys/stat.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/cli/program.hpp"

using namespace fusionflow;
using tests::run;
using tests::run_line;

namespace fs = std::filesystem;

// What the program is given to write to, and to print to, may be anything: nothing is lost or
// replaced by mistake, and no signal ends it.
BOOST_AUTO_TEST_SUITE(surroundings)

namespace {

/// A folder with inputs of every kind, in which commands are run.
class workshop {
public:
    workshop() {
        tests::write(file("d.csv"), "a,b,y\n1,2,3\n2,1,1\n4,4,5\n3,1,2\n5,2,2\n");
        tests::write(file("m.json"), R"({"names": ["A", "B"], "dims": [1, 1], )"
                                     R"("covariance": [[4, 0.5], [0.5, 1]], )"
                                     R"("correlation": [4.5, 1.5], "target_power": 8})");
        tests::write(file("s.toml"),
                     "name = \"s\"\nabout = \"x\"\n[[check]]\nname = \"c\"\nclaim = \"x\"\n");
        fs::create_symlink("d.csv", file("link.csv"));
        fs::create_hard_link(file("d.csv"), file("hard.csv"));
    }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }
    [[nodiscard]] std::string text(const std::string& name) const {
        return tests::read(file(name));
    }
    [[nodiscard]] long count() const { return folder_.count(); }
    [[nodiscard]] tests::program_result run(const std::string& line) const {
        return run_line("cd " + validation::shell_word(folder_.path()) + "\n" + line);
    }

private:
    tests::temporary_folder folder_;
};

const std::string of_table = "fusionflow moments d.csv --modality a=a --modality b=b --target y ";

// One line on stderr, exit 2, and all files as they were.
void refuses(const workshop& w, const std::string& line, const std::string& message) {
    const std::string samples = w.text("d.csv");
    const std::string moments = w.text("m.json");
    const long count = w.count();
    const auto result = w.run(line);
    BOOST_TEST_INFO(line);
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "fusionflow: " + message + "\n");
    BOOST_TEST(w.text("d.csv") == samples);
    BOOST_TEST(w.text("m.json") == moments);
    BOOST_TEST(w.count() == count);
}

void is_one_line(const std::string& text) {
    BOOST_TEST_INFO(text);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(samples_are_not_overwritten_by_what_is_made_of_them) {
    const workshop w;
    for (const std::string name : {"d.csv", "./d.csv", "link.csv", "hard.csv"}) {
        refuses(w, of_table + "--output " + name,
                "--output: need another file than 'd.csv', which is read, got '" + name + "'");
    }
    refuses(w, of_table + "--train-fraction 0.5 --held-out d.csv",
            "--held-out: need another file than 'd.csv', which is read, got 'd.csv'");
    refuses(w, "fusionflow moments m.json --output ./m.json",
            "--output: need another file than 'm.json', which is read, got './m.json'");
    refuses(w,
            "fusionflow moments --modality a=@d.csv:a --modality b=@d.csv:b --target @d.csv:y "
            "--output link.csv",
            "--output: need another file than --modality 'd.csv', which is read, got 'link.csv'");
}

BOOST_AUTO_TEST_CASE(no_command_writes_over_what_it_reads) {
    const workshop w;
    const std::string moments = "need another file than --moments 'm.json', which is read, got ";
    refuses(w, "fusionflow table --moments m.json --output m.json",
            "--output: " + moments + "'m.json'");
    refuses(w, "fusionflow integrate --moments m.json --trajectory ./m.json",
            "--trajectory: " + moments + "'./m.json'");
    refuses(w, "fusionflow simulate --weights m.json --save-weights m.json",
            "--save-weights: need another file than --weights 'm.json', which is read, got "
            "'m.json'");
    refuses(w, "fusionflow validate s.toml --junit s.toml",
            "--junit: need another file than 's.toml', which is read, got 's.toml'");
    tests::write(w.file("own.toml"),
                 "about = \"x\"\n[[check]]\nname = \"c\"\nclaim = \"x\"\nkind = "
                 "\"agreement\"\nmodel = { moments = \"m.json\" }\n"
                 "measured = \"flow\"\nexpected = \"refined\"\n"
                 "quantity = \"times\"\ntolerance = 0.1\nreason = \"x\"\n");
    refuses(w, "fusionflow validate own.toml --junit m.json",
            "--junit: need another file than 'm.json', which is read, got 'm.json'");
    refuses(w, "fusionflow validate quick --baseline m.json --junit m.json",
            "--junit: need another file than --baseline 'm.json', which is read, got 'm.json'");
    refuses(w, "fusionflow merge d.csv link.csv --output hard.csv",
            "--output: need another file than 'd.csv', which is read, got 'hard.csv'");
    fs::create_directory(w.file("rep"));
    fs::create_hard_link(w.file("m.json"), w.file("rep/diagnosis.json"));
    refuses(w, "fusionflow diagnose m.json --report rep",
            "--report: need another file than 'm.json', which is read, got 'rep/diagnosis.json'");
}

BOOST_AUTO_TEST_CASE(two_outputs_are_two_files) {
    const workshop w;
    refuses(w, of_table + "--train-fraction 0.5 --output o.json --held-out ./o.json",
            "--held-out: need another file than --output 'o.json', which is written too, got "
            "'./o.json'");
    refuses(w, "fusionflow simulate --save-initial o.npz --save-weights ./o.npz",
            "--save-weights: need another file than --save-initial 'o.npz', which is written too, "
            "got './o.npz'");
    refuses(w, "fusionflow simulate --save-weights o.npz --trajectory o.npz",
            "--trajectory: need another file than --save-weights 'o.npz', which is written too, "
            "got 'o.npz'");
    fs::create_directory(w.file("rep"));
    for (const std::string name : {"index.html", "results.json", "runs.journal"}) {
        refuses(w, "fusionflow validate quick --report rep --junit ./rep/" + name,
                "--report: need another file than --junit './rep/" + name +
                    "', which is written too, got 'rep/" + name + "'");
    }
}

BOOST_AUTO_TEST_CASE(standard_streams_that_are_files_are_outputs_too) {
    const workshop w;
    const auto appended = w.run(of_table + ">> d.csv");
    BOOST_TEST(appended.code == 2);
    BOOST_TEST(appended.err ==
               "fusionflow: standard output: need another file than 'd.csv', which is read\n");
    const auto same = w.run(of_table + "--output o.json > o.json");
    BOOST_TEST(same.code == 2);
    BOOST_TEST(same.err ==
               "fusionflow: --output: need another file than standard output, got 'o.json'\n");
    const auto streamed = w.run(of_table + "--format json --output /dev/stdout > both.json");
    BOOST_TEST(streamed.code == 0);
    const std::string both = w.text("both.json");
    BOOST_TEST(both.substr(0, both.size() / 2) == both.substr(both.size() / 2));
}

BOOST_AUTO_TEST_CASE(pipes_get_what_files_get) {
    const workshop w;
    BOOST_TEST_REQUIRE(::mkfifo(w.file("p").c_str(), 0600) == 0);
    BOOST_TEST(w.run(of_table + "--output o.json").code == 0);
    const auto result =
        w.run("cat p > got &\n" + of_table + "--output p\ncode=$?\nwait\nexit $code");
    BOOST_TEST(result.code == 0);
    BOOST_TEST(w.text("got") == w.text("o.json"));
    BOOST_TEST(fs::is_fifo(w.file("p")));
}

BOOST_AUTO_TEST_CASE(tables_into_pipes_keep_no_rows_beside_them) {
    const workshop w;
    BOOST_TEST_REQUIRE(::mkfifo(w.file("p.csv").c_str(), 0600) == 0);
    const std::string table = "fusionflow table --methods formula --output ";
    BOOST_TEST(w.run(table + "o.csv").code == 0);
    const long count = w.count();
    BOOST_TEST(w.run("cat p.csv > got &\n" + table + "p.csv\ncode=$?\nwait\nexit $code").code == 0);
    BOOST_TEST(w.count() == count + 1);
    BOOST_TEST(w.text("got") == w.text("o.csv"));
    refuses(w, table + "p.csv --resume", "--resume: needs an --output that is no pipe or device");
}

BOOST_AUTO_TEST_CASE(device_nodes_are_never_replaced) {
    const workshop w;
    constexpr unsigned full = 1U << 8U | 7U;
    if (::mknod(w.file("full").c_str(), S_IFCHR | 0600, full) != 0) {
        BOOST_TEST_MESSAGE("skipped: device nodes cannot be made here");
        return;
    }
    const auto result = w.run(of_table + "--quiet --output full");
    BOOST_TEST(result.code == 2);
    is_one_line(result.err);
    BOOST_TEST(fs::is_character_file(w.file("full")));
}

BOOST_AUTO_TEST_CASE(names_that_are_too_long_are_refused_before_the_work) {
    const workshop w;
    const std::string name = std::string(247, 'n') + ".csv";  // no room for .rows
    refuses(w, "fusionflow table --output " + name,
            "--output: cannot write '" + name +
                "': need a name of at most 255 bytes with '.rows', got 256");
    const std::string longer = std::string(252, 'n') + ".csv";
    refuses(w, "fusionflow integrate --trajectory " + longer,
            "--trajectory: cannot write '" + longer +
                "': need a name of at most 255 bytes, got 256");
}

BOOST_AUTO_TEST_CASE(a_forgotten_value_does_not_swallow_the_next_option) {
    const workshop w;
    refuses(w, of_table + "--output --quiet", "--output: needs a value");
    refuses(w, "fusionflow moments d.csv --modality --target y", "--modality: needs a value");
    refuses(w, "fusionflow predict --moments --rho=0.5", "--moments: needs a value");
    refuses(w, "fusionflow predict --rho --help", "--rho: needs a value");
    refuses(w, "fusionflow table --output=--quiet", "--output: needs a value");
}

BOOST_AUTO_TEST_CASE(a_lost_standard_error_changes_nothing) {
    const workshop w;
    const std::string answer = run({"predict"}).out;
    for (const std::string lost : {"2>&-", "2>/dev/full", "2>&1 >kept | true"}) {
        const bool piped = lost.find('|') != std::string::npos;
        const auto good = w.run(piped ? "{ fusionflow predict; echo $? >code; } " + lost
                                      : "fusionflow predict >kept " + lost + "; echo $? >code");
        BOOST_TEST_INFO(lost);
        BOOST_TEST(w.text("code") == "0\n");
        BOOST_TEST(w.text("kept") == answer);
        const auto bad = w.run(piped ? "{ fusionflow predict --rho 2; echo $? >code; } " + lost
                                     : "fusionflow predict --rho 2 " + lost + "; echo $? >code");
        BOOST_TEST_INFO(lost);
        BOOST_TEST(w.text("code") == "2\n");
    }
    for (const std::string number : {"--max-steps 1 --rtol 1e-12", "--max-steps 1"}) {
        BOOST_TEST(w.run("fusionflow integrate " + number + " 2>&-").code == 3);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_standard_output_is_one_line_and_exit_2) {
    const workshop w;
    for (const std::string line :
         {"predict", "predict --format json", "--help", "--version",
          "table --grid rho=0:0.9:0.01 --methods formula", "validate --list", "moments --help"}) {
        const auto full = w.run("fusionflow " + line + " --quiet >/dev/full");
        const bool takes_quiet = !line.starts_with("--");
        const auto result = takes_quiet ? full : w.run("fusionflow " + line + " >/dev/full");
        BOOST_TEST_INFO(line);
        BOOST_TEST(result.code == 2);
        BOOST_TEST_INFO(line);
        BOOST_TEST(result.err == "fusionflow: cannot write to stdout: No space left on device\n");
        BOOST_TEST(w.run("fusionflow " + line + " >&- 2>&-").code == 2);
    }
    BOOST_TEST(w.run("fusionflow predict --quiet >&-").err ==
               "fusionflow: cannot write to stdout: Bad file descriptor\n");
}

// Files that are opened while a stream is closed must not take its place.
BOOST_AUTO_TEST_CASE(closed_streams_do_not_mix_with_files) {
    const workshop w;
    BOOST_TEST(w.run(of_table + "--output whole.json").code == 0);
    for (const std::string closed : {"2>&-", ">&-", "<&-", "<&- >&- 2>&-"}) {
        const auto result = w.run(of_table + "--output o.json " + closed);
        BOOST_TEST_INFO(closed);
        BOOST_TEST(result.code ==
                   (closed.find(" >&-") != std::string::npos || closed == ">&-" ? 2 : 0));
        BOOST_TEST_INFO(closed);
        BOOST_TEST(w.text("o.json") == w.text("whole.json"));
        fs::remove(w.file("o.json"));
    }
}

BOOST_AUTO_TEST_CASE(files_are_written_before_anything_is_printed) {
    const workshop w;
    const std::string table =
        "fusionflow table --grid rho=0:0.99:0.0001 --methods formula --jobs 1 --output ";
    BOOST_TEST(w.run(table + "whole.csv").code == 0);
    for (const std::string end : {" | head -n 1", " >/dev/full"}) {
        (void)w.run(table + "t.csv" + end);
        BOOST_TEST_INFO(end);
        BOOST_TEST((w.text("t.csv") == w.text("whole.csv")));
        BOOST_TEST(!fs::exists(w.file("t.csv.rows")));
        fs::remove(w.file("t.csv"));
    }
    for (const std::string command : {"integrate", "simulate --width 4 --init 0.5"}) {
        const std::string line = "fusionflow " + command + " --plot p.svg --trajectory t.csv";
        BOOST_TEST(w.run(line + " >/dev/full").code == 2);
        BOOST_TEST(w.text("p.svg").ends_with("</svg>\n\n"));
        BOOST_TEST(w.text("t.csv").ends_with("\n"));
        fs::remove(w.file("p.svg"));
        fs::remove(w.file("t.csv"));
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_fails_keeps_neither_the_others_nor_the_answer) {
    const workshop w;
    tests::write(w.file("gnuplot"), "#!/bin/sh\n[ -e drawn ] && exit 7\ntouch drawn\nPATH=" +
                                        std::string(std::getenv("PATH")) +
                                        "\nexec gnuplot \"$@\"\n");
    fs::permissions(w.file("gnuplot"), fs::perms::owner_all);
    tests::write(w.file("p.svg"), "old");
    const auto result =
        w.run("PATH=.:$PATH fusionflow integrate --plot p.svg --trajectory t.csv --quiet");
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.err == "fusionflow: --plot: gnuplot failed: it said nothing\n");
    BOOST_TEST(result.out == w.run("fusionflow integrate --trajectory other.csv").out);
    BOOST_TEST(w.text("t.csv").ends_with("\n"));
    BOOST_TEST(w.text("p.svg") == "old");
}

// As a full disk behind gnuplot may leave it.
BOOST_AUTO_TEST_CASE(a_cut_figure_is_refused_and_the_old_one_stays) {
    const workshop w;
    tests::write(w.file("gnuplot"), "#!/bin/sh\nPATH=" + std::string(std::getenv("PATH")) +
                                        "\ngnuplot \"$@\" | head -c $(cat size)\n");
    fs::permissions(w.file("gnuplot"), fs::perms::owner_all);
    for (const std::string ending : {"svg", "png", "pdf"}) {
        for (const std::string size : {"0", "100", "1000"}) {
            tests::write(w.file("size"), size);
            const std::string file = "p." + ending;
            tests::write(w.file(file), "old");
            const auto result = w.run("PATH=.:$PATH fusionflow integrate --plot " + file);
            BOOST_TEST(result.code == 2);
            is_one_line(result.err);
            BOOST_TEST(w.text(file) == "old");
        }
    }
}

BOOST_AUTO_TEST_CASE(figures_need_no_temporary_folder_and_no_terminal) {
    const workshop w;
    BOOST_TEST(w.run("fusionflow integrate --plot a.svg").code == 0);
    for (const std::string variable :
         {"TMPDIR=", "TMPDIR=/no/such/folder", "TMPDIR=./d.csv", "GNUTERM=qt", "GNUTERM=x11"}) {
        BOOST_TEST_INFO(variable);
        BOOST_TEST(w.run(variable + " fusionflow integrate --plot b.svg").code == 0);
        BOOST_TEST((w.text("a.svg") == w.text("b.svg")));
    }
}

BOOST_AUTO_TEST_CASE(names_cannot_steer_a_terminal) {
    const workshop w;
    tests::write(w.file("c1.json"), "{\"names\": [\"A\\u009b31m\", \"B\\u202e\"], "
                                    "\"dims\": [1, 1], \"covariance\": [[4, 0.5], [0.5, 1]], "
                                    "\"correlation\": [4.5, 1.5], \"target_power\": 8}");
    tests::write(w.file("labels.csv"), "a,b,y\n1,2,\x1b[31mEVIL\x1b[2J\n2,1,ok\n");
    const auto steers = [](const std::string& text) {
        return text.find('\x1b') != std::string::npos || text.find("\xc2\x9b") != std::string::npos;
    };
    for (const std::string line :
         {"predict --moments c1.json", "integrate --moments c1.json",
          "predict --moments c1.json --format json", "table --moments c1.json",
          "table --moments c1.json --format json",
          "moments d.csv --modality $(printf 'A\\302\\23331m')=a --modality b=b --target y",
          "diagnose d.csv --modality $(printf 'A\\302\\23331m')=a --modality b=b --target y "
          "--networks 1 --depths 2",
          "moments labels.csv --modality a=a --modality b=b --target y --target-classes",
          "moments labels.csv --modality a=a --modality b=b --target y --target-classes "
          "--format json"}) {
        const auto result = w.run("fusionflow " + line);
        BOOST_TEST_INFO(line << result.err);
        BOOST_TEST(result.code == 0);
        BOOST_TEST_INFO(line);
        BOOST_TEST(!steers(result.out + result.err));
    }
    const auto json = w.run("fusionflow predict --moments c1.json --format json").json();
    BOOST_TEST(json["modalities"][0]["name"] == "A\xc2\x9b"
                                                "31m");
}

BOOST_AUTO_TEST_CASE(figures_are_well_formed_whatever_the_names) {
    const workshop w;
    tests::write(w.file("n.json"), "{\"names\": [\"]]>\", \"-->\\u009b<&\"], "
                                   "\"dims\": [1, 1], \"covariance\": [[4, 0.5], [0.5, 1]], "
                                   "\"correlation\": [4.5, 1.5], \"target_power\": 8}");
    BOOST_TEST(w.run("fusionflow integrate --moments n.json --plot n.svg").code == 0);
    const std::string svg = w.text("n.svg");
    BOOST_TEST(svg.find("]]>") == std::string::npos);
    BOOST_TEST(svg.find(">]]&gt;<") != std::string::npos);
    BOOST_TEST(svg.find("<title>Loss and |W_m| over time</title>") == svg.find("<title>"));
    BOOST_TEST(svg.rfind("<title>") == svg.find("<title>"));
    BOOST_TEST(std::none_of(svg.begin(), svg.end(),
                            [](char c) { return c >= 0 && c < 0x20 && c != '\n' && c != '\t'; }));
}

BOOST_AUTO_TEST_CASE(pdf_figures_are_the_same_bytes_at_another_time) {
    const workshop w;
    BOOST_TEST(w.run("fusionflow integrate --plot a.pdf\nfusionflow integrate --plot b.pdf").code ==
               0);
    BOOST_TEST((w.text("a.pdf") == w.text("b.pdf")));
    BOOST_TEST(w.text("a.pdf").find("CreationDate") == std::string::npos);
}

// Not under a sanitizer, which takes terabytes of addresses for itself.
#ifndef __SANITIZE_ADDRESS__
BOOST_AUTO_TEST_CASE(memory_that_runs_out_is_one_line_and_exit_3) {
    const workshop w;
    int out_of_memory = 0;
    for (int megabytes = 20; megabytes <= 120; megabytes += 10) {
        const auto result =
            w.run("ulimit -c 0\nulimit -v " + std::to_string(megabytes * 1000) + "\n" + of_table);
        BOOST_TEST_INFO(megabytes << " MB: " << result.err);
        BOOST_TEST((result.code == 0 || result.code == 2 || result.code == 3 ||
                    result.code == 127));  // 127: the loader had no memory for the libraries
        if (result.code == 3) {
            is_one_line(result.err);
            ++out_of_memory;
        }
    }
    BOOST_TEST_MESSAGE(out_of_memory << " of 11 limits ended with exit 3");
}
#endif

BOOST_AUTO_TEST_SUITE_END()
