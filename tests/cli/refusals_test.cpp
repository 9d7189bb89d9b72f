#include <boost/test/unit_test.hpp>

#include "tests/cli/program.hpp"

using namespace fusionflow;

// Every bad input of the command-line contract: one line that names option or file, rule and value,
// exit code 2, nothing on stdout, no file made or changed.
BOOST_AUTO_TEST_SUITE(refusals)

namespace {

void refuses(const std::vector<std::string>& words, const std::string& message) {
    const auto result = tests::run(words);
    BOOST_TEST_INFO(message);
    BOOST_TEST(result.code == 2);
    BOOST_TEST(result.out.empty());
    BOOST_TEST(result.err == "fusionflow: " + message + "\n");
}

// A moments file with this text is refused by every command that reads one.
void refuses_moments(const std::string& text, const std::string& message) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("m.json");
    tests::write(file, text);
    refuses({"predict", "--moments", file}, file + ": " + message);
}

std::string moments_text(const std::string& covariance, const std::string& correlation = "[1, 1]",
                         const std::string& power = "9") {
    return R"({"names": ["A", "B"], "dims": [1, 1], "covariance": )" + covariance +
           R"(, "correlation": )" + correlation + R"(, "target_power": )" + power + "}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_outside_their_range) {
    refuses({"predict", "--rho", "1"}, "--rho: need -1 < rho < 1, got 1");
    refuses({"predict", "--rho", "-1"}, "--rho: need -1 < rho < 1, got -1");
    refuses({"integrate", "--rho", "1.5"}, "--rho: need -1 < rho < 1, got 1.5");
    refuses({"predict", "--ratio", "0"}, "--ratio: need ratio > 0, got 0");
    refuses({"predict", "--ratio", "-2"}, "--ratio: need ratio > 0, got -2");
    refuses({"predict", "--depth", "0"}, "--depth: need 1 <= L <= 1000, got 0");
    refuses({"predict", "--depth", "4", "--fusion", "0"},
            "--fusion: need 1 <= L_f <= L = 4, got 0");
    refuses({"predict", "--depth", "4", "--fusion", "5"},
            "--fusion: need 1 <= L_f <= L = 4, got 5");
    refuses({"integrate", "--init", "0"}, "--init: need finite u0 > 0, got 0");
    refuses({"simulate", "--init", "-0.1"}, "--init: need finite u0 > 0, got -0.1");
    refuses({"predict", "--noise", "-1"}, "--noise: need noise >= 0, got -1");
    refuses({"integrate", "--rtol", "0"}, "--rtol: need 1e-14 <= rtol <= 0.1, got 0");
    refuses({"simulate", "--learning-rate", "0"}, "--learning-rate: need finite eta > 0, got 0");
    refuses({"integrate", "--max-steps", "0"}, "--max-steps: need at least 1, got 0");
    refuses({"integrate", "--until", "0"}, "--until: need at least 1 modality, got 0");
    refuses({"integrate", "--max-time", "-1"}, "--max-time: need a time > 0, got -1");
    refuses({"table", "--repeats", "0"}, "--repeats: need 1 ... 1000000, got 0");
    refuses({"simulate", "--repeats", "0"}, "--repeats: need 1 ... 1000000, got 0");
    refuses({"simulate", "--repeats", "2", "--jobs", "0"}, "--jobs: need 1 ... 1024, got 0");
    refuses({"simulate", "--jobs", "2"}, "--jobs: needs --repeats");
    refuses({"table", "--jobs", "0"}, "--jobs: need 1 ... 1024, got 0");
    refuses({"validate", "--jobs", "-3"}, "--jobs: need 1 ... 1024, got -3");
    refuses({"table", "--shard", "3/2"}, "--shard: need i/n with 1 <= i <= n, got 3/2");
    refuses({"table", "--shard", "2"}, "--shard: need i/n, got '2'");
}

