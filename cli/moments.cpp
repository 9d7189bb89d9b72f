#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/moments_answer.hpp"
#include "cli/sample_tables.hpp"
#include "data/error.hpp"
#include "validation/files.hpp"

namespace fusionflow::cli {

namespace {

// Seeds and tolerances of networks and flows play no part.
std::string provenance_of(const arguments& given) {
    return given.provenance.substr(0, given.provenance.rfind(" (seed "));
}

void check_files(const arguments& given) {
    for (const char* option : {"output", "held-out", "held-out-rows"}) {
        if (given.has(option)) {
            validation::check_writable(option, given.get(option));
        }
    }
    for (const char* option : {"held-out", "held-out-rows"}) {
        if (given.has(option) && !holds_out(given)) {
            throw data::input_error(option, "needs --train-fraction or --split");
        }
    }
    if (given.has("output") && given.get("output") == given.get("held-out")) {
        throw data::input_error("held-out", "need another file than --output");
    }
}

std::vector<option> moments_options() {
    std::vector<option> all = sample_options();
    all.push_back({"output", "M.json", "write the moments", true});
    all.push_back({"held-out", "H.json", "write the moments of the rows held out", true});
    all.push_back(
        {"held-out-rows", "R.txt", "write which rows those are, from 0, a line each", true});
    return all;
}

exit_code run(const arguments& given) {
    check_files(given);
    const samples_read r = read_samples(given);
    const std::string provenance = provenance_of(given);
    const std::string text = data::format_summary(r.training, provenance);
    if (given.has("output")) {
        validation::write_file("output", given.get("output"), text);
    }
    if (given.has("held-out")) {
        validation::write_file("held-out", given.get("held-out"),
                               data::format_summary(*r.held_out, provenance + " (held out)"));
    }
    if (given.has("held-out-rows")) {
        validation::write_file("held-out-rows", given.get("held-out-rows"),
                               fmt::format("# {} (rows held out)\n{}\n", provenance,
                                           fmt::join(r.held_out_rows, "\n")));
    }
    if (given.json) {
        fmt::print("{}", text);
    } else {
        fmt::print("{}", to_text(r.training, r.held_out ? "training" : ""));
        if (r.held_out) {
            fmt::print("\n{}", to_text(*r.held_out, "held out"));
        }
    }
    print_warnings(given, r.warnings);
    return exit_code::done;
}

}  // namespace

const command moments_command = {
    "moments",
    "Second moments of samples in files (CSV, TSV, .npy, .npz, IDX; gzip): what --moments reads.\n"
    "Without --modality DATA are moments of parts of the samples, and it puts them together.",
    "[DATA...]",
    {},
    moments_options(),
    "fusionflow moments scans.csv --modality 'sound=s1..s3' --modality sight=v --target y",
    run};

}  // namespace fusionflow::cli