BOOST_AUTO_TEST_CASE(numbers_that_are_not_finite_or_not_numbers) {
    for (const std::string option : {"rho", "ratio", "noise", "init"}) {
        for (const std::string value : {"nan", "inf", "-inf"}) {
            refuses({"predict", "--" + option, value},
                    "--" + option + ": need a finite number, got '" + value + "'");
        }
    }
    refuses({"predict", "--rho", "half"}, "--rho: need a number, got 'half'");
    refuses({"predict", "--depth", "2.5"}, "--depth: need a whole number, got '2.5'");
    refuses({"predict", "--target-weights", "1,2,3"},
            "--target-weights: need two numbers w_A,w_B, got '1,2,3'");
    refuses({"predict", "--branches", "2,two"}, "--branches: need a whole number, got 'two'");
}

BOOST_AUTO_TEST_CASE(options_that_do_not_exist_or_are_not_complete) {
    refuses({"predict", "--colour", "red"},
            "--colour: there is no such option; see fusionflow predict --help");
    refuses({"predict", "--dept", "3"},
            "--dept: there is no such option; see fusionflow predict --help");
    refuses({"integrate", "--learning-rate", "0.1"},
            "--learning-rate: there is no such option; see fusionflow integrate --help");
    refuses({"predict", "--seed", "3"},
            "--seed: there is no such option; see fusionflow predict --help");
    refuses({"predict", "--rho"}, "--rho: needs a value");
    refuses({"predict", "--rho", "0", "--rho", "0.1"}, "--rho: is given twice");
    refuses({"predict", "--quiet=yes"}, "--quiet: takes no value");
    refuses({"predict", "rho"}, "predict: takes options only, got 'rho'");
    refuses({"predict", "--format", "xml"}, "--format: need text or json, got 'xml'");
    refuses({"preditc"}, "usage: there is no command 'preditc'; see fusionflow --help");
    refuses({"--colour"}, "usage: there is no command '--colour'; see fusionflow --help");
    refuses({"simulate", "--scheme", "uniform"},
            "--scheme: need balanced, gaussian, gaussian-iid, torch, xavier, xavier-normal, "
            "kaiming or kaiming-normal, got 'uniform'");
    refuses({"simulate", "--method", "adam"}, "--method: need gd or flow, got 'adam'");
    refuses({"simulate", "--representation", "dense"},
            "--representation: need full, compressed or sampled, got "
            "'dense'");
    refuses({"integrate", "--stepper", "euler"},
            "--stepper: need auto, dopri5, cash-karp, fehlberg78, bulirsch-stoer, rkc or radau, "
            "got 'euler'");
    refuses({"validate", "nope"}, "suite: need paper, quick or a file ending in .toml, got 'nope'");
    refuses({"table", "--methods", "formula,magic"},
            "--methods: need some of formula, refined, law, flow, chain, exact, exact-drawn, "
            "one-way, exact-epochs, compressed, sampled, full; got 'magic'");
}

BOOST_AUTO_TEST_CASE(options_that_contradict_each_other) {
    refuses({"simulate", "--activation", "relu"},
            "--activation: needs --samples, or tables of samples (simulate DATA)");
    refuses({"integrate", "--scheme", "xavier"},
            "--scheme: no chain flow stands for xavier networks here: layers of xavier networks "
            "are not small");
    refuses({"integrate", "--exact", "--scheme", "torch"},
            "--bias: formulas and flows know no biases: need networks from moments (full, "
            "compressed or sampled), or --bias none; biases of zero change nothing where inputs "
            "and targets are centered");
    refuses({"simulate", "--samples", "10", "--method", "flow"},
            "--method: need gd on samples, got flow");
    refuses({"simulate", "--samples", "10", "--activation", "tan"},
            "--activation: need linear, relu, leaky:A, tanh or gelu, got 'tan'");
    refuses({"simulate", "--samples", "10", "--bias=yes"},
            "--bias: need none, zero or drawn, got 'yes'");
    refuses({"predict", "--data", "xor"}, "--data: xor needs --samples");
    refuses({"integrate", "--data", "random", "--rho", "0.5"},
            "--rho: cannot be combined with --data random");
    refuses({"predict", "--dims", "3,2"}, "--dims: needs --data random or gaussian");
    refuses({"predict", "--data", "random", "--draws", "70"}, "--draws: needs --data gaussian");
    refuses({"predict", "--data", "gaussian", "--data-seed", "2"},
            "--data-seed: needs --samples, --data random or --draws");
    refuses({"simulate", "--data", "gaussian", "--samples", "70"},
            "--samples: cannot be combined with --data gaussian");
    refuses({"predict", "--data", "gaussian", "--dims", "3,2,1"},
            "--variances: need one per modality, 3, got 2");
    refuses({"predict", "--samples", "10"},
            "--samples: there is no such option; see fusionflow predict --help");
    refuses({"predict", "--branches", "2,2", "--depth", "3"},
            "--depth: cannot be combined with --branches");
    refuses({"predict", "--shared", "1"},
            "--shared: needs --branches (or use --depth and --fusion)");
    refuses({"predict", "--branches", "2,2,2"},
            "--branches: need one branch per modality, got 3 for 2 modalities");
    refuses({"simulate", "--method", "flow", "--learning-rate", "0.1"},
            "--learning-rate: needs --method gd, got flow");
    refuses({"integrate", "--width", "7"}, "--width: needs --exact or --scheme gaussian");
    refuses({"integrate", "--widths", "7"}, "--widths: needs --exact");
    refuses({"simulate", "--rounds", "4"},
            "--rounds: needs --representation compressed or sampled");
    refuses({"simulate", "--accuracy", "1e-3"},
            "--accuracy: needs --representation compressed or sampled");
    refuses({"simulate", "--representation", "compressed", "--width", "1e9", "--depth", "3"},
            "--width: need weights of at most 8 GiB, got H = 1000000000 (1.49e+10 GiB)");
    refuses({"integrate", "--seed", "7"}, "--seed: needs --exact");
    refuses({"integrate", "--scheme", "gaussian-iid"},
            "--scheme: no chain flow stands for gaussian-iid networks here: layers of gaussian-iid "
            "networks are not small");
    refuses({"integrate", "--scheme", "gaussian", "--depth", "5", "--fusion", "3"},
            "--scheme: no chain flow stands for gaussian networks here: small layers of all "
            "branches and of the trunk drive each other where branches of three layers or more "
            "meet a trunk of two or more");
    refuses({"integrate", "--exact", "--depth", "3"},
            "--exact: need two layers on every path, fused late (branches of 2, shared 0) or early "
            "(branches of 1, shared 1), got branches 2,2 and shared 1");
    refuses(
        {"simulate", "--method", "flow", "--width", "5", "--stepper", "radau"},
        "--stepper: radau needs a Jacobian, which this flow does not have; use auto or an explicit "
        "one here");
    refuses({"table", "--resume"}, "--resume: needs --output");
    refuses({"table", "--wide", "--shard", "1/2"}, "--wide: cannot be combined with --shard");
    refuses({"table", "--rho", "0", "--grid", "rho=0,0.5"},
            "--grid: --rho is given too: say it once, here or there");
}

BOOST_AUTO_TEST_CASE(grids_that_are_none) {
    const std::string axes =
        "axes are rho, ratio, target-ratio, noise, input-weight, draws, data-seed, depth, fusion, "
        "shared, init, gain, width, seed, learning-rate, max-epochs, epochs, weight-decay, "
        "samples, variance, decay-rate, batch, rounds, accuracy, rtol, max-steps, max-time, tail, "
        "enough";
    refuses({"table", "--grid", "colour=1"}, "--grid: 'colour' is not an axis; " + axes);
    refuses({"table", "--grid", "scheme=1"}, "--grid: 'scheme' is not an axis; " + axes);
    refuses({"table", "--grid", "rho=0,1.5"}, "--rho: need -1 < rho < 1, got 1.5 (at rho = 1.5)");
    refuses({"table", "--grid", "depth=1:3; fusion=2"},
            "--fusion: need 1 <= L_f <= L = 1, got 2 (at depth = 1, fusion = 2)");
    refuses({"table", "--grid", "seed=1:100000; width=1:100000"},
            "--grid: need at most 1000000 points");
}

BOOST_AUTO_TEST_CASE(absurd_sizes_before_allocating) {
    refuses({"simulate", "--width", "1e13"}, "--width: need 1 <= H <= 1e12, got 10000000000000");
    refuses({"simulate", "--depth", "4", "--width", "100000"},
            "--width: need weights of at most 8 GiB, got H = 100000 (224 GiB)");
    refuses({"predict", "--data", "random", "--dims", "100000,100000"},
            "--dims: need a sum of at most 5000, got 100000 at 1");
    refuses({"predict", "--data", "gaussian", "--draws", "1e12"},
            "--draws: need 1 ... 10000000, got 1000000000000");
    refuses({"predict", "--depth", "1000000"}, "--depth: need 1 <= L <= 1000, got 1000000");
    refuses_moments(
        R"({"names": ["A"], "dims": [1000000], "covariance": [[1]], "correlation": [1],)"
        R"( "target_power": 1})",
        "dims: need a sum of at most 5000, got 1000000 at 1");
}

BOOST_AUTO_TEST_CASE(covariances_that_are_none) {
    refuses_moments(moments_text("[[2, 1], [0.5, 2]]"),
                    "covariance: must be symmetric, but (1,2) = 1 and (2,1) = 0.5");
    refuses_moments(moments_text("[[1, 2], [2, 1]]"),
                    "covariance: must be positive semi-definite, smallest eigenvalue -1");
    refuses_moments(moments_text("[[1, 0], [0, 1e999]]"), "number beyond double precision: 1e999");
}

BOOST_AUTO_TEST_CASE(moments_whose_sizes_disagree_and_files_that_are_broken) {
    const std::string identity = "[[1, 0], [0, 1]]";
    refuses_moments(moments_text("[[1, 0], [0]]"), "\"covariance\": row 2 has 1 numbers, need 2");
    refuses_moments(moments_text("[[1, 0]]"), "covariance: need 2 x 2 for dims 1,1, got 1 x 2");
    refuses_moments(moments_text(identity, "[1]"), "correlation: need 2 numbers, got 1");
    refuses_moments(moments_text(identity, "[1, null]"), "\"correlation\": need numbers, got null");
    refuses_moments(
        moments_text(identity, "[1, 1]", "1"),
        "target_power: need >= 2 = s Sigma^+ s^T, the power that the inputs explain, got 1");
    refuses_moments("", "is empty, need a JSON object");
    refuses_moments("{\"names\": [\"A\",\n 3", "not JSON at line 2, column 3: unexpected end");
    refuses_moments("{\"colour\": 3}", "unknown key \"colour\"");
    refuses({"predict", "--moments", "/no/such/file.json"},
            "/no/such/file.json: cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_written_are_refused_before_the_work) {
    const tests::temporary_folder folder;
    const std::string nowhere = folder.file("no/such/file.csv");
    refuses({"integrate", "--trajectory", nowhere},
            "--trajectory: cannot write '" + nowhere + "': there is no such folder");
    refuses({"table", "--output", nowhere},
            "--output: cannot write '" + nowhere + "': there is no such folder");
    refuses({"simulate", "--trajectory", folder.path()},
            "--trajectory: cannot write '" + folder.path() + "': it is a folder");
    refuses({"table", "--output", folder.file("t.xls")},
            "--output: need a file ending in .csv, .md, .tex or .json, got '" +
                folder.file("t.xls") + "'");
    refuses({"integrate", "--plot", folder.file("p.jpg")},
            "--plot: need a file ending in .svg, .png or .pdf, got '" + folder.file("p.jpg") + "'");
    refuses({"table", "--plot", folder.file("p.svg"), "--grid", "depth=2:20"},
            "--plot: need at most 8 grid points to draw, got 19");
    BOOST_TEST(folder.count() == 0);
}

BOOST_AUTO_TEST_CASE(files_that_are_there_are_left_alone) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    tests::write(file, "precious");
    refuses({"table", "--rho", "2", "--output", file}, "--rho: need -1 < rho < 1, got 2");
    refuses({"integrate", "--rho", "2", "--trajectory", file}, "--rho: need -1 < rho < 1, got 2");
    BOOST_TEST(tests::read(file) == "precious");
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
